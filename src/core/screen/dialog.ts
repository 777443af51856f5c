/** Lifting a dialog's choices off the screen, for every program that lists them. */
import type { Choice, Question, QuestionKind } from "../model.js";
import { runHasInk } from "./ink.js";
import { fingerprint } from "./read-screen.js";
import { BLANK_ROW, type Row, unframed } from "./still.js";

/** Pointer, number, text. No two parts of it can match the same blanks: rows may be long. */
const NUMBERED = /^[\s│┃]*(?:([❯›●▶>])\s*)?(\d{1,2})\.\s+(\S.*)$/;
/** `[ ]`, `[x]`, `[✔]` before a choice that may be ticked. */
const BOX = /^\[([ xX✓✔])\]\s*/;
/** Above a list that is longer than what is shown of it. */
const MORE_ABOVE = /^[▲↑]$/;
/** A dialog's list is short; a longer search would wander into the transcript. */
const LIST_LIMIT_ROWS = 60;

export interface ChoiceList {
  /** Index of the row with the first choice. */
  readonly first: number;
  readonly choices: readonly Choice[];
  /** Index of each choice's first row. */
  readonly at: readonly number[];
}

export interface ListLook {
  /** Which row is highlighted; by default the one with a pointer before its number. */
  readonly isSelected?: (row: Row) => boolean;
  /** A row below the numbers that sends what is ticked, its word the first group. */
  readonly submit?: RegExp;
  /** Whether that row is highlighted. */
  readonly isSubmitSelected?: (row: Row) => boolean;
  /** The list is longer than what is shown of it: it may begin with any number. */
  readonly scrolls?: boolean;
}

/**
 * The numbered list that ends at or above row `end`: read upwards, so that numbers in the text above it (a command to be
 * approved, a plan) are never taken for choices. Rows between two numbers continue the upper one; descriptions, which
 * are faded, are left out. Null unless it runs from 1 without a gap, has at least two choices, and one of them is highlighted.
 */
export function numberedChoices(rows: readonly Row[], end: number, look: ListLook = {}): ChoiceList | null {
  const { isSelected = (row) => NUMBERED.exec(row.text)?.[1] !== undefined, submit, scrolls = false } = look;
  const found: { number: number; at: number; choice: Choice }[] = [];
  let below: Row[] = [];
  let expected: number | null = null;
  for (let y = end; y >= 0 && end - y < LIST_LIMIT_ROWS; y--) {
    const row = rows[y]!;
    const submits = submit?.exec(row.text)?.[1];
    if (submits !== undefined) {
      const selected = look.isSubmitSelected?.(row) ?? false;
      found.unshift({ number: 0, at: y, choice: { key: "", text: submits, selected, submits: true } });
      below = [];
      continue;
    }
    const match = NUMBERED.exec(row.text);
    const number = match === null ? null : Number(match[2]);
    if (match === null || (expected !== null && number !== expected)) {
      // Above the first number that is shown of a longer list there is no choice any more.
      if (scrolls && expected !== null && MORE_ABOVE.test(unframed(row.text))) break;
      below.unshift(row);
      continue;
    }
    const head = unframed(withoutFaded(row)).replace(/^[\s❯›●▶>]*(\d{1,2}\.)?\s*/, "") || unframed(match[3]!);
    const box = BOX.exec(head) ?? BOX.exec(match[3]!);
    const indent = row.text.indexOf(match[2]!);
    const more = below
      .filter((next) => next.text !== "" && next.text.length - next.text.trimStart().length > indent)
      .map((next) => unframed(kept(next)))
      .filter((text) => text !== "" && !/^[─━╌│┃]+$/.test(text));
    const text = [head.replace(BOX, "").trim() || behindNumber(row), ...more].join(" ").replace(/\s+·$/, "");
    const choice: Choice = { key: String(number), text, selected: isSelected(row) };
    found.unshift({
      number: number!,
      at: y,
      choice: box === null ? choice : { ...choice, checked: box[1] !== " " },
    });
    below = [];
    if (number === 1) break;
    expected = number! - 1;
    if (y === 0 && !scrolls) return null;
  }
  const numbered = found.filter(({ choice }) => !choice.submits);
  // Where nothing can be ticked, such a row is a choice's description.
  if (!numbered.some(({ choice }) => choice.checked !== undefined)) found.splice(0, found.length, ...numbered);
  const begins = numbered[0]?.number === 1 || (scrolls && numbered.length > 0);
  if (!begins || found.length < 2 || found.filter(({ choice }) => choice.selected).length !== 1) return null;
  return { first: numbered[0]!.at, choices: found.map(({ choice }) => choice), at: found.map(({ at }) => at) };
}

/** What stands behind the number (and the box) of a choice's row, placeholders and all. */
export function behindNumber(row: Row): string {
  return unframed(NUMBERED.exec(row.text)?.[3] ?? "").replace(BOX, "");
}

/** The row's text without what is faded (descriptions, hints), unless all of it is. */
export function withoutFaded(row: Row): string {
  const text = kept(row);
  return /\p{L}/u.test(text) ? text : row.text;
}

function kept(row: Row): string {
  return (
    row.runs
      // Dark grey in bold is no way to stand back: on a light terminal it stands out.
      .map((run) => (runHasInk(run, "faded") && !runHasInk(run, "bold") ? " ".repeat(run.text.length) : run.text))
      .join("")
      .trimEnd()
  );
}

/** What a dialog may have beyond its text and choices. */
export type Form = Pick<Question, "multiple" | "field" | "reviews" | "questions">;

/** `scrolls`: only a part of its choices is shown, and another one at another moment. */
export function question(
  kind: QuestionKind,
  textRows: readonly Row[],
  choices: readonly Choice[],
  form: Form = {},
  scrolls = false,
): Question {
  const text = textRows
    .map((row) => unframed(row.text))
    .filter((line) => !/^[─━╌╭╮╰╯]*$/.test(line))
    .join("\n")
    .slice(0, 4000);
  const words = scrolls ? [] : choices.map((choice) => (choice.field === undefined ? choice.text : ""));
  return {
    kind,
    text,
    choices,
    // The marks before a form's questions say which are answered, and change while one is.
    fingerprint: fingerprint(kind, text.replace(/[☐☒☑□■✓✔✕]/g, ""), words),
    ...form,
    ...(scrolls ? { scrolls } : {}),
  };
}

/** Index of the last row with anything on it, or -1. */
export function lastInked(rows: readonly Row[]): number {
  return rows.findLastIndex((row) => row.text !== "");
}

export function rowAt(rows: readonly Row[], y: number): Row {
  return rows[y] ?? BLANK_ROW;
}

/** A question asked on the row `line`, which ends at the cursor: a password, `[y/N]`. Null where it asks nothing. */
export function askedOn(line: Row): Question | null {
  if (/\b(?:password|passphrase|PIN)\b[^:]{0,80}:\s*$/i.test(line.text)) return question("login", [line], []);
  const asked = /[[(](y(?:es)?)\/(n(?:o)?)(?:\/[^\])]*)?[\])]\??:?\s*$/i.exec(line.text);
  if (asked === null) return null;
  const choices: Choice[] = [asked[1]!, asked[2]!].map((word) => {
    return { key: word.toLowerCase(), text: word, selected: false };
  });
  return question("question", [line], choices);
}
