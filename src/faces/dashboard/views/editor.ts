/** The part of a text being written that fits into a few rows: those around the cursor. */
import { type LineEditor, layout } from "../driver/line-editor.js";

export function editorRows(editor: LineEditor, columns: number, height: number) {
  const { rows, cursor } = layout(editor, Math.max(2, columns));
  const from = Math.max(0, Math.min(cursor.y - height + 1, rows.length - height));
  return { rows: rows.slice(from, from + height), cursor: { x: Math.min(cursor.x, columns), y: cursor.y - from } };
}
