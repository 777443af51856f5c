/** Mail as faces look at it: a recipient's queue, the dead letters, one message's story. */
import { isDeadLetter, isUnderWay, type MailCounts, type Message } from "#core/delivery/message.js";
import { countMail } from "#core/delivery/tally.js";
import { Fault } from "#core/fault.js";
import { resolve } from "#core/fleet/fleet.js";
import { iso } from "#core/fleet/view.js";
import type { JournalEntry } from "#core/journal.js";
import type { AgentId } from "#core/model.js";
import type { MessageJson } from "#wire/agent.js";
import type { DeadRequest, MailJson, MessageWhyJson } from "#wire/requests.js";
import type { Context } from "./context.js";
import { theAgent } from "./ground.js";
import { messageJson } from "./send.js";

/** Entries looked through at a time for one message's story. */
const STORY_ENTRIES = 5_000;
/** By so much the clock may have been set back since a message came. */
const CLOCK_SET_BACK_MS = 3_600_000;

/** What of its text is told with a message: its first words and how long it is, or all of it. */
export type Says = "nothing" | "words" | "body";

/** What is not delivered, in order, after the last `delivered` that were. */
export async function inboxOf(context: Context, id: AgentId, delivered: number, says: Says): Promise<MessageJson[]> {
  const done = await context.store.delivered(id, delivered);
  const open = context.mail.list(id);
  return Promise.all([
    ...done.map((message) => json(context, message, null, says)),
    ...open.map(({ message, waits }) => json(context, message, waits, says)),
  ]);
}

/** Dead, failed and uncertain messages, of one recipient or of all, the archived ones too. */
export function deadLetters(context: Context, ref: string | null, says: Says): Promise<MessageJson[]> {
  const to = ref === null ? undefined : recipientOf(context, ref);
  const dead = context.mail.list(to).filter(({ message }) => isDeadLetter(message));
  return Promise.all(dead.map(({ message }) => json(context, message, null, says)));
}

/** What the mail of agents off the list counts, by their ids. */
export function mailOfRemoved({ mail, loop }: Context): Record<string, MailCounts> {
  const byRecipient = new Map<AgentId, Message[]>();
  for (const { message } of mail.list()) {
    if (loop.fleet.agents.has(message.to)) continue;
    const some = byRecipient.get(message.to);
    if (some === undefined) byRecipient.set(message.to, [message]);
    else some.push(message);
  }
  return Object.fromEntries([...byRecipient].map(([to, some]) => [to, countMail(some)]));
}

export async function retryDead(context: Context, asked: DeadRequest): Promise<MessageJson[]> {
  const dead = chosen(context, asked);
  // Of all, those that can be delivered at all.
  const { agents } = context.loop.fleet;
  const revived = await context.mail.dead.retry(asked.all === true ? dead.filter(({ to }) => agents.has(to)) : dead);
  return revived.map((message) => messageJson(message));
}

export async function purgeDead(context: Context, asked: DeadRequest): Promise<MessageJson[]> {
  const dead = chosen(context, asked);
  await context.mail.dead.purge(dead);
  return dead.map((message) => messageJson(message));
}

/** What became of a message, by the journal, and its first words. Throws NOT_FOUND. */
export async function messageWhy(context: Context, id: string, says: Says): Promise<MessageWhyJson> {
  const { store, mail } = context;
  const kept = await theMessage(context, id);
  const known = mail.list(kept.to).find(({ message }) => message.id === id);
  const history: MessageWhyJson["history"][number][] = [];
  // Backwards, to where it was told of first: a long queue's journal may hold many times as much since.
  for (let before: number | undefined; history[0]?.from !== null; ) {
    const entries = await store.latest(STORY_ENTRIES, kept.to, before);
    history.unshift(...storyIn(entries, id));
    const [oldest] = entries;
    if (oldest === undefined || entries.length < STORY_ENTRIES || oldest.atMs < kept.createdAtMs - CLOCK_SET_BACK_MS)
      break;
    before = oldest.seq;
  }
  return { message: await json(context, known?.message ?? kept, known?.waits ?? null, says), history };
}

