/**
 * Answering a dialog: what a person's words mean in it, and the one next thing to press. Every move is worked out from a
 * fresh reading of the very dialog that was meant, so that nothing is pressed blindly: the highlight is moved a step at a
 * time, a tick is seen before the next, a text stands in its field before it is entered.
 */
import type { Choice, Question } from "../model.js";
import { type DialogKeys, isReply, type Replies, replyIndex } from "../screen/dialog-keys.js";
import { composerHolds } from "./composer-text.js";

/** What is wanted of a dialog. */
export interface Wish {
  /** The choices picked; of several, all that are to be ticked. */
  readonly picks: readonly Pick<Choice, "key" | "text">[];
  /** To stand in its field; no line ends nor control characters. */
  readonly text: string | null;
}

/** What is to be done next at a dialog. */
export type Move =
  | Press
  /** It cannot be done; nothing is to be pressed (any more). */
  | { readonly do: "stop"; readonly why: string };

/** One touch of the keys, after which the screen is looked at again. */
export type Press =
  | {
      readonly do: "keys";
      readonly keys: readonly string[];
      /** The dialog should be gone then. */
      readonly last: boolean;
      /** It only moves the highlight. */
      readonly moves?: true;
      readonly says: string;
    }
  | { readonly do: "paste"; readonly text: string; readonly says: string };

/** A field takes one line. */
function fieldText(text: string): string {
  return text
    .replace(/[\r\n\t\u2028\u2029]+/g, " ")
    .replace(/[\x00-\x1f\x7f-\x9f]/g, "")
    .trim();
}

/** What `choice` (a key, number, text, `yes|no|always`; several of them parted by commas) and `text` mean; or why they mean nothing. */
export function wishOf(
  asked: Question,
  replies: Replies,
  choice: string | null,
  text: string | null,
): Wish | { readonly wrong: string } {
  const typed = text === null ? null : fieldText(text);
  if (typed === "") return { wrong: "there is no text in it to type" };
  const takesText =
    asked.scrolls || asked.field !== undefined || asked.choices.some(({ field }) => field !== undefined);
  if (typed !== null && !takesText) return { wrong: "this dialog takes no text" };
  if (choice === null)
    return typed === null ? { wrong: "neither a choice nor a text is given" } : { picks: [], text: typed };
  const whole = choiceIndex(asked, replies, choice);
  const words = choice.split(",").map((word) => word.trim());
  const several = asked.multiple && typeof whole !== "number" && words.length > 1;
  const found = several ? words.map((word) => choiceIndex(asked, replies, word)) : [whole];
  const picks: Choice[] = [];
  for (const one of found) {
    if (typeof one === "number") picks.push(asked.choices[one]!);
    // A text of one's own, where one is asked for and the words can mean nothing else.
    else if (!several && typed === null && takesText && isFreeText(choice))
      return { picks: [], text: fieldText(choice) };
    else return one;
  }
  const fields = picks.filter(({ field }) => field !== undefined);
  if (fields.length > 0 && typed === null) return { wrong: `"${fields[0]!.text}" takes a text of your own` };
  const rest = picks.filter(({ field }) => field === undefined);
  if (typed !== null && rest.length > 0 && !asked.multiple)
    return { wrong: "it takes either a choice or a text, not both" };
  return { picks: rest, text: typed };
}

/** Neither a number nor a word that means a choice. */
function isFreeText(words: string): boolean {
  return fieldText(words) !== "" && !/^\d{1,2}$/.test(words.trim()) && !isReply(words.trim().toLowerCase());
}

/** By key, number (1 for the first), whole text, `yes|no|always`, or the beginning of one choice's text alone. */
function choiceIndex(asked: Question, replies: Replies, words: string): number | { readonly wrong: string } {
  const wanted = words.trim().toLowerCase();
  const { choices } = asked;
  const shown = words.trim().slice(0, 60);
  const byKey = choices.findIndex(({ key }) => key !== "" && key.toLowerCase() === wanted);
  if (byKey >= 0) return byKey;
  if (/^\d{1,2}$/.test(wanted)) {
    const index = Number(wanted) - 1;
    const isPlace = index >= 0 && index < choices.length && choices.every(({ key }) => key === "");
    return isPlace ? index : { wrong: `there is no choice ${shown}` };
  }
  const texts = choices.map((choice) => choice.text.trim().toLowerCase());
  const exact = texts.indexOf(wanted);
  if (exact >= 0) return exact;
  if (isReply(wanted)) {
    const index = replyIndex(asked, replies, wanted);
    return index >= 0 ? index : { wrong: `this dialog has no choice that means "${wanted}"` };
  }
  const begins = texts.flatMap((text, index) => (wanted !== "" && text.startsWith(wanted) ? [index] : []));
  if (begins.length === 1) return begins[0]!;
  if (begins.length > 1) return { wrong: `"${shown}" fits ${begins.length} of the choices` };
  return { wrong: `"${shown}" is none of the choices` };
}

/**
 * The next thing to press in `asked`, as it is on the screen now. `ticked` are the keys of what was seen to be ticked as it
 * should: a list longer than its window shows only a part of it.
 */
