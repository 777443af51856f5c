/** Reading an input box: what a person typed, as against placeholders, suggestions and the cursor's own cell. */
import { runHasInk } from "./ink.js";
import type { Composer } from "./reading.js";
import type { Row } from "./still.js";

/** `[Pasted text #1 +3 lines]`, `[Pasted Content 4078 chars]`, `[Pasted Text: 60 lines]`, `[Pasted ~3 lines]`. */
const PASTED = /\[Pasted [^\]\n]{1,40}\]/i;

/**
 * `rows` are the rows of the box; `from` is where the text begins in each (after the prompt's glyph). Faded runs are
 * placeholders or suggestions; an inverse cell is the cursor, and belongs to the placeholder when only faded text follows.
 */
export function readComposer(rows: readonly Row[], from: number): Composer {
  // The name of a collapsed paste counts in whatever style a program gives it.
  const pasted = rows.some((row) => PASTED.test(row.text));
  const lines = rows.map((row) => typedText(row, from, PASTED.exec(row.text)));
  const text = lines
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
  return { text, empty: text.trim() === "", pasted };
}

/** `name`: that of a collapsed paste, which is text in whatever style. */
function typedText(row: Row, from: number, name: RegExpExecArray | null): string {
  let at = 0;
  let typed = "";
  let cursor = "";
  let suggested = false;
  for (const run of row.runs) {
    const begin = Math.max(from, at);
    const part = run.text.slice(begin - at);
    at += run.text.length;
    if (part === "") continue;
    if (runHasInk(run, "faded")) {
      const kept = name === null ? "" : part.slice(...within(name, begin));
      if (kept === "") suggested ||= part.trim() !== "";
      typed += kept;
    } else if (runHasInk(run, "inverse")) {
      if (cursor === "" && typed.trim() === "") cursor = part;
      else typed += part;
    } else typed += part;
  }
  // A cursor at the very start covers the first letter of what follows: of the suggestion, or of the text.
  if (cursor === "" || (suggested && typed.trim() === "")) return typed;
  return cursor + typed;
}

/** Where the name stands in what begins at `begin` of its row. */
function within({ index, 0: { length } }: RegExpExecArray, begin: number): [number, number] {
  return [Math.max(0, index - begin), Math.max(0, index + length - begin)];
}
