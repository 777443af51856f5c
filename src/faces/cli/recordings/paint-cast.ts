/** Turns what the daemon sends of a screen into what a terminal would have to be sent to show it. */
import { ATTR, type Colour, DEFAULT_COLOUR, RGB, type Row, type Run } from "#core/screen/still.js";
import { type ChangedRowsJson, rowFromJson, type WholeScreenJson } from "#wire/screen.js";

export interface CastPiece {
  readonly kind: "o" | "r";
  readonly text: string;
}

export class CastPainter {
  #size = "";
  #alternate: boolean | null = null;
  #title: string | null = null;

  /** Whether the screen's size is another one than that of the picture before. */
  isResized(screen: WholeScreenJson): boolean {
    return this.#size !== "" && this.#size !== sizeOf(screen);
  }

  /**
   * All of a screen, for the program's own bytes to go on from: all of it may scroll, lines wrap again. Row by row, since
   * what is cleared as a whole would go into the history.
   */
  wholeForBytes(screen: WholeScreenJson): CastPiece[] {
    const rows = screen.rows.map((row, y) => `\x1b[${y + 1};1H\x1b[m\x1b[2K${paintRow(y, rowFromJson(row))}`);
    const text = `${this.#switched(screen)}\x1b[r\x1b[?6l\x1b[?7l${rows.join("")}${this.#rest(screen)}\x1b[?7h`;
    return [...this.#resized(screen), { kind: "o", text }];
  }

  /** All of a screen, after a change of its size where that is another one. */
  whole(screen: WholeScreenJson): CastPiece[] {
    // No line may wrap by itself: every run is put where it stood.
    let text = `${this.#switched(screen)}\x1b[?7l\x1b[m\x1b[2J`;
    for (const [y, row] of screen.rows.entries()) text += paintRow(y, rowFromJson(row));
    return [...this.#resized(screen), { kind: "o", text: text + this.#rest(screen) }];
  }

  #resized(screen: WholeScreenJson): CastPiece[] {
    const size = sizeOf(screen);
    const pieces: CastPiece[] = this.isResized(screen) ? [{ kind: "r", text: size }] : [];
    this.#size = size;
    return pieces;
  }

  #switched({ alternate }: WholeScreenJson): string {
    if (this.#alternate === alternate) return "";
    this.#alternate = alternate;
    return alternate ? "\x1b[?1049h" : "\x1b[?1049l";
  }

  rows({ rows, ...rest }: ChangedRowsJson): CastPiece[] {
    const text = rows.map(([y, row]) => `\x1b[${y + 1};1H\x1b[m\x1b[2K${paintRow(y, rowFromJson(row))}`).join("");
    return [{ kind: "o", text: text + this.#rest(rest) }];
  }

  #rest({ cursor, title }: Pick<ChangedRowsJson, "cursor" | "title">): string {
    const named = title === this.#title ? "" : `\x1b]2;${title.replace(/\p{Cc}/gu, "")}\x07`;
    this.#title = title;
    return `${named}\x1b[m\x1b[${cursor.y + 1};${cursor.x + 1}H\x1b[?25${cursor.visible ? "h" : "l"}`;
  }
}

function sizeOf({ columns, rows }: WholeScreenJson): string {
  return `${columns}x${rows.length}`;
}

function paintRow(y: number, row: Row): string {
  let text = "";
  let x = 0;
  for (const run of row.runs) {
    text += `\x1b[${y + 1};${x + 1}H${style(run)}${run.text.replace(/\p{Cc}/gu, " ")}`;
    x += run.cells;
  }
  return text;
}

const SGR: readonly (readonly [number, number])[] = [
  [ATTR.bold, 1],
  [ATTR.dim, 2],
  [ATTR.italic, 3],
  [ATTR.underline, 4],
  [ATTR.blink, 5],
  [ATTR.inverse, 7],
  [ATTR.invisible, 8],
  [ATTR.strike, 9],
];

function style({ fg, bg, attrs }: Run): string {
  const codes = [0, ...SGR.filter(([bit]) => (attrs & bit) !== 0).map(([, code]) => code)];
  return `\x1b[${[...codes, ...colour(fg, 38), ...colour(bg, 48)].join(";")}m`;
}

function colour(value: Colour, code: number): number[] {
  if (value === DEFAULT_COLOUR) return [];
  if (value < RGB) return [code, 5, value];
  const packed = value - RGB;
  return [code, 2, (packed >> 16) & 255, (packed >> 8) & 255, packed & 255];
}