export function nextMove(asked: Question, keys: DialogKeys, wish: Wish, ticked: ReadonlySet<string> = new Set()): Move {
  if (asked.field !== undefined) {
    return wish.text === null ? stop("it takes a text only") : intoField(asked.field, keys, wish.text, null);
  }
  const { choices } = asked;
  if (!asked.multiple) {
    const own = wish.text === null ? null : (choices.find(({ field }) => field !== undefined) ?? null);
    if (own !== null) return toField(asked, own, keys, wish.text!);
    const pick = choices.find((choice) => isSame(choice, wish.picks[0]));
    if (pick !== undefined) return toPick(asked, pick, keys);
    return stop(wish.picks.length === 0 ? "there is no field for a text" : "the choice is no longer shown");
  }
  const own = choices.find(({ field }) => field !== undefined);
  const written = wish.text === null || own === undefined || (own.checked !== false && holds(own, wish.text));
  const isWanted = (choice: Choice) =>
    wish.picks.some((pick) => isSame(choice, pick)) || (choice.field !== undefined && wish.text !== null);
  const wrong = choices.find(
    (choice) =>
      choice.checked !== undefined && choice.checked !== isWanted(choice) && (choice !== own || wish.text === null),
  );
  if (wrong !== undefined) return toTick(asked, wrong, keys);
  if (!written) return toField(asked, own!, keys, wish.text!);
  if (wish.text !== null && own === undefined && !ticked.has(OWN)) return arrow(keys.forth);
  // A choice without a box is no tick: it is picked by itself.
  const alone = choices.find((choice) => choice.checked === undefined && !choice.submits && isWanted(choice));
  if (alone !== undefined) return toPick(asked, alone, keys);
  const unseen = wish.picks.find((pick) => !ticked.has(pick.key) && !choices.some((choice) => isSame(choice, pick)));
  if (unseen !== undefined) return arrow(Number(unseen.key) < Number(choices[0]?.key) ? keys.back : keys.forth);
  const submit = choices.find(({ submits }) => submits);
  if (submit !== undefined) return toSubmit(asked, submit, keys);
  if (keys.leave !== null) return { do: "keys", keys: [keys.leave], last: true, says: keys.leave };
  return arrow(keys.forth);
}

/** Stands among what was ticked for the field's own text. */
export const OWN = "text";

/** Adds to `ticked` what is seen to be ticked as it should. */
export function noteTicked(ticked: Set<string>, { choices }: Question, wish: Wish): void {
  for (const choice of choices) {
    if (choice.checked && wish.picks.some((pick) => isSame(choice, pick))) ticked.add(choice.key);
    if (choice.field !== undefined && wish.text !== null && holds(choice, wish.text)) ticked.add(OWN);
  }
}

/** What sends the answers that a form shows once more; null where it is no such form. */
export function sendMove(review: Question, keys: DialogKeys): Move | null {
  if (review.reviews === undefined) return null;
  const submit = review.choices.find(({ submits }) => submits);
  return submit === undefined ? null : toPick(review, submit, keys);
}

function isSame(choice: Choice, other: Pick<Choice, "key" | "text"> | undefined): boolean {
  return other !== undefined && choice.key === other.key && choice.text === other.text;
}

function holds({ field }: Choice, text: string): boolean {
  return field !== undefined && composerHolds({ text: field.text, empty: false, pasted: false }, text);
}

function toPick(asked: Question, pick: Choice, { pick: how, ...keys }: DialogKeys): Move {
  if (how === "word") return { do: "keys", keys: [...pick.key, "Enter"], last: true, says: pick.key };
  if (how === "digit" && /^[1-9]$/.test(pick.key)) {
    return offField(asked, keys) ?? { do: "keys", keys: [pick.key], last: true, says: pick.key };
  }
  return pick.selected ? ENTER : towards(asked, pick, keys);
}

function toTick(asked: Question, choice: Choice, keys: DialogKeys): Move {
  const says = `${choice.checked ? "untick" : "tick"} ${choice.key || choice.text}`;
  if (keys.tick === "digit" && /^[1-9]$/.test(choice.key)) {
    return offField(asked, keys) ?? { do: "keys", keys: [choice.key], last: false, says };
  }
  if (!choice.selected) return towards(asked, choice, keys);
  return { do: "keys", keys: [keys.tick === "digit" ? "Enter" : keys.tick], last: false, says };
}

/** An open field takes a digit for text: the highlight is moved away first. */
function offField({ choices }: Question, { back, forth }: Omit<DialogKeys, "pick">): Move | null {
  const open = choices.findIndex(({ field }) => field?.open);
  return open < 0 ? null : arrow(open === 0 ? forth : back);
}

function toSubmit(asked: Question, submit: Choice, keys: Omit<DialogKeys, "pick">): Move {
  return submit.selected ? ENTER : towards(asked, submit, keys);
}

function toField(asked: Question, own: Choice, keys: DialogKeys, text: string): Move {
  if (own.field!.open) return intoField(own.field!, keys, text, own);
  if (own.field!.text !== "" && !holds(own, text)) return stop("a text stands in its field already");
  if (!own.selected) return towards(asked, own, keys);
  const key = keys.openField ?? "Enter";
  return { do: "keys", keys: [key], last: false, says: key };
}

function intoField(field: { readonly text: string }, keys: DialogKeys, text: string, own: Choice | null): Move {
  if (field.text === "") return { do: "paste", text, says: "the text" };
  const stands = composerHolds({ text: field.text, empty: false, pasted: false }, text);
  return stands
    ? { ...ENTER, last: own?.checked === undefined || !keys.enterKeeps }
    : stop("a text stands in its field already");
}

function towards({ choices }: Question, wanted: Choice, { back, forth }: Omit<DialogKeys, "pick">): Move {
  const from = choices.findIndex(({ selected }) => selected);
  return arrow(choices.indexOf(wanted) < from ? back : forth);
}

const ENTER: Extract<Move, { do: "keys" }> = { do: "keys", keys: ["Enter"], last: true, says: "Enter" };

function arrow(key: string): Move {
  return { do: "keys", keys: [key], last: false, moves: true, says: key };
}

function stop(why: string): Move {
  return { do: "stop", why };
}
