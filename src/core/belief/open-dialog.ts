/**
 * Which dialog it is that is open. Two in a row may say the very same words, so what names one outside carries how many
 * were open in its turn before it: a key meant for the first can never answer the second.
 */
import type { Dialogs, OpenDialog, Question } from "../model.js";
import { fingerprint } from "../screen/read-screen.js";

export const NO_DIALOGS: Dialogs = { last: null, open: false };

function next(dialogs: Dialogs, turn: number, words: string | null, told: string | null): Dialogs {
  const { last } = dialogs;
  const nth = last?.turn === turn ? last.nth + 1 : 1;
  return { ...dialogs, last: { words, turn, nth, told, ...nextRequest(dialogs) }, open: true };
}

/** What a program asks in the place of the last one: what it asked after that, or another page of the same. */
function nextRequest({ last, open, unanswered = [] }: Dialogs): Pick<OpenDialog, "request"> {
  const at = unanswered.indexOf(last?.request ?? "");
  const request = unanswered[at + 1] ?? (open ? unanswered[at] : undefined);
  return request === undefined ? {} : { request };
}

/** The screen shows a dialog of these words. */
export function shown(dialogs: Dialogs, words: string, turn: number): Dialogs {
  const { last, open } = dialogs;
  if (!open || last === null) return next(dialogs, turn, words, null);
  if (last.words === words) return dialogs;
  return last.words === null ? { ...dialogs, last: { ...last, words } } : next(dialogs, turn, words, null);
}

/** A hook named `rule` says that a dialog opened; `request`: by what name the program will call it answered. */
export function told(dialogs: Dialogs, rule: string, turn: number, request?: string): Dialogs {
  const { last, open } = dialogs;
  if (request !== undefined) return asked(dialogs, rule, turn, request);
  if (!open || last === null) return next(dialogs, turn, null, rule);
  if (last.told === null) return { ...dialogs, last: { ...last, told: rule } };
  return last.told === rule ? next(dialogs, turn, last.words, rule) : dialogs;
}

/** It may ask several at once: they stand on the screen one after the other. */
function asked(dialogs: Dialogs, rule: string, turn: number, request: string): Dialogs {
  const { last, open, unanswered = [] } = dialogs;
  const before = last?.turn === turn ? unanswered : [];
  if (before.includes(request)) return dialogs;
  const known = { ...dialogs, unanswered: [...before, request] };
  if (!open || last === null) return next(known, turn, null, rule);
  return last.request === undefined ? { ...known, last: { ...last, told: rule, request } } : known;
}

/** The program says that what it calls `request` was answered: what stands there now, if anything, is the next one. */
export function answered(dialogs: Dialogs, request: string): Dialogs {
  const { last, open, unanswered = [] } = dialogs;
  if (!unanswered.includes(request)) return dialogs;
  const known = { ...dialogs, unanswered: unanswered.filter((other) => other !== request) };
  if (!open || last?.request !== request) return known;
  return known.unanswered.length === 0 ? closedDialogs(known) : next(known, last.turn, last.words, last.told);
}

/** A no ends the turn, and with it what waits behind. */
export function denied(dialogs: Dialogs, request: string): Dialogs {
  const { unanswered = [] } = dialogs;
  return unanswered.includes(request) ? closedDialogs({ ...dialogs, unanswered: [] }) : dialogs;
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
