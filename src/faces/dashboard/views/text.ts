/** Texts to read: in two columns, in a frame, and scrolled. */
import { ATTR } from "#core/screen/still.js";
import { wrap } from "../../kit/wrap.js";
import type { Canvas, Style } from "../driver/driver.js";
import { FRAME, type Look, markEdges } from "./look.js";

export interface TextLine {
  readonly left: string;
  readonly leftStyle: Style;
  readonly right: string;
  readonly rightStyle: Style;
}

/** The left column is at most so wide, and at most this part of the whole. */
const LEFT_COLUMNS = 22;
const LEFT_PART = 0.35;

/** `top` past the end shows the end. */
export function paintText(canvas: Canvas, look: Look, title: string, lines: readonly TextLine[], top: number): void {
  canvas.frame({ ...FRAME, attrs: 0 }, title, { attrs: ATTR.bold });
  const inner = { width: canvas.width - 4, height: canvas.height - 2 };
  const { rows, column } = textRows(look, lines, inner.width);
  const from = Math.max(0, Math.min(top, rows.length - inner.height));
  rows.slice(from, from + inner.height).forEach((line, y) => {
    canvas.put(2, y + 1, line.left, line.leftStyle, inner.width);
    if (line.right !== "") canvas.put(2 + column + 1, y + 1, line.right, line.rightStyle, inner.width - column - 1);
  });
  markEdges(canvas, look, from, rows.length - from - inner.height);
}

/** The rows of a text in so many columns, and where its right column begins: as far left as what stands before it allows. */
export function textRows(look: Look, lines: readonly TextLine[], columns: number) {
  const widest = Math.max(0, ...lines.map(({ left, right }) => (right === "" ? 0 : look.width(left))));
  const column = Math.min(widest, LEFT_COLUMNS, Math.floor(columns * LEFT_PART));
  const rows = lines.flatMap((line): TextLine[] => {
    if (line.right === "") return [line];
    const isWide = look.width(line.left) > column;
    const wrapped = wrap(line.right, columns - column - 1).map((right) => ({ ...line, left: "", right }));
    return isWide ? [{ ...line, right: "" }, ...wrapped] : [{ ...line, right: wrapped[0]!.right }, ...wrapped.slice(1)];
  });
  return { rows, column };
}
