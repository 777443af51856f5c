/**
 * The difference between what is on the terminal and what shall be, as one string. Replaces blessed's own draw: no
 * terminfo, no alternate character set, and after every grapheme that terminals measure differently the column is said
 * again, so that a disagreement never shifts a row.
 */
import { isRisky } from "../../kit/width.js";
import type { Line } from "./cell-canvas.js";
import { DEFAULT_STYLE, type StyleTable } from "./styles.js";

/** Up to this many unchanged cells are written again where that is shorter than a jump over them (`CSI n G`). */
const GAP = 3;

/**
 * Writes the changes from `shown` to `wanted` and makes `shown` equal to it. Only lines marked dirty are looked at, and
 * the mark is taken off. The string begins and ends in the default style; it is empty when nothing changed.
 */
export function drawChanges(wanted: readonly Line[], shown: readonly Line[], styles: StyleTable): string {
  let out = "";
  let style = DEFAULT_STYLE;
  // Where the terminal's cursor is known to be; -1 when it is not.
  let cursorX = -1;
  let cursorY = -1;
  for (let y = 0; y < wanted.length; y++) {
    const line = wanted[y]!;
    if (!line.dirty) continue;
    line.dirty = false;
    const old = shown[y]!;
    const columns = Math.min(line.length, old.length);
    let blanksFrom = columns;
    while (blanksFrom > 0 && line[blanksFrom - 1]![1] === " " && line[blanksFrom - 1]![0] === DEFAULT_STYLE)
      blanksFrom--;
    let force = -1; // a cell that must be written although it is the same: its neighbour may have spilt into it
    for (let x = 0; x < columns; x++) {
      const cell = line[x]!;
      const was = old[x]!;
      if (x !== force && cell[0] === was[0] && cell[1] === was[1]) continue;
      if (cell[1] === "") {
        // The right half differs and the left did not: the pair is written again from its left cell.
        if (x > 0 && x !== force) {
          old[x - 1]![0] = -1;
          x -= 2;
        }
        continue;
      }
      if (cursorY !== y) out += `\x1b[${y + 1}${x === 0 ? "" : `;${x + 1}`}H`;
      else if (cursorX !== x) {
        const gap = cursorX >= 0 ? plainGap(line, cursorX, x, style) : null;
        out += gap ?? `\x1b[${x + 1}G`;
      }
      cursorY = y;
      if (x >= blanksFrom) {
        out += `${styles.change(style, DEFAULT_STYLE)}\x1b[K`;
        style = DEFAULT_STYLE;
        for (let rest = x; rest < columns; rest++) copy(line[rest]!, old[rest]!);
        cursorX = x;
        break;
      }
      out += styles.change(style, cell[0]);
      style = cell[0];
      const text = cell[1];
      const wide = x + 1 < columns && line[x + 1]![1] === "";
      const risky = text.charCodeAt(0) >= 0x300 && isRisky(text);
      if (risky && wide) out += `  \x1b[${x + 1}G`; // should the terminal think it narrow, nothing old stays behind it
      out += text;
      copy(cell, was);
      if (wide) {
        copy(line[x + 1]!, old[x + 1]!);
        x++;
      }
      cursorX = risky || x + 1 >= columns ? -1 : x + 1;
      if (risky) {
        force = x + 1;
        if (line[force]?.[0] === DEFAULT_STYLE && force >= blanksFrom && force < columns) old[force]![0] = -1;
      }
    }
  }
  return out === "" ? "" : out + styles.change(style, DEFAULT_STYLE);
}

/** Makes `shown` stand for a terminal that was just cleared, and every line of `wanted` worth looking at. */
export function forgetShown(wanted: readonly Line[], shown: readonly Line[]): void {
  for (const line of shown) {
    for (const cell of line) {
      cell[0] = DEFAULT_STYLE;
      cell[1] = " ";
    }
  }
  for (const line of wanted) line.dirty = true;
}

function copy(from: Line[number], to: Line[number]): void {
  to[0] = from[0];
  to[1] = from[1];
}

/** The text between two columns if writing it again is short, safe and needs no other style. */
function plainGap(line: Line, from: number, to: number, style: number): string | null {
  if (to - from > GAP || to < from) return null;
  let text = "";
  for (let x = from; x < to; x++) {
    const cell = line[x]!;
    if (cell[0] !== style || cell[1].length !== 1 || cell[1].charCodeAt(0) >= 0x300) return null;
    text += cell[1];
  }
  return text;
}
