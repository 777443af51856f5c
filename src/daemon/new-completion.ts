/** A completion before it is on disk: whose inbox it is for, whether it can be given to anybody, and the message it is. */
import { completionKey, cutSummary, type NewCompletion } from "#core/delivery/completion.js";
import { LEASE_MS } from "#core/delivery/inbox/take.js";
import type { DeadReason, Lease, Message } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import type { Ground } from "./ground.js";
import type { Inboxes } from "./inboxes.js";
import { QUEUE_LIMIT, queuedMessage } from "./mail-commit.js";

/** Who is to be told, and why nobody can be; a dead letter is kept under its parent's name, else under its child's. */
export function addressee(
  { loop: { fleet } }: Ground,
  inboxes: Inboxes,
  { child, parent }: NewCompletion,
): { to: AgentId; dead: DeadReason | null } {
  const itself = child as AgentId;
  if (parent === null) return { to: itself, dead: "no_parent" };
  if (parent === child) return { to: itself, dead: "self_parent" };
  if (fleet.archived.has(parent)) return { to: parent, dead: "parent_removed" };
  const agent = fleet.agents.get(parent);
  if (agent === undefined) return { to: parent, dead: "orphan" };
  if (agent.record.wake === "mute") return { to: parent, dead: "muted" };
  const inbox = inboxes.of(parent);
  if (inbox !== null && inbox.entries.waitingCount >= QUEUE_LIMIT) return { to: parent, dead: "rejected" };
  return { to: parent, dead: null };
}

/**
 * The message at the place `order` of the addressee's queue, and what it says. What somebody waits for is leased to that one
 * from the start, under the id of what it answers: should nothing be heard from there, it comes back like any other.
 */
export function newCompletion(
  { dice, clock, loop }: Ground,
  wanted: NewCompletion,
  to: AgentId,
  order: number,
): { message: Message; text: string } {
  const { child, label, turn, kind, answers, waits } = wanted;
  const nowMs = clock.now();
  const text = cutSummary(wanted.summary);
  const about = { id: dice.id(), to, from: child as AgentId, kind: "completion", text } as const;
  const whose = answers === undefined ? {} : { answers };
  const completion = { child, label, turn, kind, key: completionKey(wanted), ...whose };
  const message: Message = { ...queuedMessage(about, order, nowMs), completion };
  if (answers === undefined || waits !== true) return { message, text };
  const incarnation = loop.fleet.agents.get(to)?.record.incarnation ?? 0;
  const lease: Lease = { batch: answers, taker: "handoff", incarnation, untilMs: nowMs + LEASE_MS };
  return { message: { ...message, state: "leased", attempts: 1, lease }, text };
}

/** The same as a dead letter. */
export function deadOf(message: Message, reason: DeadReason): Message {
  const { lease: _, ...rest } = message;
  return { ...rest, state: "dead", reason, attempts: 0 };
}
