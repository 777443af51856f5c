/**
 * A still: what a pane showed at one moment, as cells. The emulator (host/emulator.ts) makes stills, from captures and
 * from recordings alike; everything that reads or paints a screen takes one.
 */

/** -1 the terminal's default; 0..255 the palette; `RGB + 0xrrggbb` a true colour. */
export type Colour = number;

/** The terminal's own. */
export const DEFAULT_COLOUR: Colour = -1;

/** Added to 0xrrggbb, it makes a true colour of it. */
export const RGB = 0x1000000;

/** Bits of a run's attributes. */
export const ATTR = {
  bold: 1,
  dim: 2,
  italic: 4,
  underline: 8,
  blink: 16,
  inverse: 32,
  invisible: 64,
  strike: 128,
} as const;

/**
 * A stretch of one style. Its graphemes are all `unit` cells wide; where `cells === unit` the whole text is one grapheme
 * (which may hold several code points), otherwise every code point is a grapheme of its own.
 */
export interface Run {
  readonly text: string;
  readonly cells: number;
  readonly unit: 1 | 2;
  readonly fg: Colour;
  readonly bg: Colour;
  readonly attrs: number;
}

/** The runs cover the row from column 0 to the last cell written; what follows is blank in the default style. */
export interface Row {
  /** The runs' texts joined, trailing blanks trimmed. */
  readonly text: string;
  readonly runs: readonly Run[];
}

/** A pane's screen at one moment. */
export interface Still {
  readonly columns: number;
  /** Exactly as many as the pane is high. */
  readonly rows: readonly Row[];
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
  readonly title: string;
  readonly alternate: boolean;
}

/** A row on which nothing is written. */
export const BLANK_ROW: Row = { text: "", runs: [] };

/** The row that these runs are. */
export function rowOf(runs: readonly Run[]): Row {
  let text = "";
  for (const run of runs) text += run.text;
  return { text: text.trimEnd(), runs };
}

/** The run that holds the character at `index` of `row.text`, or null past the end. For asking its colour and attributes. */
export function runAt(row: Row, index: number): Run | null {
  let at = 0;
  for (const run of row.runs) {
    at += run.text.length;
    if (index < at) return run;
  }
  return null;
}

/** The row up to the character at `length` of its text. */
export function cutRow(row: Row, length: number): Row {
  const runs: Run[] = [];
  let left = length;
  for (const run of row.runs) {
    if (left <= 0) break;
    runs.push(run.text.length <= left ? run : { ...run, text: run.text.slice(0, left), cells: left * run.unit });
    left -= run.text.length;
  }
  return { text: row.text.slice(0, length).trimEnd(), runs };
}

/** Removes the frame around a row of a box, and blanks. */
export function unframed(text: string): string {
  return text.replace(/^[\s│┃]+/, "").replace(/[\s│┃]+$/, "");
}
