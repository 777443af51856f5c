/**
 * Puts frames on the terminal. A frame is what was said since the last one, then the live rows: what is still being
 * said, the spinner, the composer or the dialog. On the main screen what was said scrolls into the terminal's history
 * and only the live rows are painted again; on the alternate screen the whole screen is the program's. Either way only
 * rows that changed are written, one write a frame.
 */
import { clip, wrap } from "./text.js";

/** One thing said: a mark at column 0 in its colour, then text indented by two. `sgr` values are SGR parameters. */
export interface Said {
  readonly mark: string;
  readonly markSgr: string;
  readonly text: string;
  readonly textSgr: string;
  /** A blank row stands above it. */
  readonly apart: boolean;
}

export interface Frame {
  /** Finished since the last frame. */
  readonly said: readonly Said[];
  readonly live: readonly string[];
  /** Row and column within `live`; null hides the cursor. */
  readonly cursor: { readonly x: number; readonly y: number } | null;
  readonly title: string;
}

export function styled(sgr: string, text: string): string {
  return sgr === "" || text === "" ? text : `\x1b[${sgr}m${text}\x1b[m`;
}

/** The rows of one thing said, at this width. */
export function saidRows(said: Said, columns: number): string[] {
  const rows = said.text.split("\n").flatMap((line) => wrap(line, Math.max(4, columns - 2)));
  const painted = rows.map((row, index) => {
    const mark = index === 0 ? styled(said.markSgr, said.mark) : " ".repeat(said.mark === "" ? 0 : 1);
    return said.mark === "" ? `  ${styled(said.textSgr, row)}`.trimEnd() : `${mark} ${styled(said.textSgr, row)}`;
  });
  return said.apart ? ["", ...painted] : painted;
}

/** How much is kept to paint again after a resize. */
const KEPT_SAID = 200;

export class Painter {
  private readonly kept: Said[] = [];
  private painted: readonly string[] = [];
  private cursorRow = 0;
  private title = "";
  private stale = false;

  constructor(
    private readonly write: (bytes: string) => void,
    private readonly size: () => { columns: number; rows: number },
    private readonly alternate: boolean,
  ) {}

  /** Bracketed paste and focus reports are asked for, as the real programs do. */
  enter(): void {
    this.write(`${this.alternate ? "\x1b[?1049h\x1b[2J\x1b[H" : ""}\x1b[?2004h\x1b[?1004h`);
  }

  /** `last` is left behind, below what was said. */
  leave(last: string): void {
    const away = this.alternate ? "\x1b[?1049l" : `${this.toTop()}\x1b[J\r\n`;
    this.write(`${away}\x1b[?2004l\x1b[?1004l\x1b[?25h\x1b]2;\x07\x1b[90m${last}\x1b[m\r\n`);
  }

  frame(frame: Frame): void {
    this.kept.push(...frame.said);
    if (this.kept.length > KEPT_SAID) this.kept.splice(0, this.kept.length - KEPT_SAID);
    const { columns, rows } = this.size();
    const live = frame.live.slice(-rows);
    const cut = frame.live.length - live.length;
    const title = frame.title === this.title ? "" : `\x1b]2;${frame.title}\x07`;
    this.title = frame.title;
    const clear = this.afresh(frame.said);
    const body = this.alternate
      ? this.whole(live, rows)
      : this.below(
          frame.said.flatMap((said) => saidRows(said, columns)),
          live,
        );
    const at = frame.cursor === null ? null : { x: frame.cursor.x, y: Math.max(0, frame.cursor.y - cut) };
    const end = at === null ? "\x1b[?25l" : `${this.place(at.x, at.y, rows, live.length)}\x1b[?25h`;
    this.write(`\x1b[?2026h${title}${clear}${body}${end}\x1b[?2026l`);
  }

  /** After a resize nothing on the screen is where it was: the next frame begins with all that is kept. */
  resized(): void {
    this.stale = true;
  }

  private afresh(said: readonly Said[]): string {
    if (!this.stale) return "";
    const { columns, rows } = this.size();
    this.stale = false;
    this.painted = [];
    this.cursorRow = 0;
    const older = this.alternate ? [] : this.kept.slice(0, this.kept.length - said.length);
    const tail = older.flatMap((one) => saidRows(one, columns)).slice(-rows);
    return `\x1b[2J\x1b[H${tail.map((row) => `${row}\r\n`).join("")}`;
  }

  private keptRows(): string[] {
    return this.kept.flatMap((said) => saidRows(said, this.size().columns));
  }

  /** Alternate screen: what was said from the top, the live rows at the bottom. */
  private whole(live: readonly string[], rows: number): string {
    const above = rows - live.length;
    const said = this.keptRows().slice(above > 0 ? -above : this.kept.length * rows);
    const all = [...said, ...Array<string>(Math.max(0, above - said.length)).fill(""), ...live];
    let bytes = "";
    for (const [index, row] of all.entries()) {
      if (row !== this.painted[index]) bytes += `\x1b[${index + 1}H${row}\x1b[K`;
    }
    this.painted = all;
    return bytes;
  }

  /** Main screen: what was said goes above the live rows and scrolls away. */
  private below(said: readonly string[], live: readonly string[]): string {
    let bytes = this.toTop();
    if (said.length > 0 || live.length !== this.painted.length) {
      bytes += `\x1b[J${[...said, ...live].join("\r\n")}`;
      this.cursorRow = live.length - 1;
    } else {
      for (const [index, row] of live.entries()) {
        if (row === this.painted[index]) continue;
        bytes += `${this.toRow(index)}${row}\x1b[K`;
      }
    }
    this.painted = live;
    return bytes;
  }

  private place(x: number, y: number, rows: number, live: number): string {
    if (this.alternate) return `\x1b[${rows - live + y + 1};${x + 1}H`;
    return `${this.toRow(y)}\x1b[${x + 1}G`;
  }

  private toTop(): string {
    return this.toRow(0);
  }

  private toRow(row: number): string {
    const by = row - this.cursorRow;
    this.cursorRow = row;
    return `\r${by < 0 ? `\x1b[${-by}A` : by > 0 ? `\x1b[${by}B` : ""}`;
  }
}

/** A full row of `─`, clipped so that it never wraps. */
export function rule(sgr: string, columns: number): string {
  return styled(sgr, clip("─".repeat(columns), columns));
}
