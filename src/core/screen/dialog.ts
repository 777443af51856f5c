/** Lifting a dialog's choices off the screen, for every program that lists them. */
import type { Choice, Question, QuestionKind } from "../model.js";
import { runHasInk } from "./ink.js";
import { fingerprint } from "./read-screen.js";
import { BLANK_ROW, type Row } from "./still.js";

/** Pointer, number, text. No two parts of it can match the same blanks: rows may be long. */
const NUMBERED = /^[\s│┃]*(?:([❯›●▶>])\s*)?(\d{1,2})\.\s+(\S.*)$/;
/** A dialog's list is short; a longer search would wander into the transcript. */
const LIST_LIMIT_ROWS = 60;

export interface ChoiceList {
  /** Index of the row with the first choice. */
  readonly first: number;
  readonly choices: readonly Choice[];
}

/**
 * The numbered list that ends at or above row `end`: read upwards, so that numbers in the text above it (a command to be
 * approved, a plan) are never taken for choices. Rows between two numbers continue the upper one; descriptions, which
 * are faded, are left out. `isSelected` says which row is highlighted; by default the one with a pointer before its number.
 * Null unless it runs from 1 without a gap, has at least two choices, and one of them is highlighted.
 */
export function numberedChoices(
  rows: readonly Row[],
  end: number,
  isSelected: (row: Row) => boolean = (row) => NUMBERED.exec(row.text)?.[1] !== undefined,
): ChoiceList | null {
  const found: { number: number; text: string; selected: boolean }[] = [];
  let below: Row[] = [];
  let expected: number | null = null;
  for (let y = end; y >= 0 && end - y < LIST_LIMIT_ROWS; y--) {
    const row = rows[y]!;
    const match = NUMBERED.exec(row.text);
    const number = match === null ? null : Number(match[2]);
    if (match === null || (expected !== null && number !== expected)) {
      below.unshift(row);
      continue;
    }
    const head = unframed(withoutFaded(row)).replace(/^[\s❯›●▶>]*(\d{1,2}\.)?\s*/, "") || unframed(match[3]!);
    const indent = row.text.indexOf(match[2]!);
    const more = below
      .filter((next) => next.text !== "" && next.text.length - next.text.trimStart().length > indent)
      .map((next) => unframed(kept(next)))
      .filter((text) => text !== "" && !/^[─━╌│┃]+$/.test(text));
    found.unshift({ number: number!, text: [head.trim(), ...more].join(" "), selected: isSelected(row) });
    below = [];
    if (number === 1) break;
    expected = number! - 1;
    if (y === 0) return null;
  }
  if (found.length < 2 || found[0]!.number !== 1 || found.filter((choice) => choice.selected).length !== 1) return null;
  const first = rows.findLastIndex((row, y) => y <= end && Number(NUMBERED.exec(row.text)?.[2]) === 1);
  return { first, choices: found.map(({ number, text, selected }) => ({ key: String(number), text, selected })) };
}

/** Removes the frame around a row of a box, and blanks. */
export function unframed(text: string): string {
  return text.replace(/^[\s│┃]+/, "").replace(/[\s│┃]+$/, "");
}

/** The row's text without what is faded (descriptions, hints), unless all of it is. */
export function withoutFaded(row: Row): string {
  const text = kept(row);
  return /\p{L}/u.test(text) ? text : row.text;
}

function kept(row: Row): string {
  return row.runs
    .map((run) => (runHasInk(run, "faded") ? " ".repeat(run.text.length) : run.text))
    .join("")
    .trimEnd();
}

export function question(kind: QuestionKind, textRows: readonly Row[], choices: readonly Choice[]): Question {
  const text = textRows
    .map((row) => unframed(row.text))
    .filter((line) => !/^[─━╌╭╮╰╯]*$/.test(line))
    .join("\n")
    .slice(0, 4000);
  return {
    kind,
    text,
    choices,
    fingerprint: fingerprint(
      kind,
      text,
      choices.map((choice) => choice.text),
    ),
  };
}

/** Arrow presses from the highlighted choice to the one wanted, then Enter. */
export function arrowKeys(asked: Question, choiceIndex: number, back: string, forth: string): readonly string[] {
  const from = Math.max(
    0,
    asked.choices.findIndex((choice) => choice.selected),
  );
  const steps = choiceIndex - from;
  return [...Array.from({ length: Math.abs(steps) }, () => (steps < 0 ? back : forth)), "Enter"];
}

/** The digit where the choice has one, else arrows up and down. */
export function digitOrArrowKeys(asked: Question, choiceIndex: number): readonly string[] {
  const key = asked.choices[choiceIndex]?.key ?? "";
  return /^[1-9]$/.test(key) ? [key] : arrowKeys(asked, choiceIndex, "Up", "Down");
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
