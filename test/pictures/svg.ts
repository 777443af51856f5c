/**
 * A still as SVG, made so that rsvg-convert draws it true: the cell is exactly as wide as the font's advance, lines and
 * blocks are shapes and not glyphs, and whatever is not plain text stands at its own place.
 */
import { ATTR, DEFAULT_COLOUR, RGB, type Run, type Still } from "#core/screen/still.js";

const FONT_SIZE = 17;
/** DejaVu Sans Mono's advance is 1233 of 2048 units. */
const CELL = (FONT_SIZE * 1233) / 2048;
const ROW = 20;
const BASELINE = 15;
const MARGIN = 12;
const FOREGROUND = "#d4d7de";
const BACKGROUND = "#16181d";
const PALETTE = [
  "#2a2e37",
  "#e06c75",
  "#98c379",
  "#e5c07b",
  "#61afef",
  "#c678dd",
  "#56b6c2",
  "#abb2bf",
  "#5c6370",
  "#ff7b86",
  "#b5e890",
  "#ffd68a",
  "#7cc4ff",
  "#dd92f5",
  "#6fd3e0",
  "#ffffff",
];

/** The picture of a screen, its cursor included. */
export function svg(still: Still): string {
  const width = Math.ceil(still.columns * CELL + 2 * MARGIN);
  const height = still.rows.length * ROW + 2 * MARGIN;
  const backgrounds: string[] = [];
  const marks: string[] = [];
  for (const [y, row] of still.rows.entries()) {
    let x = 0;
    for (const run of row.runs) {
      paintRun(run, x, y, backgrounds, marks);
      x += run.cells;
    }
  }
  if (still.cursor.visible) {
    const at = `x="${px(still.cursor.x)}" y="${still.cursor.y * ROW}"`;
    marks.push(`<rect ${at} width="${CELL.toFixed(2)}" height="${ROW}" fill="${FOREGROUND}" opacity="0.7"/>`);
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" fill="${BACKGROUND}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})" font-family="DejaVu Sans Mono, Noto Sans CJK SC, Noto Sans Symbols2" font-size="${FONT_SIZE}" xml:space="preserve">`,
    `<g shape-rendering="crispEdges">${backgrounds.join("")}</g>`,
    ...marks,
    "</g></svg>\n",
  ].join("\n");
}

function paintRun(run: Run, x: number, y: number, backgrounds: string[], marks: string[]): void {
  const inverse = (run.attrs & ATTR.inverse) !== 0;
  const front = colour(run.fg, FOREGROUND);
  const back = colour(run.bg, BACKGROUND);
  const ink = inverse ? back : front;
  const ground = inverse ? front : back;
  if (ground !== BACKGROUND) {
    const from = Math.round(x * CELL);
    const width = Math.round((x + run.cells) * CELL) - from;
    backgrounds.push(`<rect x="${from}" y="${y * ROW}" width="${width}" height="${ROW}" fill="${ground}"/>`);
  }
  if ((run.attrs & ATTR.invisible) !== 0) return;
  const look = [
    `fill="${ink}"`,
    run.attrs & ATTR.bold ? 'font-weight="bold"' : "",
    run.attrs & ATTR.italic ? 'font-style="italic"' : "",
    run.attrs & ATTR.dim ? 'opacity="0.6"' : "",
  ].filter((part) => part !== "");
  const style = look.join(" ");
  const text = (at: number, content: string) =>
    marks.push(`<text x="${px(at)}" y="${y * ROW + BASELINE}" ${style}>${escaped(content)}</text>`);
  const pieces = run.cells === run.unit ? [run.text] : Array.from(run.text);
  let plain = "";
  const flush = (end: number) => {
    if (plain.trim() !== "") text(end - plain.length, plain);
    plain = "";
  };
  let at = x;
  for (const piece of pieces) {
    if (/^[\x21-\x7e]$/.test(piece)) plain += piece;
    else {
      flush(at);
      const code = piece.codePointAt(0)!;
      const shape = code >= 0x2500 && code <= 0x259f ? boxShape(code, at, y) : null;
      if (shape !== null)
        marks.push(`<g ${style.replaceAll("fill=", "color=")} shape-rendering="crispEdges">${shape}</g>`);
      else if (piece.trim() !== "") text(at, piece);
    }
    at += run.unit;
  }
  flush(at);
  const rule = (offset: number) =>
    marks.push(`<rect x="${px(x)}" y="${y * ROW + offset}" width="${px(run.cells)}" height="1" fill="${ink}"/>`);
  if (run.attrs & ATTR.underline) rule(BASELINE + 2);
  if (run.attrs & ATTR.strike) rule(ROW / 2);
}

