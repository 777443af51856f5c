/**
 * Claude Code's dialogs. One takes the place of the box: choices with a coloured pointer, below a rule or above a faded
 * hint. Those of a form of questions have tabs above them, and a row that sends what is ticked.
 */
import type { Choice, Question, QuestionKind } from "../../../model.js";
import {
  behindNumber,
  type ChoiceList,
  type Form,
  numberedChoices,
  question,
  rowAt,
  withoutFaded,
} from "../../dialog.js";
import { hasInk } from "../../ink.js";
import { type Row, type Still, unframed } from "../../still.js";
import { HINT } from "./hint.js";
import { welcomePage } from "./welcome.js";

/** The dialog on the screen whose last row with anything on it is `end`; null where there is none. */
export function findDialog(still: Still, end: number): Question | null {
  const { rows } = still;
  const page = welcomePage(still, end);
  if (page !== null) return page;
  return cutDialog(rows, end) ?? wholeDialog(still, end);
}

/**
 * A dialog taller than the screen: ` ↑ 11 more lines`, coloured, above its hint. The highlight may be above what is shown
 * and its first choices with it; then there is nothing to be picked from, and where the highlight stands makes no other dialog of it.
 */
function cutDialog(rows: readonly Row[], end: number): Question | null {
  const more = rows.findLastIndex(
    (row, y) => y < end && y >= end - HINT_LIMIT_ROWS && /^ ↑ \d+ \S/.test(row.text) && hasInk(row, 1, "coloured"),
  );
  if (more < 0) return null;
  const hints = rows.slice(more + 1, end + 1);
  const text = hints.map((row) => row.text.trim()).join(" ");
  if (!HINT.test(text) || !hints.every((row) => hasInk(row, row.text.search(/\S/), "faded"))) return null;
  const list = numberedChoices(rows, more - 1);
  if (list !== null && list.choices[0]?.key === "1") return null;
  const body = rows.slice(0, more).map((row) => ({ ...row, text: row.text.replace(/^(\s{0,4})❯ /, "$1  ") }));
  return question(kindOf(body, { text, runs: [] }), body, []);
}

/** Hints wrap where the screen is narrow. */
const HINT_LIMIT_ROWS = 4;

function wholeDialog(still: Still, end: number): Question | null {
  const { rows, columns } = still;
  const hinted = HINT.test(rows[end]!.text) && hasInk(rows[end]!, rows[end]!.text.search(/\S/), "faded");
  const pointer = rows.findLastIndex(
    (row, y) => y <= end && /^\s{0,4}❯ /.test(row.text) && hasInk(row, row.text.indexOf("❯"), "coloured"),
  );
  if (pointer < 0) return null;
  const top = rows.findLastIndex((row, y) => y < pointer && (isRule(row, columns) || /^▔{8,}$/.test(row.text)));
  if (!hinted && top < 0) return null;
  const list = numberedChoices(rows, hinted ? end - 1 : end, LIST) ?? plainChoices(rows, pointer);
  if (list === null || pointer < list.first) return null;
  const above = rows.findLastIndex((row, y) => y < list.first && (isRule(row, columns) || /^▔{8,}$/.test(row.text)));
  const body = withoutTip(rows.slice(above + 1, list.first));
  const kind = kindOf(body, rows[end]!);
  if (kind === "plan" && "at" in list) return question(kind, body, withFeedback(rows, list));
  if (kind !== "question" || !("at" in list)) return question(kind, body, list.choices);
  // Below a rule of its own is what leaves the form; the last choice above it takes a text.
  const rule = rows.findIndex((row, y) => y > list.first && isRule(row, columns));
  const choices = withField(
    rows,
    list,
    rule < 0 ? -1 : list.at.findLastIndex((y, n) => y < rule && !list.choices[n]!.submits),
  );
  const form = formOf(body, choices);
  const sent = form.reviews === undefined ? choices : choices.map((choice, n) => (n === 0 ? sends(choice) : choice));
  return question(kind, body, sent, form);
}

