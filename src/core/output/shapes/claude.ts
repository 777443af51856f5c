/** Claude Code's transcript: markers in column 0, all else indented by two. Seen in 2.1.197 and 2.1.328. */

import { ENDED, tintedTranscript } from "../../screen/agents/claude/tint.js";
import { isScrolledUp, transcriptEnd } from "../../screen/agents/claude.js";
import { hasInk } from "../../screen/ink.js";
import { DEFAULT_COLOUR, type Row, runAt } from "../../screen/still.js";
import type { Begins, TranscriptShape } from "../extract.js";

export const claudeShape: TranscriptShape = {
  end: transcriptEnd,
  isScrolledUp,
  inked: tintedTranscript,
  begins,
  needsStyle,
  indent: 2,
  margin: 2,
};

function needsStyle(text: string, above: string): boolean {
  if (text === "") return false;
  return text.charCodeAt(0) !== 0x20 || text.startsWith("  ⎿ ") || (above === "" && COLLAPSED.test(text));
}

/** `  Ran 3 shell commands` */
const COLLAPSED = /^ {2}[A-Z][a-z]+ .*\d/;

function begins(rows: readonly Row[], y: number, columns: number): Begins | null {
  const row = rows[y]!;
  const first = row.text.charCodeAt(0);
  if (first === 0x20) return indented(rows, y);
  if (row.text === "") return null;
  if (isTorn(rows, y, columns)) return "torn";
  if (/^[❯>!#] /.test(row.text)) {
    // A sent prompt stands on a ground of its own.
    return runAt(row, 0)?.bg !== DEFAULT_COLOUR || hasInk(row, 0, "faded") ? "prompt" : "aside";
  }
  if (/^[●⏺] /.test(row.text)) {
    if (hasInk(row, 0, "faded")) return "aside";
    if (hasInk(row, 0, "coloured")) return isFailure(row) ? "failed" : "aside";
    // What a person answered to a question looks like an answer, but for the block below it.
    return isResult(rows[y + 1]) && !isInterruption(rows[y + 1]!) ? "aside" : "answer";
  }
  if (ENDED.test(row.text) && hasInk(row, 0, "faded")) return "ended";
  // Nothing but Claude itself writes at column 0.
  return "aside";
}

/**
 * `──row 2072 ok`, `❯ row 2073 ok`: indented text over the box's upper rule, and over its prompt below that. A rule with a title ends
 * as a rule, or at the edge that broke it.
 */
function isTorn(rows: readonly Row[], y: number, columns: number): boolean {
  const { text } = rows[y]!;
  if (text.startsWith("❯\u00a0")) return y > 0 && isTorn(rows, y - 1, columns);
  return /^──.*[^─]$/.test(text) && text.length < columns - 1;
}

/** Finished tools collapse to a grey line without a marker; what a tool said, and an interruption, hang on `⎿`. */
function indented(rows: readonly Row[], y: number): Begins | null {
  const row = rows[y]!;
  if (isResult(row)) {
    if (isInterruption(row)) return "interrupted";
    return hasInk(row, row.text.indexOf("⎿") + 3, "red") && /\berror\b/i.test(row.text) ? "failed" : "aside";
  }
  if (!COLLAPSED.test(row.text) || (rows[y - 1]?.text ?? "") !== "") return null;
  const alone = (rows[y + 1]?.text ?? "") === "" || isResult(rows[y + 1]);
  return alone && row.runs.every((run) => run.text.trim() === "" || isFadedRun(row, run.text)) ? "aside" : null;
}

function isFadedRun(row: Row, text: string): boolean {
  return hasInk(row, row.text.indexOf(text), "faded");
}

function isResult(row: Row | undefined): boolean {
  return row?.text.startsWith("  ⎿ ") === true && hasInk(row, 2, "faded");
}

function isInterruption(row: Row): boolean {
  return /^ {2}⎿\s+Interrupted\b/.test(row.text);
}

/** In an error the marker and all of the text share a colour. */
function isFailure(row: Row): boolean {
  return hasInk(row, 2, "coloured") && runAt(row, 0)?.fg === row.runs.findLast((run) => run.text.trim() !== "")?.fg;
}
