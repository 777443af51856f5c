/**
 * Completions: what children tell their parents. `commitCompletion` is the one way in, for whatever produces one (producer.ts,
 * tasks.ts, drain.ts); it resolves once the completion is on disk, in the parent's inbox or, where nobody can be given it,
 * among the dead letters.
 */
import { completionKey, type NewCompletion } from "#core/delivery/completion.js";
import type { Message } from "#core/delivery/message.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import { addressee, deadOf, newCompletion } from "./new-completion.js";

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
  const { to, dead } = addressee(context, mail.inboxes, wanted);
  const { message, text } = newCompletion(context, wanted, to, await mail.nextOrder(to));
  if (dead === null) {
    try {
      await mail.inboxes.add(message, text);
      return { message, isNew: true };
    } catch (error) {
      if (asFault(error).code !== "NOT_FOUND") throw error;
    }
  }
  const reason = dead ?? "parent_removed";
  const buried = deadOf(message, reason);
  await mail.commit(to, [{ message: buried, was: null, text }], [{ message: buried, from: null }], {});
  if (reason === "orphan") warnOnce(context, wanted);
  return { message: buried, isNew: true };
}

const warned = new WeakMap<Context, Set<string>>();

function warnOnce(context: Context, { child, label, parent }: NewCompletion): void {
  const all = warned.get(context) ?? new Set();
  warned.set(context, all);
  if (all.has(child)) return;
  all.add(child);
  context.log.warn("an agent's parent is not known here: what it has to say is a dead letter", { label, parent });
}
