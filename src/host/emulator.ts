/**
 * Bytes that a terminal program wrote, turned into stills: what `capture-pane` says of a live pane, and what a recording
 * holds. The emulator itself is @xterm/headless; it is loaded at the first still, so that nothing pays for it at start.
 */
import type { ITerminalOptions, Terminal } from "@xterm/headless";
import type { Signal } from "#core/screen/signals.js";
import { BLANK_ROW, type Row, type Still } from "#core/screen/still.js";
import { drawnRow, drawnRows } from "./drawn-rows.js";
import { codePointWidth, type GraphemeRules, graphemeProperties, OLD_TMUX } from "./widths.js";

/** What tmux says of a pane beside its text. Zero-based cursor. */
export interface PaneFrame {
  readonly columns: number;
  readonly rows: number;
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
  readonly title: string;
  readonly alternate: boolean;
}

/** Sizes kept at once; a fleet has few, and a terminal of 200x60 takes about 200 KB. */
const TERMINAL_LIMIT = 8;

/** Turns captures into stills. Keeps one blank terminal for each size in use, and nothing of any pane. */
export class Emulator {
  #rules: GraphemeRules;
  readonly #terminals = new Map<string, Promise<Terminal>>();

  constructor(rules: GraphemeRules = OLD_TMUX) {
    this.#rules = rules;
  }

  /** From the next still on: another tmux server may count cells in another way. */
  useRules(rules: GraphemeRules): void {
    const { selectorWidens, handsWide, skinTones } = this.#rules;
    const same = rules.selectorWidens === selectorWidens && rules.handsWide === handsWide;
    if (same && rules.skinTones === skinTones) return;
    this.#rules = rules;
    // Not disposed of: a still may be on its way through one.
    this.#terminals.clear();
  }