/** Which of up, right, down, left a box-drawing character reaches, and how: 1 light, 2 heavy, 3 double. */
const ARMS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  "─": [0, 1, 0, 1],
  "━": [0, 2, 0, 2],
  "│": [1, 0, 1, 0],
  "┃": [2, 0, 2, 0],
  "┌": [0, 1, 1, 0],
  "┐": [0, 0, 1, 1],
  "└": [1, 1, 0, 0],
  "┘": [1, 0, 0, 1],
  "├": [1, 1, 1, 0],
  "┤": [1, 0, 1, 1],
  "┬": [0, 1, 1, 1],
  "┴": [1, 1, 0, 1],
  "┼": [1, 1, 1, 1],
  "┏": [0, 2, 2, 0],
  "┓": [0, 0, 2, 2],
  "┗": [2, 2, 0, 0],
  "┛": [2, 0, 0, 2],
  "═": [0, 3, 0, 3],
  "║": [3, 0, 3, 0],
  "╔": [0, 3, 3, 0],
  "╗": [0, 0, 3, 3],
  "╚": [3, 3, 0, 0],
  "╝": [3, 0, 0, 3],
  "╴": [0, 0, 0, 1],
  "╵": [1, 0, 0, 0],
  "╶": [0, 1, 0, 0],
  "╷": [0, 0, 1, 0],
  "╌": [0, 1, 0, 1],
  "┄": [0, 1, 0, 1],
  "┈": [0, 1, 0, 1],
  "╎": [1, 0, 1, 0],
  "┆": [1, 0, 1, 0],
};

/** Null where the font's own glyph will do. */
function boxShape(code: number, x: number, y: number): string | null {
  // On whole pixels, and lines through their middles: else some come out one pixel wide and some two.
  const left = Math.round(x * CELL);
  const top = y * ROW;
  const right = Math.round((x + 1) * CELL);
  const bottom = top + ROW;
  const middleX = Math.floor((left + right) / 2) + 0.5;
  const middleY = top + ROW / 2 + 0.5;
  const char = String.fromCodePoint(code);
  const path = (d: string, width: number) =>
    `<path d="${d}" stroke="currentColor" stroke-width="${width}" fill="none"/>`;
  const n = (value: number) => value.toFixed(2);
  const rounded: Record<string, string> = {
    "╭": `M${n(middleX)} ${n(bottom)}Q${n(middleX)} ${n(middleY)} ${n(right)} ${n(middleY)}`,
    "╮": `M${n(middleX)} ${n(bottom)}Q${n(middleX)} ${n(middleY)} ${n(left)} ${n(middleY)}`,
    "╰": `M${n(middleX)} ${n(top)}Q${n(middleX)} ${n(middleY)} ${n(right)} ${n(middleY)}`,
    "╯": `M${n(middleX)} ${n(top)}Q${n(middleX)} ${n(middleY)} ${n(left)} ${n(middleY)}`,
  };
  if (rounded[char]) return path(rounded[char], 1).replace("/>", ' shape-rendering="auto"/>');
  const arms = ARMS[char];
  if (arms) {
    const ends = [
      [middleX, top],
      [right, middleY],
      [middleX, bottom],
      [left, middleY],
    ] as const;
    return arms
      .map((kind, at) => {
        if (kind === 0) return "";
        const [endX, endY] = ends[at]!;
        const line = (dx: number, dy: number) =>
          path(`M${n(middleX + dx)} ${n(middleY + dy)}L${n(endX + dx)} ${n(endY + dy)}`, kind === 2 ? 2 : 1);
        if (kind !== 3) return line(0, 0);
        return at % 2 === 0 ? line(-2, 0) + line(2, 0) : line(0, -2) + line(0, 2);
      })
      .join("");
  }
  if (code < 0x2580) return null;
  const rect = (fromX: number, fromY: number, toX: number, toY: number, opacity = 1) =>
    `<rect x="${n(left + fromX * (right - left))}" y="${n(top + fromY * ROW)}" width="${n((toX - fromX) * (right - left))}" height="${n((toY - fromY) * ROW)}" fill="currentColor" opacity="${opacity}"/>`;
  if (code === 0x2580) return rect(0, 0, 1, 0.5);
  if (code <= 0x2588) return rect(0, 1 - (code - 0x2580) / 8, 1, 1);
  if (code <= 0x258f) return rect(0, 0, (0x2590 - code) / 8, 1);
  if (code === 0x2590) return rect(0.5, 0, 1, 1);
  if (code <= 0x2593) return rect(0, 0, 1, 1, (code - 0x2590) / 4);
  if (code === 0x2594) return rect(0, 0, 1, 1 / 8);
  if (code === 0x2595) return rect(7 / 8, 0, 1, 1);
  // Quadrants: 1 upper left, 2 upper right, 4 lower left, 8 lower right.
  const quarters = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14][code - 0x2596] ?? 0;
  return [0, 1, 2, 3]
    .filter((bit) => quarters & (1 << bit))
    .map((bit) => rect((bit & 1) / 2, (bit >> 1) / 2, (bit & 1) / 2 + 0.5, (bit >> 1) / 2 + 0.5))
    .join("");
}

function colour(value: number, byDefault: string): string {
  if (value === DEFAULT_COLOUR) return byDefault;
  if (value >= RGB) return `#${(value & 0xffffff).toString(16).padStart(6, "0")}`;
  if (value < 16) return PALETTE[value]!;
  if (value >= 232) return `#${((8 + (value - 232) * 10) * 0x010101).toString(16).padStart(6, "0")}`;
  const step = (part: number) => (part === 0 ? 0 : 55 + part * 40).toString(16).padStart(2, "0");
  const at = value - 16;
  return `#${step(Math.floor(at / 36))}${step(Math.floor(at / 6) % 6)}${step(at % 6)}`;
}

function px(cells: number): string {
  return (cells * CELL).toFixed(2);
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
