/**
 * The pages of Codex (0.169) before its first session: how to sign in, a key to be pasted, whether a folder is trusted.
 * They say in their last rows, grey, what Enter and Escape do; the pointer is a plain `>`.
 */
import type { Question } from "../../../model.js";
import { type ChoiceList, numberedChoices, question, rowAt } from "../../dialog.js";
import { hasInk } from "../../ink.js";
import type { Row } from "../../still.js";

/** The page's last row above its hints, and what Enter does on it; null where it is no such page. */
function pageEnd(rows: readonly Row[], end: number): { readonly end: number; readonly enter: string } | null {
  for (let y = end, hints = 0; y >= 0 && hints < 2; y--, hints++) {
    const { text } = rows[y]!;
    const match = /^\s*Press (enter|esc) to (\w+)/i.exec(text);
    if (match === null || !hasInk(rows[y]!, text.search(/\S/), "faded")) return null;
    if (match[1] === "enter") return { end: y - 1, enter: match[2]! };
  }
  return null;
}

/** The choices of a page that goes on by Enter. */
export function firstRunChoices(rows: readonly Row[], end: number): ChoiceList | null {
  const page = pageEnd(rows, end);
  if (page?.enter !== "continue") return null;
  return numberedChoices(rows, page.end, { isSelected: (row) => /^\s*> \d/.test(row.text) });
}

/** The page that asks for a key: a frame named after what goes into it. */
export function keyPage(rows: readonly Row[], end: number): Question | null {
  const page = pageEnd(rows, end);
  if (page?.enter !== "save") return null;
  const edge = rows.findLastIndex((row, y) => y <= page.end && /^╭[^─╮]+─+╮$/.test(row.text));
  const head = rows.findLastIndex((row, y) => y < edge && /^> \S/.test(row.text));
  if (edge < 0 || head < 0) return null;
  const row = rowAt(rows, edge + 1);
  const isPlaceholder = hasInk(row, row.text.search(/[^│\s]/), "faded");
  const text = isPlaceholder ? "" : row.text.replace(/^│|│$/g, "").trim();
  const body = rows.slice(head, edge).map((one) => ({ ...one, text: one.text.replace(/^> /, "") }));
  return question("login", body, [], { field: { text, open: true } });
}