  /**
   * One reply of `capture-pane -p -e -N`: rows parted by newlines, with SGR (which carries over from row to row) and
   * SO/SI around line-drawing characters. Each row is placed by itself with autowrap off, so that a disagreement about a
   * width stays in its row. Rows too many are left out, missing ones are blank. Calls may overlap; each gets its own still.
   */
  async still(captureText: string, frame: PaneFrame): Promise<Still> {
    const terminal = await this.#terminal(frame.columns, frame.rows);
    const lines = captureText.split("\n", frame.rows);
    // Reset attributes and charset, designate G1 as line drawing, autowrap off, clear, then the rows.
    let text = "\x1b[m\x0f\x1b)0\x1b[?7l\x1b[2J";
    for (const [y, line] of lines.entries()) text += `\x1b[${y + 1};1H${line}`;
    return new Promise((resolve, reject) => {
      terminal.write(text, () => {
        try {
          const { cursor, title, alternate, columns } = frame;
          const { active } = terminal.buffer;
          const rows = Array.from({ length: frame.rows }, (_, y) => {
            const line = lines[y] ?? "";
            // Reading the cells is most of the work, and the rows of a screen are short: no character is wider than two.
            const filled = line.includes("\t") ? columns : Math.min(columns, 2 * line.length);
            return filled === 0 ? BLANK_ROW : drawnRow(active, active.baseY + y, filled);
          });
          resolve({ columns, rows, cursor, title, alternate });
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Lets the terminals go. The emulator may be used again. */
  async close(): Promise<void> {
    const terminals = [...this.#terminals.values()];
    this.#terminals.clear();
    for (const terminal of terminals) (await terminal).dispose();
  }

  async #terminal(columns: number, rows: number): Promise<Terminal> {
    const size = `${columns}x${rows}`;
    let terminal = this.#terminals.get(size);
    if (terminal === undefined) {
      if (this.#terminals.size >= TERMINAL_LIMIT) {
        // The one unused longest: a map keeps the order of insertion, and use inserts again.
        const oldest = this.#terminals.keys().next().value as string;
        // Not disposed of: a still may be on its way through it. Without a reference it is collected.
        this.#terminals.delete(oldest);
      }
      terminal = openTerminal(columns, rows, this.#rules);
    } else {
      this.#terminals.delete(size);
    }
    this.#terminals.set(size, terminal);
    return terminal;
  }
}

/** What a terminal is called before its program names it. tmux shows the host's name, never nothing. */
export const UNTITLED = "untitled";

/** A terminal that lives through a recording: bytes in, in any chunks; stills and signals out. */
export class Stream {
  readonly #terminal: Terminal;
  #title: string;
  #cursorVisible = true;
  #signals: Signal[] = [];
  /** Counts what was fed; the last still is as good as a new one while that is what it shows. */
  #fed = 0;
  #last: { readonly fed: number; readonly still: Still } | null = null;
  /** The emulator's own (@xterm/headless 6.0.0) loses a character cut before a byte 0x80, as that of a box's edge is. */
  readonly #decoder = new TextDecoder();

  private constructor(terminal: Terminal, title: string) {
    this.#terminal = terminal;
    this.#title = title;
    terminal.onTitleChange((text) => {
      this.#title = text;
      this.#signals.push({ kind: "title", text });
    });
    terminal.onBell(() => this.#signals.push({ kind: "bell", text: "" }));
    for (const number of [7501, 9, 777, 99] as const) {
      terminal.parser.registerOscHandler(number, (text) => {
        this.#signals.push({ kind: `osc-${number}`, text });
        return true;
      });
    }
    const cursorMode = (visible: boolean) => (params: (number | number[])[]) => {
      if (params.includes(25)) this.#cursorVisible = visible;
      return false; // the emulator's own handler runs as well
    };
    terminal.parser.registerCsiHandler({ prefix: "?", final: "h" }, cursorMode(true));
    terminal.parser.registerCsiHandler({ prefix: "?", final: "l" }, cursorMode(false));
  }

  /** `title` is what the terminal shows before the program sets one; `historyRows` of what scrolls off the top are kept. */
  static async open(
    columns: number,
    rows: number,
    title = "",
    rules: GraphemeRules = OLD_TMUX,
    historyRows = 0,
  ): Promise<Stream> {
    return new Stream(await openTerminal(columns, rows, rules, historyRows), title);
  }

  /** Bytes (UTF-8) or text, cut anywhere. Order is kept; nothing need be awaited before the next call. */
  feed(bytes: Uint8Array | string): void {
    this.#fed++;
    this.#terminal.write(typeof bytes === "string" ? bytes : this.#decoder.decode(bytes, { stream: true }));
  }

  /** Wants some history: without any, @xterm/headless 6.0.0 may fail at the next byte where rows became shorter. */
  resize(columns: number, rows: number): void {
    this.#fed++;
    this.#terminal.write("", () => this.#terminal.resize(columns, rows));
  }

  /** The screen after everything fed so far, and the signals since the snapshot before. */
  snapshot(): Promise<{ readonly still: Still; readonly signals: readonly Signal[] }> {
    const fed = this.#fed;
    return new Promise((resolve, reject) => {
      this.#terminal.write("", () => {
        try {
          const signals = this.#signals;
          this.#signals = [];
          if (this.#last?.fed === fed) {
            resolve({ still: this.#last.still, signals });
            return;
          }
          const { buffer, rows, cols: columns } = this.#terminal;
          const { cursorX, cursorY, type } = buffer.active;
          const still: Still = {
            columns,
            rows: drawnRows(buffer.active, rows, columns),
            cursor: { x: Math.min(cursorX, columns - 1), y: cursorY, visible: this.#cursorVisible },
            title: this.#title,
            alternate: type === "alternate",
          };
          this.#last = { fed, still };
          resolve({ still, signals });
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** How many rows have scrolled off the top and are kept. The alternate screen keeps none. */
  get historySize(): number {
    return this.#terminal.buffer.active.baseY;
  }

  /** The last `count` rows of history after everything fed so far, oldest first; the screen is not among them. */
  history(count: number): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.#terminal.write("", () => {
        try {
          const { buffer, cols } = this.#terminal;
          const size = buffer.active.baseY;
          const wanted = Math.min(count, size);
          resolve(drawnRows(buffer.active, wanted, cols, size - wanted));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  close(): void {
    this.#terminal.dispose();
  }
}

async function openTerminal(columns: number, rows: number, rules: GraphemeRules, historyRows = 0): Promise<Terminal> {
  const xterm = await import("@xterm/headless");
  // Its types promise named exports; at run time an ES module sees the default export alone, a bundle the names.
  const open = xterm.default?.Terminal ?? xterm.Terminal;
  const options: ITerminalOptions & { cols: number; rows: number } = {
    cols: columns,
    rows,
    scrollback: historyRows,
    // As tmux does: what is cleared goes into the history.
    scrollOnEraseInDisplay: historyRows > 0,
    allowProposedApi: true,
    logLevel: "off",
  };
  const terminal = new open(options);
  terminal.unicode.register({
    version: "tmux",
    wcwidth: codePointWidth,
    charProperties: (codePoint, preceding) => graphemeProperties(codePoint, preceding, rules),
  });
  terminal.unicode.activeVersion = "tmux";
  return terminal;
}
