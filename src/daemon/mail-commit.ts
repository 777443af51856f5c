/** What is asked of the typed mail where others put something into a queue or change messages, each in one durable batch. */
import type { MailWrite, Message, MessageState } from "#core/delivery/message.js";
import type { MailAsk, MailChanges } from "#core/fleet/mail.js";
import type { AgentId, Assigned, Nudged } from "#core/model.js";

/** So many messages may wait for one recipient. */
export const QUEUE_LIMIT = 10_000;

export interface NewMessage {
  readonly id: string;
  readonly to: AgentId;
  readonly from: AgentId | null;
  readonly kind: Message["kind"];
  readonly text: string;
  readonly now?: boolean;
  /** A heartbeat, of that time. */
  readonly beatAtMs?: number;
  /** A nudge, which carries nothing: the order of the newest completion that it tells of. */
  readonly tellsOf?: number;
  /** It carries these completions: on disk with it. `written`: called once they are, before anything is typed. */
  readonly carries?: { readonly batch: string; readonly changes: readonly Story[]; written(): void };
}

/** The message as it goes into its queue, at the place `order`. */
export function queuedMessage(wanted: NewMessage, order: number, nowMs: number): Message {
  const { to, id, from, kind, text, now, carries, tellsOf } = wanted;
  return {
    id,
    to,
    order,
    rev: 1,
    from,
    kind,
    state: "queued",
    reason: null,
    attempts: 0,
    characters: text.length,
    bytes: Buffer.byteLength(text),
    claim: null,
    ...(now === true ? { now } : {}),
    ...(carries === undefined ? {} : { batch: carries.batch }),
    ...(tellsOf === undefined ? {} : { tellsOf }),
    turn: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** One change of one message, for the journal. */
export interface Story {
  readonly message: Message;
  readonly from: MessageState | null;
}

/** A new message, and what it says. */
export interface Written {
  readonly message: Message;
  readonly text: string;
}

/** What goes into one batch with changes of an agent's mail. */
export interface CommitHow extends Omit<MailAsk, "ask" | "also" | keyof MailChanges> {
  /** New messages to others. */
  readonly also?: readonly Written[];
  /** What it takes out of the store. */
  readonly gone?: ReadonlySet<string>;
}

/** A write of its next version. */
export function writeOf({ message, from }: Story): MailWrite {
  return from === null ? { message, was: null } : { message: { ...message, rev: message.rev + 1 }, was: message.rev };
}

/** Which nudge is given with this, or may have been: it is not said again. */
export function nudgedBy({ tellsOf, claim, state }: Message): Nudged | null {
  if (tellsOf === undefined || claim === null) return null;
  return state === "delivered" || state === "uncertain" ? { incarnation: claim.incarnation, order: tellsOf } : null;
}

/** What another agent gave its recipient to do, once that was delivered. */
export function assignedBy({ id, kind, from, state, turn }: Message): Assigned | null {
  if (state !== "delivered" || from === null || turn === null) return null;
  if (kind === "task") return { message: id, by: from, turn };
  return kind === "handoff" ? { message: id, by: from, turn, waits: true } : null;
}

export function byRecipient(messages: readonly Message[]): Map<AgentId, Message[]> {
  const found = new Map<AgentId, Message[]>();
  for (const message of messages) {
    const some = found.get(message.to);
    if (some === undefined) found.set(message.to, [message]);
    else some.push(message);
  }
  return found;
}
