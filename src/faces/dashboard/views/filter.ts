/** The filter being typed, at the left of the last row. */
import type { Canvas } from "../driver/driver.js";
import type { LineEditor } from "../driver/line-editor.js";
import { editorRows } from "./editor.js";
import { KEY } from "./look.js";

export function paintFilter(canvas: Canvas, editor: LineEditor): void {
  const room = Math.max(10, canvas.width - 32);
  const seen = editorRows(editor, room, 1);
  canvas.put(1, 0, "/", KEY);
  canvas.put(2, 0, seen.rows[0] ?? "", {}, room);
  canvas.cursor(2 + seen.cursor.x, 0);
}
