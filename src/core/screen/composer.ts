/** Reading an input box: what a person typed, as against placeholders, suggestions and the cursor's own cell. */
import { runHasInk } from "./ink.js";
import type { Composer } from "./reading.js";
import type { Row, Still } from "./still.js";

/** `[Pasted text #1 +3 lines]`, `[Pasted Content 4078 chars]`, `[Pasted Text: 60 lines]`, `[Pasted ~3 lines]`. */
const PASTED = /\[Pasted [^\]\n]{1,40}\]/i;

/** Where a box's cursor stands: `row` of the box, column `x` of the screen. */
export interface Caret {
  readonly row: number;
  readonly x: number;
}

/**
 * `rows` are the rows of the box; `from` is where the text begins in each (after the prompt's glyph). Faded runs are
 * placeholders or suggestions; an inverse cell is the cursor, and belongs to the placeholder when only faded text follows.
 * `caret`, of a program whose cursor stands at the beginning of an empty box: behind it something was typed, though it
 * cannot be seen (blanks, characters that tmux drops since its C library does not know them).
 */
export function readComposer(rows: readonly Row[], from: number, caret: Caret | null = null): Composer {
  // The name of a collapsed paste counts in whatever style a program gives it.
  const pasted = rows.some((row) => PASTED.test(row.text));
  const lines = rows.map((row) => typedText(row, from, PASTED.exec(row.text)));
  const text = lines
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
  const isBehind = caret !== null && (caret.row > 0 || caret.x > from);
  return { text, empty: text.trim() === "" && !isBehind, pasted };
}

/** The cursor of a program that draws its own: the first cell that is inverse and blank, with nothing faded before it. */
export function drawnCaret(rows: readonly Row[], from: number): Caret | null {
  for (const [row, { runs }] of rows.entries()) {
    let x = 0;
    for (const run of runs) {
      if (x >= from && runHasInk(run, "inverse")) return run.cells === 1 && run.text.trim() === "" ? { row, x } : null;
      if (x >= from && run.text.trim() !== "") return null;
      x += run.cells;
    }
  }
  return null;
}

/** The terminal's own cursor, where it is shown in the box whose first row is `top`. */
export function shownCaret(still: Still, top: number, rows: number): Caret | null {
  return still.cursor.visible ? keptCaret(still, top, rows) : null;
}

/** That of a program that hides it, and yet keeps it where it draws its own, for what is typed in a list of candidates. */
export function keptCaret({ cursor }: Still, top: number, rows: number): Caret | null {
  const row = cursor.y - top;
  return row >= 0 && row < rows ? { row, x: cursor.x } : null;
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
