/**
 * Completions: what children tell their parents. `commitCompletion` is the one way in, for whatever produces one (producer.ts,
 * tasks.ts, drain.ts); it resolves once the completion is on disk, in the parent's inbox or, where nobody can be given it,
 * among the dead letters.
 */
import { completionKey, cutSummary, type NewCompletion } from "#core/delivery/completion.js";
import type { DeadReason, Message } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import { QUEUE_LIMIT } from "./mail.js";

export interface Committed {
  readonly message: Message;
  /** False where this very completion was committed before. */
  readonly isNew: boolean;
}

/**
 * Puts a completion into its parent's inbox; on disk when this resolves. The same identity again is the same completion,
 * for as long as the ledger goes back (14 days), whether it still waits or was handed over. What cannot be given to anybody
 * is a dead letter, with the reason. Throws the store's Fault: then nothing was kept.
 */
export async function commitCompletion(context: Context, wanted: NewCompletion): Promise<Committed> {
  const key = completionKey(wanted);
  const running = coming.get(context)?.get(key);
  if (running !== undefined) return running.then(({ message }) => ({ message, isNew: false }));
  const run = commit(context, wanted, key);
  const all = coming.get(context) ?? new Map<string, Promise<Committed>>();
  coming.set(context, all.set(key, run));
  try {
    return await run;
  } finally {
    all.delete(key);
  }
}

/** Those on their way to the disk, by identity. */
const coming = new WeakMap<Context, Map<string, Promise<Committed>>>();

async function commit(context: Context, wanted: NewCompletion, key: string): Promise<Committed> {
  const { store, mail } = context;
  await mail.begun;
  const known = await store.completion(key);
  if (known !== null) return { message: known, isNew: false };
  const { to, dead } = addressee(context, wanted);
  const text = cutSummary(wanted.summary);
  const message = await newMessage(context, { ...wanted, summary: text }, key, to);
  if (dead === null) {
    try {
      await mail.inboxes.add(message, text);
      return { message, isNew: true };
    } catch (error) {
      if (asFault(error).code !== "NOT_FOUND") throw error;
    }
  }
  const reason = dead ?? "parent_removed";
  const buried: Message = { ...message, state: "dead", reason };
  await mail.commit(to, [{ message: buried, was: null, text }], [{ message: buried, from: null }], {});
  mail.takeIn(buried);
  if (reason === "orphan") warnOnce(context, wanted);
  return { message: buried, isNew: true };
}

/** Who is to be told, and why nobody can be; a dead letter is kept under its parent's name, else under its child's. */
function addressee(context: Context, wanted: NewCompletion): { to: AgentId; dead: DeadReason | null } {
  const { child, parent } = wanted;
  const { fleet } = context.loop;
  const itself = child as AgentId;
  if (parent === null) return { to: itself, dead: "no_parent" };
  if (parent === child) return { to: itself, dead: "self_parent" };
  if (fleet.archived.has(parent)) return { to: parent, dead: "parent_removed" };
  const agent = fleet.agents.get(parent);
  if (agent === undefined) return { to: parent, dead: "orphan" };
  if (agent.record.wake === "mute") return { to: parent, dead: "muted" };
  const inbox = context.mail.inboxes.of(parent);
  if (inbox !== null && inbox.entries.waitingCount >= QUEUE_LIMIT) return { to: parent, dead: "rejected" };
  return { to: parent, dead: null };
}

async function newMessage(context: Context, wanted: NewCompletion, key: string, to: AgentId): Promise<Message> {
  const { child, label, turn, kind } = wanted;
  const nowMs = context.clock.now();
  return {
    id: context.dice.id(),
    to,
    order: await context.mail.nextOrder(to),
    rev: 1,
    from: child as AgentId,
    kind: "completion",
    state: "queued",
    reason: null,
    attempts: 0,
    characters: wanted.summary.length,
    claim: null,
    turn: null,
    completion: { child, label, turn, kind, key },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

const warned = new WeakMap<Context, Set<string>>();

function warnOnce(context: Context, { child, label, parent }: NewCompletion): void {
  const all = warned.get(context) ?? new Set();
  warned.set(context, all);
  if (all.has(child)) return;
  all.add(child);
  context.log.warn("an agent's parent is not known here: what it has to say is a dead letter", { label, parent });
}