/** The message of that id, as it is on disk. Throws NOT_FOUND. */
export async function theMessage({ store }: Context, id: string): Promise<Message> {
  const message = await store.message(id);
  if (message === null) throw new Fault("NOT_FOUND", `there is no message "${id.slice(0, 100)}"`);
  return message;
}

function storyIn(entries: readonly JournalEntry[], id: string): MessageWhyJson["history"] {
  return entries.flatMap(({ seq, atMs, kind, data }) => {
    if (kind !== "mail" || data.message !== id) return [];
    const { from, to, reason, attempts } = data;
    return [
      {
        seq,
        at: iso(atMs),
        from: typeof from === "string" ? from : null,
        to: String(to),
        reason: typeof reason === "string" ? reason : null,
        attempts: Number(attempts),
      },
    ];
  });
}

/** So many characters of a message are its first words. */
const WORDS = 200;

/**
 * An agent's mail or everybody's, as a person looks at it: what went wrong first, then what is under way, what waits, and
 * the newest `delivered` of each recipient.
 */
export async function mailToLookAt(
  context: Context,
  ref: string | null,
  delivered: number,
  limit: number,
): Promise<MailJson> {
  const to = ref === null ? undefined : recipientOf(context, ref);
  const open = context.mail.list(to);
  const first = [...open].sort((a, b) => urgency(a.message) - urgency(b.message)).slice(0, limit);
  const recipients = to === undefined ? [...context.loop.fleet.agents.keys()] : [to];
  const done = delivered === 0 ? [] : await Promise.all(recipients.map((id) => context.store.delivered(id, delivered)));
  const last = done.flat().sort((a, b) => b.updatedAtMs - a.updatedAtMs);
  const shown = [...first, ...last.slice(0, limit).map((message) => ({ message, waits: null }))];
  const messages = await Promise.all(shown.map(({ message, waits }) => json(context, message, waits, "words")));
  return { messages, leftOut: open.length - first.length };
}

function urgency(message: Message): number {
  return isDeadLetter(message) ? 0 : isUnderWay(message) ? 1 : 2;
}

function firstWords(text: string): string {
  return text
    .slice(0, 4 * WORDS)
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim()
    .slice(0, WORDS);
}

/** The dead letters that are named. Throws USAGE where none is, NOT_FOUND for what is none. */
function chosen(context: Context, { ids, to, all }: DeadRequest): Message[] {
  const dead = context.mail.list().flatMap(({ message }) => (isDeadLetter(message) ? [message] : []));
  if (ids !== undefined) {
    return ids.map((id) => {
      const found = dead.find((message) => message.id === id);
      if (found !== undefined) return found;
      throw new Fault("NOT_FOUND", `there is no dead letter "${id.slice(0, 100)}"`, {
        hint: "drover inbox dead lists them",
      });
    });
  }
  if (to !== undefined) {
    const id = recipientOf(context, to);
    return dead.filter((message) => message.to === id);
  }
  if (all === true) return dead;
  throw new Fault("INVALID", "say which dead letters: ids, to, or all");
}

/** An agent on the list, or the id of one that was taken off it. */
function recipientOf(context: Context, ref: string): AgentId {
  const { fleet } = context.loop;
  if (resolve(fleet, ref) === null && fleet.archived.has(ref as AgentId)) return ref as AgentId;
  return theAgent(context, ref).record.id;
}

async function json(context: Context, message: Message, waits: string | null, says: Says): Promise<MessageJson> {
  if (says === "nothing") return messageJson(message, waits);
  const body = await context.store.text(message);
  const told = messageJson(message, waits, says === "body" ? (body ?? undefined) : undefined);
  return { ...told, words: firstWords(body ?? ""), characters: message.characters };
}