/** A rule as wide as the screen; it may hold a title. */
export function isRule(row: Row, columns: number): boolean {
  return row.text.length >= columns - 1 && /^─{8,}.*─$/.test(row.text);
}

function sends(choice: Choice): Choice {
  return { ...choice, submits: true };
}

/** `Submit`, or `Next` where another question follows, below the choices that can be ticked. */
const LIST = {
  submit: /^(?:❯ {4}| {5})(Submit|Next)$/,
  isSubmitSelected: (row: Row) => row.text.startsWith("❯") && hasInk(row, 0, "coloured"),
};

/** The choice `index` as the field it is. What is typed goes into it as long as it is highlighted. */
function withField(
  rows: readonly Row[],
  { at, choices }: ChoiceList,
  index: number,
  placeholder?: string,
): readonly Choice[] {
  return choices.map((choice, n): Choice => {
    if (n !== index) return choice;
    const name = placeholder ?? (choice.checked === undefined ? "Type something." : "Type something");
    const isEmpty = behindNumber(rows[at[n]!]!).replace(/\.$/, "") === name.replace(/\.$/, "");
    return { ...choice, text: name, field: { text: isEmpty ? "" : choice.text, open: choice.selected } };
  });
}

/** A plan's last choice takes what is to be changed; below it stands how it is approved with that. */
function withFeedback(rows: readonly Row[], list: ChoiceList): readonly Choice[] {
  const last = list.at.length - 1;
  const takesText = /^\s+\S+ to approve with this feedback$/.test(rowAt(rows, list.at[last]! + 1).text);
  return takesText ? withField(rows, list, last, "Tell Claude what to change") : list.choices;
}

/** `←  ☒ Database  ☐ Checks  ✔ Submit  →` stands above the questions of a form; a lone question may have just `☐ Database`. */
function formOf(body: readonly Row[], choices: readonly Choice[]): Form {
  const tabs = body.find((row) => /^\s*←\s+[☐☒]/.test(row.text))?.text.match(/[☐☒]/g)?.length ?? 1;
  if (choices.some(({ checked }) => checked !== undefined)) return { multiple: true, questions: tabs };
  return body.some((row) => row.text.trim() === "Review your answers")
    ? { reviews: tabs, questions: tabs }
    : { questions: tabs };
}

/** A tip changes from one showing of the same dialog to the next. It is bold, and may wrap. */
function withoutTip(rows: readonly Row[]): Row[] {
  let inTip = false;
  return rows.filter((row) => {
    const begins = /^\s*Tip:/.test(row.text);
    inTip = begins || (inTip && hasInk(row, row.text.search(/\S/), "bold"));
    return !inTip;
  });
}

/** Choices without numbers: the rows around the pointer whose text begins in the pointer's text column. */
function plainChoices(rows: readonly Row[], pointer: number): { first: number; choices: readonly Choice[] } | null {
  const column = rows[pointer]!.text.indexOf("❯") + 2;
  const isChoice = (y: number) => y === pointer || new RegExp(`^ {${column}}\\S`).test(rowAt(rows, y).text);
  let first = pointer;
  while (isChoice(first - 1)) first--;
  let last = pointer;
  while (isChoice(last + 1)) last++;
  if (first === last) return null;
  const choices = rows.slice(first, last + 1).map((row, index) => ({
    key: "",
    text: unframed(withoutFaded(row)).replace(/^❯ /, ""),
    selected: first + index === pointer,
  }));
  return { first, choices };
}

function kindOf(body: readonly Row[], hint: Row): QuestionKind {
  const text = body.map((row) => row.text).join("\n");
  if (/\btrust\b|safety check/i.test(text)) return "trust";
  if (/\bAPI key\b|\blog ?in\b|sign in/i.test(text)) return "login";
  if (/Enter to select/i.test(hint.text) || /^\s*(?:←\s+)?[☐☒✔] /m.test(text)) return "question";
  if (/ready to code|\bplan\b.*\?\s*$/im.test(text)) return "plan";
  if (/\bDo you want\b|\bproceed\b|\ballow\b|permission/i.test(text)) return "permission";
  return "other";
}
