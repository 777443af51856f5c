/** What an inbox is at any moment, what can happen to it, and what it wants done. */
import type { AgentId, Nudged, WakePolicy } from "../../model.js";
import type { Entries } from "../entries.js";
import type { Message, MessageState, Taker } from "../message.js";
import type { Recipient } from "../recipient.js";

/** One parent's completions, as far as they are not settled. */
export interface Inbox {
  readonly to: AgentId;
  /** What waits or is leased. Changed in place: a step uses up the inbox it is given. */
  readonly entries: Entries;
  /** On their way to the disk; changed in place as well. */
  readonly writes: Map<number, Write>;
  readonly lastWrite: number;
  /** Null once it was taken off the list. */
  readonly recipient: Recipient | null;
  readonly policy: WakePolicy;
  /** Nothing else is typed into its pane or waits for that. */
  readonly quiet: boolean;
  /** How often in a row its Stop hook kept it from ending its turn, as it is on disk or will be with the next block. */
  readonly blocks: number;
  /** The batch it was last kept with: a Stop that says that the turn went on for its hook proves this, and nothing older. */
  readonly lastBlock: string | null;
  readonly waking: "no" | "asked" | "taken";
  /** The last wake was refused: before the next is claimed, it is looked whether it would be again. */
  readonly refused: boolean;
  /** When it was woken last. */
  readonly wokenAtMs: number | null;
  /** The readiness at which a wake was refused; the next one is tried again, or this one at `againAtMs`. */
  readonly triedEdge: string | null;
  readonly againAtMs: number | null;
  /** When what waits is tried again although nothing happened. */
  readonly sweepAtMs: number | null;
  /** Batches that were seen to arrive while something was being written of them. */
  readonly proven: ReadonlySet<string>;
  /** Hook events whose answer nobody printed, while something was being written of what they had taken. */
  readonly unprinted: ReadonlySet<string>;
  /** After a refused write: before this nothing is written of our own accord. */
  readonly writeAtMs: number | null;
  /** The newest entry of which this launch was told that something waits. */
  readonly nudgedOrder: number;
}

/** The next version of an entry, its `rev` still that of the one before; `from` null for a new one. */
export interface Change {
  readonly message: Message;
  readonly from: MessageState | null;
}

/** Next versions of entries, on disk together or not at all. */
export interface Write {
  readonly number: number;
  readonly changes: readonly Change[];
  /** To be on disk with them. */
  readonly blocks: number | null;
  readonly take: { readonly ticket: number; readonly taker: Taker; readonly batch: string } | null;
}

/** Somebody asks for what waits. */
export interface Take {
  readonly kind: "take";
  /** Names the request; 0 for a wake. */
  readonly ticket: number;
  readonly taker: Taker;
  readonly batch: string;
  readonly limit?: number;
  /** All that is handed over has no more bytes than this, the words around the entries with it: it would be cut. */
  readonly mostBytes?: number;
  /** A Stop hook's own: whether the turn goes on because of one (null where it does not say), and the event's name. */
  readonly active?: boolean | null;
  readonly token?: string;
}

/** What an inbox is told. */
export type InboxEvent =
  /** A child has this to say. Those of its kind that nobody took yet are put aside for it. */
  | { readonly kind: "commit"; readonly message: Message }
  /** On disk by another hand: revived. */
  | { readonly kind: "added"; readonly message: Message }
  /** On disk by another hand: with a message that was typed. */
  | { readonly kind: "changed"; readonly changes: readonly Change[] }
  | { readonly kind: "recipient"; readonly recipient: Recipient | null; readonly policy: WakePolicy }
  | { readonly kind: "quiet"; readonly quiet: boolean }
  | { readonly kind: "reconnected" }
  | Take
  /** What was leased in that batch, by that hook event, or by the last block of this launch, arrived. */
  | { readonly kind: "arrived"; readonly batch?: string; readonly token?: string; readonly atStop?: true }
  /** What that hook event took was never printed: nobody can have read it, whether or not its lease is over. */
  | { readonly kind: "unprinted"; readonly token: string }
  /** Given back by who took it. */
  | { readonly kind: "rejected"; readonly batch: string }
  /** What came of waking it: whether the prompt was taken. `nudged`: it said only that something waits. */
  | { readonly kind: "woken"; readonly taken: boolean; readonly nudged?: Nudged }
  | { readonly kind: "written"; readonly number: number }
  /** `lost`: these are not on the disk any more, or are another's: set aside as damaged. */
  | { readonly kind: "unwritten"; readonly number: number; readonly lost?: ReadonlySet<string> }
  | { readonly kind: "clock" };

/** What an inbox wants done. */
export type InboxEffect =
  | { readonly do: "write"; readonly write: Write }
  /** Answers a `take`: these are its own now. None where nothing waits, or nothing could be claimed. */
  | { readonly do: "hand-over"; readonly ticket: number; readonly batch: string; readonly entries: readonly Message[] }
  /** Say `take` for a wake, under a new batch; `look`: only where its pane would take it, else `woken`. */
  | { readonly do: "wake"; readonly look: boolean }
  /** Tell it how many wait, the newest of them `order`; `look` as above; then say `woken`. */
  | { readonly do: "nudge"; readonly count: number; readonly order: number; readonly look: boolean };

export type Step = [Inbox, InboxEffect[]];
