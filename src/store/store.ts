/**
 * What the daemon asks of its store. `commit` is the only way anything is written: one atomic batch, durable (fsync)
 * when the promise resolves; commits made in the same moment share one fsync.
 */
import type { MailWrite, Message } from "#core/delivery/message.js";
import type { JournalEntry, NewEntry } from "#core/journal.js";
import type { AgentId, AgentRecord } from "#core/model.js";
import type { Told } from "#core/output/told.js";

export interface Commit {
  readonly agents?: readonly AgentRecord[];
  readonly entries?: readonly NewEntry[];
  /** Replaces what was told before. It goes when the agent's record is archived. */
  readonly told?: readonly { readonly agent: AgentId; readonly told: Told }[];
  readonly mail?: readonly MailWrite[];
}

export interface StoreHealth {
  readonly path: string;
  readonly ok: boolean;
  /** Values set aside because they could not be read. */
  readonly quarantined: number;
  /** Why nothing can be written now, for a person; null while all is well. */
  readonly readOnly: string | null;
  /** What was found damaged when the store was opened, and where the damaged files now lie; null where nothing was. */
  readonly loss: string | null;
}

/** All that outlives the daemon. What is written resolves once it is on disk, and throws a Fault where it is not. */
export interface Store {
  /** Every record, oldest first; of the archived ones those that were archived last, as many as are kept. */
  agents(): Promise<AgentRecord[]>;
  agent(id: AgentId): Promise<AgentRecord | null>;
  /** What the agent's hooks told of its output last; null where they told nothing. */
  told(id: AgentId): Promise<Told | null>;
  /**
   * Returns the entries with their sequence numbers. Throws a Fault and then nothing was written: STORE_FULL, STORE_BROKEN,
   * TOO_MANY; STALE where a message is not what the commit takes it for, or a new completion is not new.
   */
  commit(commit: Commit): Promise<JournalEntry[]>;
  /** The sequence number of the newest entry, 0 where there is none. */
  seq(): number;
  /** The oldest sequence number still kept, 0 where there is none. */
  oldestSeq(): number;
  /** Entries after `after`, oldest first, at most `limit`; `agent` keeps one agent's only. */
  journal(after: number, limit: number, agent?: AgentId): Promise<JournalEntry[]>;
  /** The newest `limit` entries, of those before the number `before` where one is named; oldest of them first. */
  latest(limit: number, agent?: AgentId, before?: number): Promise<JournalEntry[]>;
  /** The completion of that identity, waiting or handed over; null where there is none, or none any more. */
  completion(key: string): Promise<Message | null>;
  /** Forgets what was delivered to a recipient, with the identities of the completions among it. */
  sweepMail(to: AgentId): Promise<void>;
  /** Every message that is not delivered, by recipient and in the order of their queues. */
  mail(): Promise<Message[]>;
  /** The newest `limit` messages delivered to `to`, oldest of them first. They are kept for a time (14 days by default). */
  delivered(to: AgentId, limit: number): Promise<Message[]>;
  message(id: string): Promise<Message | null>;
  /** What it says; null where that is gone or cannot be read. */
  text(message: Message): Promise<string | null>;
  /** The greatest `order` in use in a recipient's queue, 0 where there is none. */
  lastOrder(to: AgentId): Promise<number>;
  health(): StoreHealth;
  close(): Promise<void>;
}
