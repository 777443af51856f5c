/** One message to one agent, as it lies in the store: everything but its text, which is kept beside it. */
import type { AgentId } from "../model.js";
import type { Completion } from "./completion.js";
import type { DoorClaim } from "./handing.js";

/**
 * What is typed: `queued -> claimed -> typed -> submitted -> delivered`. Claimed: on disk before anything is typed; it may
 * stand in the input box by now. Typed: it stands there, and Enter may have been pressed by now; should tmux end then, it is
 * `uncertain`, for its receipt is gone with it. Submitted: Enter was pressed. `failed`: pasted at most, certainly not taken.
 * `uncertain`: nobody can say whether it was taken, and its sender is told. `dead`: it will not be delivered, and why stands
 * in `reason`.
 *
 * A completion waits in its parent's inbox until somebody takes it there: `queued -> leased -> acked`. Leased: on disk as
 * handed over, and not yet acknowledged. Acked: it arrived, or a later one took its place.
 */
export type MessageState =
  | "queued"
  | "claimed"
  | "typed"
  | "submitted"
  | "delivered"
  | "failed"
  | "dead"
  | "uncertain"
  | "leased"
  | "acked";

/**
 * `prompt` is what an agent was born with; `system` what drover itself has to say: completions, as they are typed. Of a
 * `task` the one that it is from is told how the turn that it begins ends, and of a `handoff` somebody waits to be told
 * (assigned.ts).
 */
export type MessageKind = "message" | "prompt" | "completion" | "system" | "handoff" | "task";

/** Why a message will not be delivered (SPEC §6). */
export type DeadReason =
  /** The agent names a parent that nobody knows. */
  | "orphan"
  | "no_parent"
  | "parent_removed"
  | "recipient_removed"
  /** The parent wants none. */
  | "muted"
  | "self_parent"
  /** Handed over as often as may be, and never seen to arrive. */
  | "unresolvable"
  /** Its recipient gave it back, or holds as many as it may. */
  | "rejected";

/** A message as it is stored; its text lies beside it. */
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
  /** Of its text in UTF-8; not known of one that an older drover wrote. */
  readonly bytes?: number;
  /** For which launch, on which tmux server, and after how many turns it was claimed last; null where it never was. */
  readonly claim: Claim | null;
  /** It was to be delivered at once or not at all. */
  readonly now?: boolean;
  /** The turn it began, once delivered. */
  readonly turn: number | null;
  /** Of a completion: whose, and of what. */
  readonly completion?: Completion;
  /** Of a completion: how it was handed over last. Null where it was taken back before anybody could have read it. */
  readonly lease?: Lease | null;
  /** Of a completion: how often it was handed over and came back unacknowledged. */
  readonly returns?: number;
  /** Of what is typed to wake a parent: the completions in it are those leased under this name. */
  readonly batch?: string;
  /** Of a nudge, whose batch holds nothing: the order of the newest completion that it tells of. */
  readonly tellsOf?: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/**
 * Who hands completions over: the agent's own Stop hook, a prompt typed into its pane, a reader who asks, or who waits for
 * the end of just this turn.
 */
export type Taker = "stop-hook" | "wake" | "drain" | "handoff";

/** Completions handed over together. */
export interface Lease {
  readonly batch: string;
  readonly taker: Taker;
  /** The launch that took it. */
  readonly incarnation: number;
  /** When it comes back unless it is acknowledged; null where it is what became of the typed message that decides. */
  readonly untilMs: number | null;
  /** The hook event that took it, by which its script says that it was printed. */
  readonly token?: string;
}

export interface Claim {
  readonly incarnation: number;
  readonly epoch: string;
  /** The process in its pane; absent where that was not known. */
  readonly pid?: number;
  readonly turn: number;
  /** It is handed to its program's API (handing.ts), not typed. */
  readonly door?: DoorClaim;
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

/** What a face counts of an agent's mail. `inbox` is what its children told and it has not been given yet. */
export interface MailCounts {
  readonly queued: number;
  readonly inbox: number;
  readonly dead: number;
  readonly uncertain: number;
}

export const NO_MAIL: MailCounts = { queued: 0, inbox: 0, dead: 0, uncertain: 0 };

/** Handed over: nothing is left to be done about it. */
export function isSettled({ state }: Message): boolean {
  return state === "delivered" || state === "acked";
}

/** Waits in an inbox, or is just being handed over from there. */
export function isInInbox({ kind, state }: Message): boolean {
  return kind === "completion" && (state === "queued" || state === "leased");
}

/** On its way into a pane. */
export function isUnderWay({ state }: Message): boolean {
  return state === "claimed" || state === "typed" || state === "submitted";
}

/** Listed among the dead letters: somebody has to look at it. */
export function isDeadLetter({ state }: Message): boolean {
  return state === "dead" || state === "failed" || state === "uncertain";
}
