/** One message to one agent, as it lies in the store: everything but its text, which is kept beside it. */
import type { AgentId } from "../model.js";

/**
 * `queued -> claimed -> typed -> submitted -> delivered`. Claimed: on disk before anything is typed; it may stand in the
 * input box by now. Typed: it stands there, and Enter may have been pressed by now. Submitted: Enter was pressed. `failed`: pasted at most, certainly not taken.
 * `uncertain`: nobody can say whether it was taken. `dead`: it will not be delivered, and why stands in `reason`.
 */
export type MessageState = "queued" | "claimed" | "typed" | "submitted" | "delivered" | "failed" | "dead" | "uncertain";

/** `prompt` is what an agent was born with; `system` what drover itself has to say. */
export type MessageKind = "message" | "prompt" | "system";

export interface Message {
  /** A ULID. */
  readonly id: string;
  readonly to: AgentId;
  /** Its place in its recipient's queue; later ones are greater, and none is used twice. */
  readonly order: number;
  /** Counts what was written of it; 1 at first. */
  readonly rev: number;
  /** Null for a person. */
  readonly from: AgentId | null;
  readonly kind: MessageKind;
  readonly state: MessageState;
  readonly reason: string | null;
  /** How often it was claimed. */
  readonly attempts: number;
  readonly characters: number;
  /** For which launch, on which tmux server, and after how many turns it was claimed last; null where it never was. */
  readonly claim: Claim | null;
  /** It was to be delivered at once or not at all. */
  readonly now?: boolean;
  /** The turn it began, once delivered. */
  readonly turn: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface Claim {
  readonly incarnation: number;
  readonly epoch: string;
  /** The process in its pane; absent where that was not known. */
  readonly pid?: number;
  readonly turn: number;
}

/**
 * A message as it is to lie in the store. `was` is the `rev` that must lie there, null where none may: were it another,
 * nothing of the commit is written.
 */
export interface MailWrite {
  readonly message: Message;
  readonly was: number | null;
  /** With a new message. Never changed afterwards. */
  readonly text?: string;
  /** Take it out of the store instead, with its text. */
  readonly forget?: true;
}

/** What a face counts of an agent's mail. `inbox` is what waits to be handed over in other ways than by typing. */
export interface MailCounts {
  readonly queued: number;
  readonly inbox: number;
  readonly dead: number;
  readonly uncertain: number;
}

export const NO_MAIL: MailCounts = { queued: 0, inbox: 0, dead: 0, uncertain: 0 };

/** Handed over: nothing is left to be done about it. */
export function isSettled({ state }: Message): boolean {
  return state === "delivered";
}

/** On its way into a pane. */
export function isUnderWay({ state }: Message): boolean {
  return state === "claimed" || state === "typed" || state === "submitted";
}

/** Listed among the dead letters: somebody has to look at it. */
export function isDeadLetter({ state }: Message): boolean {
  return state === "dead" || state === "failed" || state === "uncertain";
}

/** What is counted as queued is what is not delivered yet and still will be. */
export function countMail(messages: Iterable<Message>): MailCounts {
  const counts = { queued: 0, inbox: 0, dead: 0, uncertain: 0 };
  for (const message of messages) {
    if (message.state === "uncertain") counts.uncertain++;
    else if (isDeadLetter(message)) counts.dead++;
    else if (!isSettled(message)) counts.queued++;
  }
  return counts;
}
