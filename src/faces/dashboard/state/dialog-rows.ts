/**
 * How many rows a dialog takes: in the panel that shows it, and on the agent's own screen, where it is looked for so that
 * the rows above it are shown rather than the same words twice.
 */
import type { Row } from "#core/screen/still.js";
import type { QuestionJson } from "#wire/agent.js";
import { width } from "../../kit/width.js";
import { wrap } from "../../kit/wrap.js";
import { digitOf, shownChoices } from "./dialog.js";

/** What the panel says of a dialog, in rows of so many columns. */
export interface PanelRows {
  readonly text: number;
  /** At least 1: where there is nothing to choose, that is said. */
  readonly choices: number;
  /** The same with one row each. */
  readonly least: number;
  /** Lines for a key of their own: sending what is ticked, writing a text. */
  readonly keys: number;
}

/** No choice gets more rows than this. */
export const MOST_ROWS_OF_A_CHOICE = 3;
/** Of fewer characters a likeness says nothing. */
const LONG = 8;
/** What stands left of a choice's text: its digit. */
const DIGIT_COLUMNS = 3;

/** Asked several times for each event, of the same dialog. */
const counted = new WeakMap<QuestionJson, { readonly columns: number; readonly rows: PanelRows }>();

export function panelRows(question: QuestionJson, columns: number): PanelRows {
  const known = counted.get(question);
  if (known?.columns === columns) return known.rows;
  const rows = count(question, columns);
  counted.set(question, { columns, rows });
  return rows;
}

function count(question: QuestionJson, columns: number): PanelRows {
  const { multiple, takesText, choices } = question;
  const shown = shownChoices(question);
  const rows = shown.reduce((sum, index) => {
    const choice = choices[index]!;
    const box = choice.checked === undefined ? "" : "[ ] ";
    const key = choice.key === "" || choice.key === digitOf(question, index) ? "" : ` (${choice.key})`;
    const words = wrap(`${box}${choice.text}${key}`, Math.max(1, columns - DIGIT_COLUMNS));
    return sum + Math.min(MOST_ROWS_OF_A_CHOICE, words.length);
  }, 0);
  return {
    text: wrap(question.text.trim(), columns).length,
    choices: Math.max(1, rows),
    least: Math.max(1, shown.length),
    keys: takesText || multiple ? 1 : 0,
  };
}

/**
 * Where on the agent's screen that begins which its panel says too; null where that is not found. A panel with too little
 * room has only the end of the text, and then what stands above that end is not said twice.
 */
export function dialogTop(
  rows: readonly Row[],
  question: QuestionJson,
  panel: { width: number; height: number },
): number | null {
  const words = rows.map(({ text }) => bare(text));
  const choices = firstChoice(words, question);
  const [line = ""] = question.text
    .split("\n")
    .map(bare)
    .filter((one) => one !== "");
  let first = choices - 1;
  while (first >= 0 && !begins(line, words[first]!)) first--;
  if (line === "" || first < 0) return null;
  const { text, choices: inFull, least, keys } = panelRows(question, panel.width);
  const left = panel.height - keys;
  // Every choice is shown before any is shown in full.
  let room = left - (inFull < left ? inFull : least);
  if (text <= room) return aboveHeading(rows, first);
  let top = choices;
  for (let y = choices - 1; y >= first; y--) {
    if (words[y] === "") continue;
    room -= Math.max(1, Math.ceil(width(words[y]!) / Math.max(1, panel.width)));
    if (room < 0) break;
    top = y;
  }
  return top;
}

/** The row of the first choice, as far down as one stands; the end where there is none. */
function firstChoice(words: readonly string[], question: QuestionJson): number {
  const text = bare(question.choices[0]?.text ?? "");
  if (text === "") return words.length;
  const looks: ((row: string) => boolean)[] = [
    (row) => row.endsWith(text),
    (row) => {
      const words = row.replace(/^(\S )?\d[.)] /, "");
      return words.length >= LONG && text.startsWith(words);
    },
    // All of them on one row.
    (row) => row.includes(text),
  ];
  for (const looksSo of looks) {
    const at = words.findLastIndex(looksSo);
    if (at >= 0) return at;
  }
  return words.length;
}

/** A long line stands on several rows, of which this may be the first; a short one may have a mark before it. */
function begins(line: string, row: string): boolean {
  if (row === "") return false;
  return row === line || (row.length >= LONG && line.startsWith(row)) || (line.length >= LONG && row.endsWith(line));
}

/** With a rule drawn above it, or a heading below that rule, the dialog begins there. */
function aboveHeading(rows: readonly Row[], first: number): number {
  for (let y = first - 1; y >= Math.max(0, first - 3); y--) {
    const text = rows[y]!.text.trim();
    if (/^[\u2500-\u259f-]{8,}$/.test(text)) return y;
  }
  return first;
}

/** Without the frame around it, and with single blanks. */
function bare(text: string): string {
  return text
    .replace(/[\u2500-\u259f]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
