/** opencode's transcript: prompts and tools behind a bar, answers without a marker, indented by five. Seen in 1.18. */
import { isTurnLine, transcriptEnd } from "../../screen/agents/opencode.js";
import { hasInk } from "../../screen/ink.js";
import type { Row, Still } from "../../screen/still.js";
import type { Begins, TranscriptShape } from "../extract.js";

const TOOK = /· (?:\d+(?:\.\d+)?(?:ms|s|m|h) ?)+$/;

export const opencodeShape: TranscriptShape = {
  end: transcriptEnd,
  begins,
  indent: 5,
  margin: 4,
  width,
  unmarked: true,
};

/** On a wide screen a column of facts stands at the right: the floor of the composer ends where the transcript does. */
function width({ rows, columns }: Still): number {
  const floor = rows.findLast((row) => /^ {1,4}╹▀{10,}/.test(row.text))?.text;
  return floor === undefined ? columns : /^ +╹▀+/.exec(floor)![0].length;
}

function begins(rows: readonly Row[], y: number): Begins | null {
  const row = rows[y]!;
  if (row.text === "") return null;
  const above = rows[y - 1]?.text ?? "";
  if (/^ {1,4}┃/.test(row.text)) {
    if (/^ {1,4}┃/.test(above)) return null;
    const bar = row.text.indexOf("┃");
    // A prompt's bar has the agent's colour, a failure's is red, a tool's is nearly the ground's.
    if (hasInk(row, bar, "red")) return "failed";
    return hasInk(row, bar, "coloured") ? "prompt" : "aside";
  }
  // One that never got its duration was stopped, as a denied permission stops it.
  if (isTurnLine(row)) return TOOK.test(row.text) ? "ended" : "interrupted";
  if (!/^ {5}\S/.test(row.text) || above !== "") return null;
  // `✱ Glob "*"`, `→ Read file`: a glyph in a colour; an answer's own text has the text's colour.
  const glyph = /^ {5}[^\p{ASCII}\p{L}\p{N}•]/u.test(row.text) && !/^ {5}[\u2500-\u257f]/.test(row.text);
  return glyph && (hasInk(row, 5, "coloured") || hasInk(row, 5, "faded")) ? "aside" : "answer";
}
