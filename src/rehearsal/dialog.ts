/**
 * A dialog and what keys do in it. It is as dangerous as those of the real programs: a paste is swallowed unless a field
 * has the highlight, a digit picks at once, and Enter takes what is highlighted.
 */
import type { Key } from "./keys.js";
import { plain } from "./text.js";

export interface Dialog {
  readonly kind: "permission" | "question" | "trust";
  readonly text: string;
  readonly detail: string;
  readonly choices: readonly string[];
  /** Choices carry a digit that picks them. */
  readonly digits: boolean;
  /** The row highlighted: the choices, then the field, then what sends the ticks. */
  readonly selected: number;
  /** Which choices, and last the field, are ticked, where several may be; null where one is picked. */
  readonly ticked: readonly boolean[] | null;
  /** What stands in the field, where the dialog has one. */
  readonly own: string | null;
}

/** What was answered: the choice's number (-1: the dialog was left, or something else was answered), and it in words. */
export interface Chosen {
  readonly choice: number;
  readonly answer: string | null;
  readonly by: string;
}

export function dialogOf(some: Pick<Dialog, "kind" | "text" | "choices"> & Partial<Dialog>): Dialog {
  return { detail: "", digits: true, selected: 0, ticked: null, own: null, ...some };
}

/** Index of the field's row, and of the one that sends; -1 where there is none. */
export function fieldRow({ own, choices }: Dialog): number {
  return own === null ? -1 : choices.length;
}

export function sendRow({ ticked, own, choices }: Dialog): number {
  return ticked === null ? -1 : choices.length + (own === null ? 0 : 1);
}

/** The dialog after a key, or what was answered by it. */
export function afterKey(dialog: Dialog, key: Key): Dialog | Chosen {
  const { selected, choices } = dialog;
  const field = fieldRow(dialog);
  const inField = selected === field;
  if ("paste" in key) return inField ? typed(dialog, dialog.own + plain(key.paste).replace(/\n/g, " ")) : dialog;
  if ("text" in key) {
    if (inField) return typed(dialog, dialog.own + key.text);
    const digit = dialog.digits && /^[1-9]$/.test(key.text) ? Number(key.text) - 1 : -1;
    if (digit < 0 || digit >= choices.length + (field < 0 ? 0 : 1)) return dialog;
    if (digit === field) return { ...dialog, selected: field };
    return dialog.ticked === null ? { choice: digit, answer: choices[digit]!, by: "digit" } : toggled(dialog, digit);
  }
  if (!("key" in key)) return dialog;
  const last = Math.max(choices.length - 1, field, sendRow(dialog));
  switch (key.key) {
    case "up":
      return { ...dialog, selected: Math.max(0, selected - 1) };
    case "down":
      return { ...dialog, selected: Math.min(last, selected + 1) };
    case "backspace":
      return inField ? typed(dialog, [...dialog.own!].slice(0, -1).join("")) : dialog;
    case "enter":
      return entered(dialog);
    case "escape":
    case "ctrl-c":
      return { choice: -1, answer: null, by: key.key };
    default:
      return dialog;
  }
}

function entered(dialog: Dialog): Dialog | Chosen {
  const { selected, ticked, choices, own } = dialog;
  const by = "enter";
  if (ticked === null) {
    if (selected !== fieldRow(dialog)) return { choice: selected, answer: choices[selected]!, by };
    return own === "" ? dialog : { choice: -1, answer: own, by };
  }
  if (selected !== sendRow(dialog)) return selected === fieldRow(dialog) ? dialog : toggled(dialog, selected);
  const words = [...choices, own ?? ""].filter((word, n) => ticked[n] && word !== "");
  return { choice: -1, answer: words.join(", "), by };
}

function toggled(dialog: Dialog, row: number): Dialog {
  return { ...dialog, ticked: dialog.ticked!.map((tick, n) => (n === row ? !tick : tick)) };
}

/** Typing into the field of a dialog of ticks ticks it. */
function typed(dialog: Dialog, own: string): Dialog {
  const field = fieldRow(dialog);
  return { ...dialog, own, ticked: dialog.ticked?.map((tick, n) => (n === field ? own !== "" : tick)) ?? null };
}
