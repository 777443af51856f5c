/**
 * Rows of history as `capture-pane -e -N` gives them, without an emulator: tmux has laid the rows out already, and what
 * it adds is SGR alone, which carries over from row to row, and SO/SI around line drawing. Ten times as fast as drawing
 * them, which counts where a history has 50 000 rows.
 */
import { ATTR, BLANK_ROW, DEFAULT_COLOUR, RGB, type Row, type Run } from "#core/screen/still.js";
import { trimmedRow } from "./drawn-rows.js";
import { codePointWidth } from "./widths.js";

interface Pen {
  fg: number;
  bg: number;
  attrs: number;
}

/** `text` is one reply of `capture-pane -p -e -N`: rows, each with its newline. */
export function capturedRows(text: string): Row[] {
  const rows: Row[] = [];
  const pen: Pen = { fg: DEFAULT_COLOUR, bg: DEFAULT_COLOUR, attrs: 0 };
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    rows.push(from === to ? BLANK_ROW : readRow(text.slice(from, to), pen));
    from = to + 1;
  }
  return rows;
}

const NO_RUNS: readonly Run[] = [];

/**
 * The same of a capture without `-e`, for rows of whose style nothing is asked: those of ASCII alone have no runs at all,
 * since 50 000 of them would keep the collector busy for longer than all the rest takes.
 */
export function unstyledRows(text: string): Row[] {
  const rows: Row[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    const line = text.slice(from, to);
    if (line === "") rows.push(BLANK_ROW);
    else if (PLAIN.test(line)) rows.push({ text: line.trimEnd(), runs: NO_RUNS });
    else rows.push(readRow(line, { fg: DEFAULT_COLOUR, bg: DEFAULT_COLOUR, attrs: 0 }));
    from = to + 1;
  }
  return rows;
}

/** SGR, any other escape sequence (a hyperlink), or a shift of the character set. */
const CONTROL = /\x1b\[([0-9;:]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[^@-~]*[@-~]|\x1b[^[\]]|[\x00-\x1f\x7f]/g;
const PLAIN = /^[\x20-\x7e]*$/;
/** Line drawing of the VT100, as tmux brackets it with SO and SI. */
const DRAWING: Readonly<Record<string, string>> = Object.fromEntries(
  [..."`afgijklmnopqrstuvwxyz{|}~"].map((letter, n) => [letter, [..."◆▒°±␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"][n]!]),
);

function readRow(line: string, pen: Pen): Row {
  const runs: Run[] = [];
  let at = 0;
  let drawing = false;
  CONTROL.lastIndex = 0;
  for (let match = CONTROL.exec(line); match !== null; match = CONTROL.exec(line)) {
    if (match.index > at) addText(runs, line.slice(at, match.index), pen, drawing);
    at = match.index + match[0].length;
    if (match[1] !== undefined) turnPen(pen, match[1]);
    else if (match[0] === "\x0e") drawing = true;
    else if (match[0] === "\x0f") drawing = false;
  }
  if (at < line.length) addText(runs, at === 0 ? line : line.slice(at), pen, drawing);
  return trimmedRow(runs);
}

function addText(runs: Run[], text: string, { fg, bg, attrs }: Pen, drawing: boolean): void {
  if (PLAIN.test(text)) {
    const shown = drawing ? text.replace(/[`a-~]/g, (letter) => DRAWING[letter] ?? letter) : text;
    runs.push({ text: shown, cells: text.length, unit: 1, fg, bg, attrs });
    return;
  }
  // Graphemes of one width share a run; one of several code points has a run of its own.
  let run = "";
  let unit: 1 | 2 = 1;
  let count = 0;
  let joined = false;
  const close = (): void => {
    if (run !== "") runs.push({ text: run, cells: joined ? unit : count * unit, unit, fg, bg, attrs });
    run = "";
    count = 0;
    joined = false;
  };
  for (const character of text) {
    const width = codePointWidth(character.codePointAt(0)!);
    if (width === 0) {
      if (!joined && count > 1) {
        const last = [...run].at(-1)!;
        run = run.slice(0, -last.length);
        count--;
        close();
        run = last;
        count = 1;
      }
      joined = run !== "";
      run += run === "" ? "" : character;
      continue;
    }
    if (joined || (run !== "" && width !== unit)) close();
    unit = width;
    run += character;
    count++;
  }
  close();
}

function turnPen(pen: Pen, parameters: string): void {
  const codes = parameters === "" ? ["0"] : parameters.split(";");
  for (let n = 0; n < codes.length; n++) {
    const code = codes[n]!;
    const number = Number.parseInt(code, 10) || 0;
    if (number === 38 || number === 48 || number === 58) {
      const parts = code.includes(":") ? code.split(":").filter((part) => part !== "") : codes.slice(n);
      const { colour, used } = extendedColour(parts.map(Number));
      if (!code.includes(":")) n += used;
      if (number === 38) pen.fg = colour;
      else if (number === 48) pen.bg = colour;
    } else if (number === 4) pen.attrs = code === "4:0" ? pen.attrs & ~ATTR.underline : pen.attrs | ATTR.underline;
    else turn(pen, number);
  }
}

/** `38;5;N` or `38;2;R;G;B` from its first number on, and how many numbers follow that first one. */
function extendedColour(parts: readonly number[]): { colour: number; used: number } {
  if (parts[1] === 5) return { colour: parts[2] ?? DEFAULT_COLOUR, used: 2 };
  const [r = 0, g = 0, b = 0] = parts.slice(2, 5);
  return { colour: RGB + ((r & 255) << 16) + ((g & 255) << 8) + (b & 255), used: 4 };
}

const ON: Readonly<Record<number, number>> = {
  1: ATTR.bold,
  2: ATTR.dim,
  3: ATTR.italic,
  5: ATTR.blink,
  7: ATTR.inverse,
  8: ATTR.invisible,
  9: ATTR.strike,
  21: ATTR.underline,
};
const OFF: Readonly<Record<number, number>> = {
  22: ATTR.bold | ATTR.dim,
  23: ATTR.italic,
  24: ATTR.underline,
  25: ATTR.blink,
  27: ATTR.inverse,
  28: ATTR.invisible,
  29: ATTR.strike,
};

function turn(pen: Pen, code: number): void {
  if (code === 0) {
    pen.fg = DEFAULT_COLOUR;
    pen.bg = DEFAULT_COLOUR;
    pen.attrs = 0;
  } else if (code === 39) pen.fg = DEFAULT_COLOUR;
  else if (code === 49) pen.bg = DEFAULT_COLOUR;
  else if (code >= 30 && code <= 37) pen.fg = code - 30;
  else if (code >= 40 && code <= 47) pen.bg = code - 40;
  else if (code >= 90 && code <= 97) pen.fg = code - 82;
  else if (code >= 100 && code <= 107) pen.bg = code - 92;
  else pen.attrs = (pen.attrs | (ON[code] ?? 0)) & ~(OFF[code] ?? 0);
}
