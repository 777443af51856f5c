/** The part of a text being written that there is room for: the part around the cursor. */
import { graphemes, graphemeWidth, width } from "../../kit/width.js";
import { type LineEditor, layout } from "../driver/line-editor.js";

export function editorRows(editor: LineEditor, columns: number, height: number) {
  const { rows, cursor } = layout(editor, Math.max(2, columns));
  const from = Math.max(0, Math.min(cursor.y - height + 1, rows.length - height));
  return { rows: rows.slice(from, from + height), cursor: { x: Math.min(cursor.x, columns), y: cursor.y - from } };
}

/** How much of what follows the cursor is kept in sight. */
const AHEAD = 8;
const CUT = "‹";

/** A text of one line, in a field of so many columns that has room for the cursor beside it; a sign where it is cut. */
export function editorLine({ text, cursor }: LineEditor, columns: number): { row: string; cursor: number } {
  const before = graphemes(text.slice(0, cursor));
  const after = text.slice(cursor);
  const room = Math.max(2, columns) - 1 - Math.min(AHEAD, width(after));
  let used = before.reduce((sum, one) => sum + graphemeWidth(one), 0);
  if (used <= room) return { row: text, cursor: used };
  let gone = 0;
  for (; used > Math.max(0, room - 1) && gone < before.length; gone++) used -= graphemeWidth(before[gone]!);
  return { row: CUT + before.slice(gone).join("") + after, cursor: 1 + used };
}
