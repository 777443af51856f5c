/** How dialogs are worked by keys, and which of their choices mean yes, no and always: data of each provider. */
import type { Choice, Question } from "../model.js";

export interface DialogKeys {
  /** What picks a choice: its digit, the arrows and Enter, or its key typed out and Enter. */
  readonly pick: "digit" | "arrows" | "word";
  /** The arrows (tmux names) that move the highlight. */
  readonly back: string;
  readonly forth: string;
  /** What ticks one choice of several: its digit, or this key where it is highlighted. */
  readonly tick: "digit" | "Enter" | "Space";
  /** What opens the field of a highlighted choice that takes a text; null where being highlighted is enough. */
  readonly openField: string | null;
  /** Enter in the field of a dialog of ticks only keeps the text, rather than send all of it. */
  readonly enterKeeps: boolean;
  /** What leads from the ticked choices to their submission, where no row of the list does. */
  readonly leave: string | null;
}

export const DIGITS: DialogKeys = {
  pick: "digit",
  back: "Up",
  forth: "Down",
  tick: "digit",
  openField: null,
  enterKeeps: false,
  leave: null,
};
export const ARROWS: DialogKeys = { ...DIGITS, pick: "arrows" };
/** On the cursor's own row the word is typed; nothing is highlighted there. */
export const WORDS: DialogKeys = { ...DIGITS, pick: "word" };

export type Reply = "yes" | "no" | "always";

/** Patterns of the choices that each word stands for, the best first; looked for in a choice's text, whatever its case. */
export type Replies = Readonly<Record<Reply, readonly string[]>>;

/** What most programs call them. `yes` is for this once; what changes a mode or the user's settings is none of the three. */
export const USUAL_REPLIES: Replies = {
  yes: [
    "^y(?:es)?$",
    "^yes, (?:proceed|continue)\\b",
    "^(?:yes, )?allow once$",
    "^(?:allow|approve)(?: (?:it )?(?:this )?once)?$",
    "^yes, (?:i )?(?:trust|work)\\b",
    "^trust\\b",
    "^submit\\b",
  ],
  no: ["^no?$", "^no\\b", "^(?:reject|deny)\\b", "^don['’]t (?:trust|allow)\\b", "^cancel$"],
  always: [
    "^yes\\b.*\\b(?:don['’]t|do not) ask (?:me )?again\\b",
    "^yes\\b.*\\balways\\b",
    "^yes\\b.*\\b(?:during|for|in) this session\\b",
    "^(?:allow|approve) (?:always\\b|for (?:this|all|every)\\b|.*\\bsession\\b)",
    "^always\\b",
  ],
};

export function isReply(word: string): word is Reply {
  return word === "yes" || word === "no" || word === "always";
}

/** Index of the choice that `reply` stands for, or -1. */
export function replyIndex({ choices, reviews }: Question, replies: Replies, reply: Reply): number {
  const isOffered = (choice: Choice) =>
    choice.field === undefined && (choice.submits === undefined || reviews !== undefined);
  for (const pattern of replies[reply]) {
    const looksLike = new RegExp(pattern, "iu");
    const index = choices.findIndex((choice) => isOffered(choice) && looksLike.test(choice.text.trim()));
    if (index >= 0) return index;
  }
  return -1;
}
