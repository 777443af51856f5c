/**
 * `GET /v1/agents/{ref}/stream` (server-sent events): `event: screen` with the whole still first and after a resize,
 * then `event: rows` with the rows that changed. Runs travel as arrays, trailing defaults left off.
 */
import { BLANK_ROW, DEFAULT_COLOUR, type Row, type Run, rowOf, type Still } from "#core/screen/still.js";

/** `[text, fg, bg, attrs, unit, cells]`; defaults -1, -1, 0, 1 and one cell for each code point. */
export type RunJson = [string, number?, number?, number?, number?, number?];
export type RowJson = RunJson[];

/** A screen, all of it. */
export interface WholeScreenJson {
  columns: number;
  rows: RowJson[];
  cursor: { x: number; y: number; visible: boolean };
  title: string;
  alternate: boolean;
}

/** What changed of it since: rows by their number, from 0. */
export interface ChangedRowsJson {
  rows: [number, RowJson][];
  cursor: { x: number; y: number; visible: boolean };
  title: string;
}

/** A row as it is sent: of each run what is at its usual value at the end is left out. */
export function rowToJson(row: Row): RowJson {
  return row.runs.map((run) => {
    const natural = codePoints(run.text) * run.unit === run.cells;
    const all: RunJson = [run.text, run.fg, run.bg, run.attrs, run.unit, run.cells];
    let keep = natural ? 5 : 6;
    if (keep === 5 && run.unit === 1) keep = 4;
    if (keep === 4 && run.attrs === 0) keep = 3;
    if (keep === 3 && run.bg === DEFAULT_COLOUR) keep = 2;
    if (keep === 2 && run.fg === DEFAULT_COLOUR) keep = 1;
    return all.slice(0, keep) as RunJson;
  });
}

/** The row that `rowToJson` sent. */
export function rowFromJson(json: RowJson): Row {
  if (json.length === 0) return BLANK_ROW;
  const runs = json.map(([text, fg = DEFAULT_COLOUR, bg = DEFAULT_COLOUR, attrs = 0, unit = 1, cells]): Run => {
    return { text, fg, bg, attrs, unit: unit === 2 ? 2 : 1, cells: cells ?? codePoints(text) * unit };
  });
  return rowOf(runs);
}

/** A still as it is sent whole. */
export function screenToJson(still: Still): WholeScreenJson {
  const { columns, cursor, title, alternate } = still;
  return { columns, rows: still.rows.map(rowToJson), cursor, title, alternate };
}

function codePoints(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}
