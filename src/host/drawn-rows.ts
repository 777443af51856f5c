/** Rows of an emulator's buffer, read cell by cell: runs of cells that look alike, without the blanks at the end. */
import type { IBuffer, IBufferCell } from "@xterm/headless";
import { ATTR, BLANK_ROW, DEFAULT_COLOUR, RGB, type Row, type Run, rowOf } from "#core/screen/still.js";

/** `count` rows from the row `first` of the buffer (the screen's first one without it), each as wide as `columns` at most. */
export function drawnRows(buffer: IBuffer, count: number, columns: number, first = buffer.baseY): Row[] {
  return Array.from({ length: count }, (_, y) => drawnRow(buffer, first + y, columns));
}

/** The row `y` of the buffer, of which nothing is read from column `columns` on. */
export function drawnRow(buffer: IBuffer, y: number, columns: number): Row {
  const line = buffer.getLine(y);
  if (line === undefined) return BLANK_ROW;
  let cell: IBufferCell | undefined;
  const runs: Run[] = [];
  let text = "";
  let cells = 0;
  let unit: 1 | 2 = 1;
  let fg = DEFAULT_COLOUR;
  let bg = DEFAULT_COLOUR;
  let attrs = 0;
  // A grapheme of several code points has a run of its own: in longer runs every code point is one.
  let alone = false;
  for (let x = 0; x < columns; x++) {
    cell = line.getCell(x, cell);
    if (cell === undefined) break;
    const width = cell.getWidth();
    if (width === 0) continue; // the right half of a wide cell
    const chars = cell.getChars() || " ";
    const plain = cell.isAttributeDefault();
    const cellFg = plain ? DEFAULT_COLOUR : foreground(cell);
    const cellBg = plain ? DEFAULT_COLOUR : background(cell);
    const cellAttrs = plain ? 0 : attributes(cell);
    const several = chars.length > 1 && chars.length > (chars.codePointAt(0)! > 0xffff ? 2 : 1);
    const same = cellFg === fg && cellBg === bg && cellAttrs === attrs && width === unit && !alone && !several;
    if (!same) {
      if (cells > 0) runs.push({ text, cells, unit, fg, bg, attrs });
      text = "";
      cells = 0;
      unit = width === 2 ? 2 : 1;
      fg = cellFg;
      bg = cellBg;
      attrs = cellAttrs;
      alone = several;
    }
    text += chars;
    cells += width;
  }
  if (cells > 0) runs.push({ text, cells, unit, fg, bg, attrs });
  return trimmedRow(runs);
}

const SEEN_ON_BLANKS = ATTR.inverse | ATTR.underline | ATTR.strike;

/** Drops the blanks at the end that look like nothing, whatever their foreground. */
export function trimmedRow(runs: Run[]): Row {
  for (let last = runs.at(-1); last !== undefined; last = runs.at(-1)) {
    if (last.bg !== DEFAULT_COLOUR || (last.attrs & SEEN_ON_BLANKS) !== 0) break;
    const text = trimBlanks(last.text);
    if (text === last.text) break;
    runs.pop();
    if (text === "") continue;
    runs.push({ ...last, text, cells: last.cells - (last.text.length - text.length) });
    break;
  }
  return runs.length === 0 ? BLANK_ROW : rowOf(runs);
}

/** Spaces only: a no-break space was written on purpose, and readers ask for its colour. */
function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(0, end);
}

function foreground(cell: IBufferCell): number {
  if (cell.isFgDefault()) return DEFAULT_COLOUR;
  return cell.isFgRGB() ? RGB + cell.getFgColor() : cell.getFgColor();
}

function background(cell: IBufferCell): number {
  if (cell.isBgDefault()) return DEFAULT_COLOUR;
  return cell.isBgRGB() ? RGB + cell.getBgColor() : cell.getBgColor();
}

function attributes(cell: IBufferCell): number {
  return (
    (cell.isBold() ? ATTR.bold : 0) |
    (cell.isDim() ? ATTR.dim : 0) |
    (cell.isItalic() ? ATTR.italic : 0) |
    (cell.isUnderline() ? ATTR.underline : 0) |
    (cell.isBlink() ? ATTR.blink : 0) |
    (cell.isInverse() ? ATTR.inverse : 0) |
    (cell.isInvisible() ? ATTR.invisible : 0) |
    (cell.isStrikethrough() ? ATTR.strike : 0)
  );
}
