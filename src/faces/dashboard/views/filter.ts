/** The filter being typed, at the left of the last row. */
import type { Canvas } from "../driver/driver.js";
import type { LineEditor } from "../driver/line-editor.js";
import { editorLine } from "./editor.js";
import { KEY } from "./look.js";

export function paintFilter(canvas: Canvas, editor: LineEditor): void {
  const room = Math.max(10, canvas.width - 32);
  const seen = editorLine(editor, room);
  canvas.put(1, 0, "/", KEY);
  canvas.put(2, 0, seen.row, {}, room);
  canvas.cursor(2 + seen.cursor, 0);
}
