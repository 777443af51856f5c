/** What a mailbox is at any moment, what can happen to it, and what it wants done. */
import type { AgentId } from "../../model.js";
import type { DoorClaim, HandAnswer, Handing } from "../handing.js";
import type { Message, MessageState } from "../message.js";
import type { Queue } from "../queue.js";
import type { Recipient } from "../recipient.js";
import type { Typing, TypingEvent } from "../typing.js";

/** One recipient's typed mail, as far as it is not settled, and how far the message is that is under way. */
export interface Mailbox {
  readonly to: AgentId;
  /** All that is not delivered. Changed in place: a step uses up the mailbox it is given. */
  readonly open: Queue;
  /** Null once it was taken off the list. */
  readonly recipient: Recipient | null;
  readonly at: Delivery;
  /** Why the oldest message waits, for its sender. */
  readonly waits: string | null;
  /** The readiness that a message was refused at; the next one is tried again. */
  readonly triedEdge: string | null;
  /** The turn after which a message was typed, and when that one came to its end: the next follows after another turn. */
  readonly spent: { readonly turn: string; readonly atMs: number } | null;
  /** When mail that waits is tried again although nothing happened; null where none waits. */
  readonly sweepAtMs: number | null;
  /** What is to be written and what is being written. */
  readonly pending: Pending | null;
  readonly writing: Pending | null;
  /** After a refused write: when the next is tried. */
  readonly writeAtMs: number | null;
  /** What left the queue last. */
  readonly left: Message | null;
}

export type Delivery =
  | { readonly at: "resting" }
  /** Until nobody else types into the same pane. */
  | { readonly at: "holding"; readonly id: string; readonly recovers: boolean }
  | { readonly at: "checking"; readonly id: string; readonly giveUpAtMs: number }
  | { readonly at: "claiming"; readonly id: string }
  /** `enters` null where nothing was typed yet. */
  | { readonly at: "fetching"; readonly id: string; readonly enters: number | null; readonly tries: number }
  | {
      readonly at: "typing";
      readonly id: string;
      readonly typing: Typing;
      readonly tries: number;
      readonly command: boolean;
    }
  /** Its text stands in the input box; once that is on disk, Enter may be pressed. */
  | {
      readonly at: "noting";
      readonly id: string;
      readonly typing: Typing;
      readonly tries: number;
      readonly command: boolean;
    }
  /** Given to the program by its API. */
  | { readonly at: "handing"; readonly id: string; readonly handing: Handing; readonly text: string }
  /** `askAtMs` null while the answer is awaited. */
  | { readonly at: "recovering"; readonly id: string; readonly askAtMs: number | null; readonly tries: number }
  /** It is over for this time; until that is on disk nothing else is begun. */
  | { readonly at: "recording"; readonly id: string }
  | { readonly at: "burying" };

export type At<K extends Delivery["at"]> = Extract<Delivery, { at: K }>;

/** Changes of messages that belong on disk, newest version each, with what is to be journaled of them. */
export interface Pending {
  readonly messages: ReadonlyMap<string, { readonly message: Message; readonly forget: boolean }>;
  readonly story: readonly Change[];
}

export interface Change {
  readonly message: Message;
  readonly from: MessageState;
}

/** What a mailbox is told. */
export type MailEvent =
  /** On disk by somebody else's hand: queued, or revived. */
  | { readonly kind: "added"; readonly message: Message }
  /** Purged, by somebody else's hand. */
  | { readonly kind: "forgotten"; readonly ids: ReadonlySet<string> }
  | { readonly kind: "recipient"; readonly recipient: Recipient | null }
  | { readonly kind: "reconnected" }
  | { readonly kind: "held" }
  | { readonly kind: "written" }
  /** `stale`: another hand was there. */
  | { readonly kind: "unwritten"; readonly stale: boolean }
  | { readonly kind: "text"; readonly text: string | null }
  /** Null where they cannot be read now. */
  | { readonly kind: "receipts"; readonly answer: { readonly epoch: string; readonly says: string | null } | null }
  | { readonly kind: "handed"; readonly answer: HandAnswer }
  | Exclude<TypingEvent, { kind: "turn-started" | "gone" }>;

/** What a mailbox wants done. */
export type MailEffect =
  /** See to it that nobody else types there, until the box rests; then say `held`. */
  | { readonly do: "hold" }
  | { readonly do: "write"; readonly what: Pending }
  | { readonly do: "fetch"; readonly message: Message }
  | { readonly do: "look"; readonly first: boolean }
  | { readonly do: "paste"; readonly text: string; readonly receipt: string }
  | { readonly do: "enter"; readonly receipt: string }
  /** To the program's API, under the name that message and claim make; then say `handed`. */
  | { readonly do: "hand"; readonly message: string; readonly door: DoorClaim; readonly text: string }
  | { readonly do: "receipts" }
  /** It was taken, and no turn was seen to begin yet. */
  | { readonly do: "submitted"; readonly turn: number; readonly incarnation: number };

export type Step = [Mailbox, MailEffect[]];

export function theMessage(box: Mailbox, id: string): Message {
  const found = box.open.get(id);
  if (found === undefined) throw new Error(`message ${id} is under way and not in its queue`);
  return found;
}
