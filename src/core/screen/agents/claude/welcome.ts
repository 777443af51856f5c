/**
 * The pages that Claude Code shows below its welcome before the first session (seen in 2.1.328): how it is to look, the way
 * to sign in, a code to be pasted, notes to be read. They have neither rules nor hints of keys; what tells them apart from
 * anything quoted is the welcome's title and picture, which stand at the top of the screen and in column 0. Where there are
 * few rows the picture is left out, and the top of the page may have scrolled off.
 */
import type { Choice, Question } from "../../../model.js";
import { numberedChoices, question, rowAt } from "../../dialog.js";
import { hasInk } from "../../ink.js";
import { type Row, type Still, unframed } from "../../still.js";

/** Rows of the picture, the title above it included. */
const PICTURE_LIMIT_ROWS = 24;
const GROUND = /^[.…]{3,}.*[.…]{20,}$/;

/** Column 0 is Claude Code's own: prompts, answers and rules begin there, and no row of such a page does. */
const OWN = /^[●⏺❯⎿─>]/;

/** The page that is shown, or null. `end`: the last row with anything on it. */
export function welcomePage({ rows, cursor }: Still, end: number): Question | null {
  const top = rows.findIndex((row) => row.text !== "");
  const isTitle = /^Welcome to Claude Code\b/.test(rowAt(rows, top).text) && hasInk(rowAt(rows, top), 0, "coloured");
  const picture = rows.slice(0, top + PICTURE_LIMIT_ROWS).findLastIndex((row) => GROUND.test(row.text));
  const isPicture = picture >= 0 && !rows.slice(0, picture).some((row) => OWN.test(row.text));
  const page = rows.slice(isPicture ? picture + 1 : isTitle ? top + 1 : 0, end + 1);
  if (cursor.visible || page.some((row) => /^\S/.test(row.text))) return null;
  if (isTitle || isPicture) return pickFrom(page) ?? codeFor(page) ?? notes(page);
  // Nothing of either is left: what is highlighted has the hidden cursor.
  const isPointer = rowAt(rows, cursor.y).text[cursor.x] === "❯";
  return isPointer ? pickFrom(page) : null;
}

function pickFrom(page: readonly Row[]): Question | null {
  const pointer = page.findLastIndex(
    (row) => /^\s{0,4}❯ /.test(row.text) && hasInk(row, row.text.indexOf("❯"), "coloured"),
  );
  if (pointer < 0) return null;
  const list = numberedChoices(page, page.length - 1);
  if (list === null) return looks(page, pointer);
  if (pointer < list.first) return null;
  const body = page.slice(0, list.first);
  const isLogin = body.some((row) => /\blogin\b|\bsign in\b|\bAPI key\b/i.test(row.text));
  return question(isLogin ? "login" : "other", body, list.choices);
}

/**
 * Without numbers: the rows around the pointer, up to a blank one. `✔` stands before what is set now. With few rows only a
 * part of them is shown, down to a single one: rows tell how many more there are, or an arrow stands in the pointer's column
 * where the pointer itself does not. So the shown ones do not tell this dialog from another.
 */
function looks(page: readonly Row[], pointer: number): Question | null {
  const isChoice = (y: number) => /^\s{0,4}(?:[❯↑↓] | {2})(?:✔ | {2})\S/.test(rowAt(page, y).text);
  if (!isChoice(pointer)) return null;
  let [first, last] = [pointer, pointer];
  while (isChoice(first - 1)) first--;
  while (isChoice(last + 1)) last++;
  const isMore = (y: number) => /^\s+[↑↓] \d+ more$/.test(rowAt(page, y).text);
  const shown = page.slice(first, last + 1);
  const isCut =
    shown.length === 1 || isMore(first - 1) || isMore(last + 1) || shown.some((row) => /^\s*[↑↓]/.test(row.text));
  const choices = shown.map((row, n): Choice => {
    return { key: "", text: row.text.replace(/^[\s❯↑↓✔]+/, ""), selected: first + n === pointer };
  });
  const body = page.slice(0, first).filter((_, y) => !isMore(y));
  const { scrolls, ...asked } = question("other", body, choices, {}, true);
  return isCut ? { ...asked, scrolls } : asked;
}

/** A framed field of one row, below `Paste code here if prompted`. */
function codeFor(page: readonly Row[]): Question | null {
  const at = page.findLastIndex((row) => /^\s*Paste code here\b/.test(row.text));
  const edge = page.findIndex((row, y) => y > at && /^\s*╭─+╮$/.test(row.text));
  if (at < 0 || edge < 0) return null;
  const text = unframed(rowAt(page, edge + 1).text);
  return question("login", page.slice(0, at + 1), [], { field: { text, open: true } });
}

function notes(page: readonly Row[]): Question | null {
  const last = page.at(-1);
  const at = last?.text.search(/\S/) ?? -1;
  if (last === undefined || !/^\s*Press Enter to continue/.test(last.text) || !hasInk(last, at, "coloured"))
    return null;
  const go: Choice = { key: "", text: "Continue", selected: true };
  return question("other", page.slice(0, -1), [go]);
}
