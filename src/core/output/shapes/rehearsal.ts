/** The practice agent's transcript (src/rehearsal/view.ts): marks at column 0 in their colours, all else indented by two. */
import { transcriptEnd } from "../../screen/agents/rehearsal.js";
import { type Row, runAt } from "../../screen/still.js";
import type { Begins, TranscriptShape } from "../extract.js";

export const rehearsalShape: TranscriptShape = { end: transcriptEnd, begins, needsStyle, indent: 2, margin: 1 };

function needsStyle(text: string): boolean {
  return text.startsWith("  └ ");
}

const MARKS: Readonly<Record<string, Begins>> = {
  ">": "prompt",
  "●": "answer",
  "✓": "ended",
  "✗": "failed",
  "■": "interrupted",
};
const RESULT_COLOUR = 8;

function begins(rows: readonly Row[], y: number): Begins | null {
  const { text } = rows[y]!;
  if (text === "") return null;
  if (!text.startsWith(" ")) return MARKS[text[0]!] ?? "aside";
  return text.startsWith("  └ ") && runAt(rows[y]!, 2)?.fg === RESULT_COLOUR ? "aside" : null;
}
