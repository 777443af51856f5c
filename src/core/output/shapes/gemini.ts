/** Gemini's transcript: prompts in boxes, markers in column 0, tools in frames or behind a tick. Seen in 0.61. */
import { isSentPrompt, transcriptEnd } from "../../screen/agents/gemini.js";
import { hasInk } from "../../screen/ink.js";
import type { Row } from "../../screen/still.js";
import type { Begins, TranscriptShape } from "../extract.js";

export const geminiShape: TranscriptShape = { end: transcriptEnd, begins, needsStyle, indent: 2, margin: 4, prefix };

/** A blank row may be the edge of a prompt's box; a number that of a line of code. */
function needsStyle(text: string): boolean {
  return text.charCodeAt(0) !== 0x20 || /^ {2}(?:[^\p{L}\p{N}\s]| *\d)/u.test(text);
}

function begins(rows: readonly Row[], y: number, columns: number): Begins | null {
  const row = rows[y]!;
  // The upper edge; where colours are few both edges look alike.
  if (isSentPrompt(rows, y, columns)) return [row, rows[y + 1]].some(isPrompt) ? "prompt" : null;
  if (row.text === "") return null;
  if (row.text.startsWith(" ")) {
    return /^ {2}[^\p{L}\p{N}\s] {2}\S/u.test(row.text) && hasInk(row, 2, "coloured") ? "aside" : null;
  }
  if (row.text.startsWith("✦ ")) return hasInk(row, 0, "coloured") || hasInk(row, 0, "plain") ? "answer" : "aside";
  if (row.text.startsWith("✕")) return "failed";
  if (row.text.startsWith("ℹ")) return /\bcancell?ed\b/i.test(row.text) ? "interrupted" : "aside";
  // The lower edge of a prompt's box goes on with the prompt.
  return /^▀+$/.test(row.text) ? null : "aside";
}

function isPrompt(row: Row | undefined): boolean {
  return row !== undefined && /^\s?[>!*] /.test(row.text);
}

/** Code stands behind line numbers in grey. */
function prefix(row: Row): number {
  const number = /^ {2,}(\d+)(?: |$)/.exec(row.text);
  if (number === null || !hasInk(row, number[0].search(/\d/), "faded")) return 0;
  return number[0].length - 2;
}
