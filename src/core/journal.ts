/** The ordered, durable log of everything that happened. One sequence number an entry, no gaps, never reused. */
import type { AgentId } from "./model.js";

export type JournalKind =
  | "born"
  | "state"
  | "place"
  | "renamed"
  | "launched"
  | "archived"
  | "adopted"
  | "answered"
  | "sent"
  | "mail"
  | "policy"
  | "interrupted"
  | "stopping"
  | "seen"
  | "hook"
  | "stale-event"
  | "fault"
  | "daemon";

/**
 * `set` holds the fields of the agent's wire form that this entry changed (all of them for `born`), so that a face that
 * applies entries in order holds what a snapshot would say. `data` is the entry's own story; no message bodies, no
 * environment values.
 */
export interface NewEntry {
  readonly atMs: number;
  readonly kind: JournalKind;
  readonly agent: AgentId | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly set: Readonly<Record<string, unknown>> | null;
}

/** An entry that has its place in the journal; `seq` counts up by one. */
export interface JournalEntry extends NewEntry {
  readonly seq: number;
}
