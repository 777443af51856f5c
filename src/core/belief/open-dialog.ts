/**
 * Which dialog it is that is open. Two in a row may say the very same words, so what names one outside carries how many
 * were open in its turn before it: a key meant for the first can never answer the second.
 */
import type { Dialogs, Question } from "../model.js";
import { fingerprint } from "../screen/read-screen.js";

export const NO_DIALOGS: Dialogs = { last: null, open: false };

function next({ last }: Dialogs, turn: number, words: string | null, told: string | null): Dialogs {
  const nth = last?.turn === turn ? last.nth + 1 : 1;
  return { last: { words, turn, nth, told }, open: true };
}

/** The screen shows a dialog of these words. */
export function shown(dialogs: Dialogs, words: string, turn: number): Dialogs {
  const { last, open } = dialogs;
  if (!open || last === null) return next(dialogs, turn, words, null);
  if (last.words === words) return dialogs;
  return last.words === null ? { ...dialogs, last: { ...last, words } } : next(dialogs, turn, words, null);
}

/** A hook named `rule` says that a dialog opened. */
export function told(dialogs: Dialogs, rule: string, turn: number): Dialogs {
  const { last, open } = dialogs;
  if (!open || last === null) return next(dialogs, turn, null, rule);
  if (last.told === null) return { ...dialogs, last: { ...last, told: rule } };
  return last.told === rule ? next(dialogs, turn, last.words, rule) : dialogs;
}

/** A key was given to the open one, and nothing showed that it went: what stands there is another one from now on. */
export function answeredOnce(dialogs: Dialogs): Dialogs {
  const { last, open } = dialogs;
  return !open || last === null ? dialogs : next(dialogs, last.turn, last.words, null);
}

export function closedDialogs(dialogs: Dialogs): Dialogs {
  return dialogs.open ? { ...dialogs, open: false } : dialogs;
}

/** `asked`, named as the dialog it is. */
export function named(asked: Question, { last }: Dialogs): Question {
  if (last === null) return asked;
  return { ...asked, fingerprint: fingerprint(last.words ?? "", `${last.turn}.${last.nth}`, []) };
}
