/** A terminal too small for anything else. */
import type { Canvas } from "../driver/driver.js";
import { SMALLEST } from "../state/layout.js";
import { fit, type Look } from "./look.js";

export function paintSentence(canvas: Canvas, look: Look): void {
  const text = `drover needs ${SMALLEST.columns}x${SMALLEST.rows}; this is ${canvas.width}x${canvas.height}`;
  canvas.put(0, Math.floor((canvas.height - 1) / 2), fit(look, text, canvas.width), {});
}
