/** A terminal too small for anything else. */
import type { Canvas } from "../driver/driver.js";
import { SMALLEST } from "../state/layout.js";
import { type Look, rowsOf } from "./look.js";

export function paintSentence(canvas: Canvas, look: Look): void {
  const text = `drover needs ${SMALLEST.columns}x${SMALLEST.rows}; this is ${canvas.width}x${canvas.height}`;
  const rows = rowsOf(look, text, canvas.width, canvas.height);
  const top = Math.floor((canvas.height - rows.length) / 2);
  rows.forEach((row, y) => {
    canvas.put(0, top + y, row, {});
  });
}
