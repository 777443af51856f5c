/** A text wrapped for the line editor: by graphemes, with tabs as blanks, so that each row knows its place in the text. */
import { graphemes, graphemeWidth } from "../../kit/width.js";

const TAB_COLUMNS = 4;

/** A row as it is drawn, and which part of the text it is. */
export interface WrappedRow {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
}

/** Rows of lines wrapped before, so that a key in a long text wraps only the line it is in. */
let wrapped = { columns: 0, lines: new Map<string, readonly WrappedRow[]>() };

/** The rows of `text`, its lines wrapped at `columns` (Infinity: not at all), in order. */
export function wrap(text: string, columns: number): WrappedRow[] {
  const known = wrapped.columns === columns ? wrapped.lines : new Map<string, readonly WrappedRow[]>();
  const lines = new Map<string, readonly WrappedRow[]>();
  const rows: WrappedRow[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    const own = known.get(line) ?? lines.get(line) ?? wrapLine(line, columns);
    lines.set(line, own);
    for (const row of own) rows.push({ start: start + row.start, end: start + row.end, shown: row.shown });
    start += line.length + 1;
  }
  wrapped = { columns, lines };
  return rows;
}

/** A line that fills its last row is followed by an empty one, for the cursor to stand in. */
function wrapLine(line: string, columns: number): WrappedRow[] {
  const rows: WrappedRow[] = [];
  let start = 0;
  let at = 0;
  let x = 0;
  for (const grapheme of graphemes(line)) {
    const takes = columnsOf(grapheme, x);
    if (x + takes > columns) {
      rows.push({ start, end: at, shown: expand(line.slice(start, at)) });
      start = at;
      x = 0;
    }
    x += columnsOf(grapheme, x);
    at += grapheme.length;
  }
  rows.push({ start, end: at, shown: expand(line.slice(start, at)) });
  if (x >= columns) rows.push({ start: at, end: at, shown: "" });
  return rows;
}

/** The last row that begins at or before the cursor. */
export function rowOf(rows: readonly WrappedRow[], cursor: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle]!.start <= cursor) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How many columns `grapheme` takes where it stands in column `x`. */
export function columnsOf(grapheme: string, x: number): number {
  return grapheme === "\t" ? TAB_COLUMNS - (x % TAB_COLUMNS) : graphemeWidth(grapheme);
}

/** `text` with blanks for its tabs, as it is drawn from column 0. */
export function expand(text: string): string {
  if (!text.includes("\t")) return text;
  let out = "";
  let x = 0;
  for (const grapheme of graphemes(text)) {
    const takes = columnsOf(grapheme, x);
    out += grapheme === "\t" ? " ".repeat(takes) : grapheme;
    x += takes;
  }
  return out;
}
