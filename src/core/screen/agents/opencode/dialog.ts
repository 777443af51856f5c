/**
 * opencode's dialogs: bars down to the end of the screen, in a colour, with choices in a row or in a numbered list.
 */
import type { Choice, Question } from "../../../model.js";
import { numberedChoices, question, rowAt } from "../../dialog.js";
import { hasInk, runHasInk } from "../../ink.js";
import { cutRow, type Row, runAt, unframed } from "../../still.js";

/**
 * The dialog on the screen whose last row with anything on it is `end`, and the last floor of a composer `floor` (-1 for
 * none); null where there is no dialog.
 */
export function findDialog(rows: readonly Row[], end: number, floor: number): Question | null {
  const bar = /^ {1,4}┃/.exec(rowAt(rows, end).text);
  if (bar === null || (floor > 0 && floor > end - 2)) return null;
  const column = bar[0].length - 1;
  if (!hasInk(rows[end]!, column, "coloured")) return null;
  const top = barTop(rows, end, column);
  const edge = commonest(rows.slice(top, end + 1).map((row) => groundEnd(row, column)));
  rows = rows.map((row, y) => (y >= top && y <= end ? cutRow(row, edge) : row));
  const inside = rows.slice(top, end + 1).map((row) => row.text.slice(column + 1).trim());
  const action = inside.findLastIndex((text) => text !== "") + top;
  if (action <= top) return null;
  const list = numberedChoices(rows, action - 1, { isSelected: (row) => isHighlighted(row, column) });
  if (list !== null && list.first > top) return listQuestion(rows, top, list, action);
  const review = reviewOf(rows.slice(top, action), rows[action]!);
  if (review !== null) return review;
  // Where the screen is narrow the hints take rows of their own, below the choices.
  let at = action;
  while (at > top && at > action - 3 && choicesInARow(rows[at]!, column) === null) at--;
  const choices = choicesInARow(rows[at]!, column);
  if (choices === null) return null;
  const body = rows.slice(top, at);
  return question(body.some((row) => /[△⚠]|permission|allow/i.test(row.text)) ? "permission" : "other", body, choices);
}

/** The first of the rows down to `bottom` that have a bar in `column`, of that row's colour. */
export function barTop(rows: readonly Row[], bottom: number, column: number): number {
  const colour = runAt(rows[bottom]!, column)?.fg;
  let top = bottom;
  while (rows[top - 1]?.text[column] === "┃" && runAt(rows[top - 1]!, column)?.fg === colour) top--;
  return top;
}

function commonest(numbers: readonly number[]): number {
  const count = (one: number) => numbers.filter((other) => other === one).length;
  return numbers.reduce((best, one) => (count(one) > count(best) ? one : best), numbers[0] ?? 0);
}

/**
 * Where the ground right of the bar ends. On a wide screen a column of the session's facts stands beside the dialog, on
 * another one; highlighted words have grounds of their own, so most rows tell the dialog's width, not each of them.
 */
function groundEnd(row: Row, column: number): number {
  let at = 0;
  let ground: number | null = null;
  for (const run of row.runs) {
    const end = at + run.text.length;
    if (end > column + 1) {
      ground ??= run.bg;
      if (run.bg !== ground) return at;
    }
    at = end;
  }
  return at;
}

const FIELD = "Type your own answer";

/** A numbered list of answers: its last one takes a text, in a row of its own below it. */
function listQuestion(
  rows: readonly Row[],
  top: number,
  list: NonNullable<ReturnType<typeof numberedChoices>>,
  action: number,
): Question {
  const body = rows.slice(top, list.first);
  const choices = list.choices.map((choice, n): Choice => {
    // Once picked it is marked, for as long as the list still stands.
    if (!choice.text.startsWith(FIELD)) return { ...choice, text: choice.text.replace(/ ✓$/, "") };
    const below = rows.slice(list.at[n]! + 1, action).find((row) => unframed(row.text) !== "");
    const stands = below === undefined ? "" : unframed(below.text);
    const text = stands === FIELD ? "" : stands;
    return {
      ...choice,
      text: FIELD,
      field: { text, open: choice.selected && below !== undefined && choice.checked !== true },
    };
  });
  const multiple = choices.some(({ checked }) => checked !== undefined) ? ({ multiple: true } as const) : {};
  return question("question", body, choices, { ...multiple, questions: questionsOf(body) });
}

/** `Database   Checks   Confirm` stands above the questions of a form; a lone question to be picked from has no such row. */
function questionsOf(body: readonly Row[]): number {
  const tabs = body.map((row) => unframed(row.text)).find((text) => /\sConfirm$/.test(text));
  return tabs === undefined ? 1 : tabs.split(/\s{2,}/).length - 1;
}

function reviewOf(body: readonly Row[], action: Row): Question | null {
  if (!/\benter submit\b/.test(action.text) || !body.some((row) => unframed(row.text) === "Review")) return null;
  const send: Choice = { key: "", text: "Submit", selected: true, submits: true };
  return question("question", body, [send], { reviews: questionsOf(body), questions: questionsOf(body) });
}

/** In a numbered list the chosen one's number is coloured; the others' are grey. A tick colours the text as well. */
function isHighlighted(row: Row, column: number): boolean {
  const number = row.text.slice(column + 1).search(/\d/);
  return number >= 0 && hasInk(row, column + 1 + number, "coloured");
}

const HINT = /^(?:(?:ctrl|alt|shift)\+|[⇆↑↓←→]|(?:enter|esc|tab)\b)/i;

/** `Allow once   Allow always   Reject`, at the left; the highlighted one stands on a coloured ground. */
function choicesInARow(row: Row, column: number): Choice[] | null {
  const choices: Choice[] = [];
  let at = 0;
  let blanks = "";
  for (const run of row.runs) {
    const begin = at;
    at += run.text.length;
    if (begin <= column) continue;
    const text = run.text.trim();
    if (text === "") {
      blanks += run.text;
      if (choices.length > 0 && blanks.length > 6) break; // the hints at the right
      continue;
    }
    blanks = "";
    if (HINT.test(text)) break;
    choices.push({ key: "", text, selected: runHasInk({ ...run, fg: run.bg }, "coloured") });
  }
  return choices.length >= 2 && choices.filter((choice) => choice.selected).length === 1 ? choices : null;
}
