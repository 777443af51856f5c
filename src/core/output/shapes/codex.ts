/** Codex's transcript: markers in column 0, all else indented by two; the same glyph in different styles. Seen in 0.169. */
import { transcriptEnd } from "../../screen/agents/codex.js";
import { hasInk } from "../../screen/ink.js";
import { DEFAULT_COLOUR, type Row, runAt } from "../../screen/still.js";
import type { Begins, TranscriptShape } from "../extract.js";

export const codexShape: TranscriptShape = { end: transcriptEnd, begins, needsStyle, indent: 2, margin: 2, pinned };

function needsStyle(text: string, above: string): boolean {
  if (text === "") return false;
  return text.charCodeAt(0) !== 0x20 || text.startsWith("  └ ") || (above === "" && /^ {2}\S+ for \d/.test(text));
}

function begins(rows: readonly Row[], y: number): Begins | null {
  const row = rows[y]!;
  if (row.text === "") return null;
  if (row.text.startsWith(" ")) {
    // What a tool said, and the tip that hangs below some answers.
    if (row.text.startsWith("  └ ") && hasInk(row, 2, "faded")) return "aside";
    const took = /^ {2}\S+ for (?:\d+[hms] ?)+(?:• |$)/.test(row.text) && hasInk(row, 2, "faded");
    return took && (rows[y - 1]?.text ?? "") === "" ? "ended" : null;
  }
  // The composer's own `›` is bold and not dim; a prompt that was sent is both.
  if (row.text.startsWith("›")) return hasInk(row, 0, "bold") && hasInk(row, 0, "faded") ? "prompt" : "aside";
  if (row.text.startsWith("• ")) {
    // Of an answer marker and blank are dim; of a tool the glyph alone, and its verb is bold.
    return !hasInk(row, 0, "bold") && hasInk(row, 0, "faded") && hasInk(row, 1, "faded") ? "answer" : "aside";
  }
  if (row.text.startsWith("■")) return /\binterrupted\b/i.test(row.text) ? "interrupted" : "failed";
  return "aside";
}

/** The prompt whose answer fills the screen stays at its top, without the tinted rows that stand around a prompt. */
function pinned([first, second]: readonly Row[]): number {
  if (first === undefined || !first.text.startsWith("›") || second === undefined) return 0;
  return isTinted(first) && !isTinted(second) ? 1 : 0;
}

function isTinted(row: Row): boolean {
  const run = runAt(row, 0) ?? row.runs[0];
  return run !== undefined && run.bg !== DEFAULT_COLOUR;
}
