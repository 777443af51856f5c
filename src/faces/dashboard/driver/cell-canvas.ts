/**
 * Paints into blessed's cell buffer directly. A wide grapheme stands in its left cell and leaves "" in the right one;
 * whatever overwrites one half turns the other into a blank, so no cell is ever half of something.
 */
import { ATTR, DEFAULT_COLOUR, type Row } from "#core/screen/still.js";
import { graphemes, graphemeWidth } from "../../kit/width.js";
import type { Canvas, Rect, Style } from "./driver.js";
import { DEFAULT_STYLE, type StyleTable } from "./styles.js";

export type Cell = [style: number, text: string];
export type Line = Cell[] & { dirty?: boolean };

const ASCII = /^[\x20-\x7e]*$/;
/** Controls would move the terminal's cursor, and bidirectional overrides reorder what is read. */
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export class CellCanvas implements Canvas {
  readonly width: number;
  readonly height: number;
  cursorAt: { x: number; y: number } | null = null;

  constructor(
    private readonly lines: readonly Line[],
    private readonly rect: Rect,
    private readonly styles: StyleTable,
  ) {
    this.width = Math.max(0, rect.width);
    this.height = Math.max(0, rect.height);
    this.blank(0, 0, this.width, this.height, DEFAULT_STYLE);
  }

  put(x: number, y: number, text: string, style?: Style, limit?: number): number {
    const end = Math.min(this.width, limit === undefined ? this.width : x + limit);
    const id = this.styleId(style);
    if (ASCII.test(text)) {
      for (let at = 0; at < text.length && x < end; at++, x++) this.set(x, y, id, text[at]!, 1);
      return x;
    }
    for (const grapheme of graphemes(text)) {
      if (x >= end) break;
      const shown = UNSAFE.test(grapheme) ? replaceUnsafe(grapheme) : grapheme;
      const columns = graphemeWidth(shown);
      if (columns === 0) continue;
      if (x + columns > end) {
        this.set(x, y, id, " ", 1);
        return x + 1;
      }
      this.set(x, y, id, shown, columns);
      x += columns;
    }
    return x;
  }

  row(x: number, y: number, row: Row): void {
    for (const run of row.runs) {
      if (x >= this.width) return;
      const id = this.styles.id(run.fg, run.bg, run.attrs);
      if (run.cells === run.unit) {
        this.set(x, y, id, UNSAFE.test(run.text) ? replaceUnsafe(run.text) : run.text, run.unit);
        x += run.unit;
        continue;
      }
      const end = x + run.cells;
      for (const char of run.text) {
        this.set(x, y, id, UNSAFE.test(char) ? "\ufffd" : char, run.unit);
        x += run.unit;
      }
      x = end;
    }
  }

  fill(x: number, y: number, width: number, height: number, style: Style): void {
    this.blank(x, y, width, height, this.styleId(style));
  }

  frame(style: Style, title = "", titleStyle: Style = style): void {
    const right = this.width - 1;
    const bottom = this.height - 1;
    if (right < 1 || bottom < 1) return;
    const rule = "─".repeat(Math.max(0, right - 1));
    this.put(0, 0, `┌${rule}┐`, style);
    this.put(0, bottom, `└${rule}┘`, style);
    for (let y = 1; y < bottom; y++) {
      this.put(0, y, "│", style);
      this.put(right, y, "│", style);
    }
    if (title !== "" && right > 4) {
      const after = this.put(3, 0, title, titleStyle, right - 5);
      this.put(2, 0, " ", style);
      this.put(after, 0, " ", style);
    }
  }

  cursor(x: number, y: number): void {
    const inside = x >= 0 && y >= 0 && x < this.width && y < this.height;
    this.cursorAt = inside ? { x: this.rect.left + x, y: this.rect.top + y } : null;
  }

  private styleId(style: Style | undefined): number {
    if (!style) return DEFAULT_STYLE;
    const bg = style.bg ?? DEFAULT_COLOUR;
    let attrs = style.attrs ?? 0;
    // Without colours a marked row would not be seen; with inverse it is.
    if (this.styles.depth === "mono" && bg !== DEFAULT_COLOUR) attrs |= ATTR.inverse;
    return this.styles.id(style.fg ?? DEFAULT_COLOUR, bg, attrs);
  }

  private blank(x: number, y: number, width: number, height: number, id: number): void {
    const right = Math.min(this.width, x + width);
    const bottom = Math.min(this.height, y + height);
    for (let row = Math.max(0, y); row < bottom; row++) {
      for (let column = Math.max(0, x); column < right; column++) this.set(column, row, id, " ", 1);
    }
  }

  private set(x: number, y: number, id: number, text: string, columns: number): void {
    if (x === -1 && columns === 2) {
      this.set(0, y, id, " ", 1);
      return;
    }
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const line = this.lines[this.rect.top + y];
    const at = this.rect.left + x;
    const cell = line?.[at];
    if (!line || !cell) return;
    if (columns === 2 && (x + 1 >= this.width || !line[at + 1])) {
      this.set(x, y, id, " ", 1); // half of it would stand outside
      return;
    }
    if (cell[1] === "" && at > 0) line[at - 1]![1] = " ";
    const last = at + columns - 1;
    if (line[last + 1]?.[1] === "") line[last + 1]![1] = " ";
    cell[0] = id;
    cell[1] = text;
    if (columns === 2) {
      line[at + 1]![0] = id;
      line[at + 1]![1] = "";
    }
    line.dirty = true;
  }
}

function replaceUnsafe(grapheme: string): string {
  return /^[\t\r\n]/.test(grapheme) ? " " : "\ufffd";
}
