/**
 * What the sender of an `uncertain` message is told. Such a message is never typed again by itself, and whether it was taken
 * its sender finds out best: an agent has it in its inbox, with the reason, on disk in one batch with that it is uncertain; a
 * person who waits is answered. Of what was given to somebody to do, and will not be done, its sender is told as well.
 */
import { completionKey, type NewCompletion } from "#core/delivery/completion.js";
import type { Message } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import type { Ground } from "./ground.js";
import type { Inboxes } from "./inboxes.js";
import type { Written } from "./mail-commit.js";
import { addressee, deadOf, newCompletion } from "./new-completion.js";

/** What is needed of the mail that the notes become part of. */
interface Queues {
  readonly inboxes: Inboxes;
  nextOrder(to: AgentId): Promise<number>;
}

/** The notes on what became of these messages; none that was written before. Throws the store's Fault. */
export async function doubtNotes(ground: Ground, queues: Queues, messages: Iterable<Message>): Promise<Written[]> {
  const notes: Written[] = [];
  for (const uncertain of messages) {
    const wanted = await noteOn(ground, uncertain);
    if (wanted === null || (await ground.store.completion(completionKey(wanted))) !== null) continue;
    const { to, dead } = addressee(ground, queues.inboxes, wanted);
    const { message, text } = newCompletion(ground, wanted, to, await queues.nextOrder(to));
    notes.push({ message: dead === null ? message : deadOf(message, dead), text });
  }
  return notes;
}

/** Null where no agent waits to hear of it. */
async function noteOn({ loop, store }: Ground, message: Message): Promise<NewCompletion | null> {
  const { id, from, to, kind, state, reason, attempts } = message;
  const { agents } = loop.fleet;
  if (from === null || !agents.has(from)) return null;
  const isRefused = (kind === "task" || kind === "handoff") && (state === "dead" || state === "failed");
  if (state !== "uncertain" && !isRefused) return null;
  // Of one that was removed only the store knows.
  const label = agents.get(to)?.record.label ?? (await store.agent(to).catch(() => null))?.label ?? to;
  const summary = isRefused
    ? `${label} was not given it: ${reason}`
    : `whether ${label} took it is not known: ${reason}. Look before you send it again: drover why ${id}`;
  const about = { child: id, label: `your message to ${label}`, turn: 0, kind: "report" } as const;
  return { ...about, parent: from, summary, part: String(attempts) };
}
