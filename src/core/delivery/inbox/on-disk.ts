/** What becomes of entries and has to lie on disk: those of which something is being written are nobody else's meanwhile. */
import type { Message } from "../message.js";
import { edgeOf } from "../recipient.js";
import type { Change, Inbox, Step, Write } from "./state.js";

const WRITE_AGAIN_MS = 2_000;

export function change(from: Message, fields: Partial<Message>, nowMs: number): Change {
  return { message: { ...from, ...fields, updatedAtMs: nowMs }, from: from.state };
}

export function write(inbox: Inbox, changes: readonly Change[], blocks: number | null, take: Write["take"]): Step {
  if (changes.length === 0) return [inbox, []];
  const number = inbox.lastWrite + 1;
  const one: Write = { number, changes, blocks, take };
  for (const { message } of changes) inbox.entries.hold(message.id);
  inbox.writes.set(number, one);
  return [{ ...inbox, lastWrite: number }, [{ do: "write", write: one }]];
}

export function written(inbox: Inbox, number: number): Step {
  const one = inbox.writes.get(number);
  if (one === undefined) return [inbox, []];
  closed(inbox, one);
  applied(inbox, one.changes);
  const after: Inbox = { ...inbox, writeAtMs: null };
  const known =
    one.blocks === null ? after : { ...after, blocks: one.blocks, lastBlock: one.take?.batch ?? after.lastBlock };
  if (one.take === null) return [known, []];
  const { ticket, batch } = one.take;
  const ours = one.changes.flatMap(({ message }) => (message.state === "leased" ? [message] : []));
  return [known, [{ do: "hand-over", ticket, batch, entries: ours.map(({ id }) => inboxEntry(known, id)) }]];
}

/** As if nothing had been decided; whoever wanted to take gets nothing. */
export function unwritten(inbox: Inbox, number: number, lost: ReadonlySet<string>, nowMs: number): Step {
  const one = inbox.writes.get(number);
  if (one === undefined) return [inbox, []];
  closed(inbox, one);
  for (const id of lost) inbox.entries.delete(id);
  const after: Inbox = { ...inbox, ...(lost.size > 0 ? {} : { writeAtMs: nowMs + WRITE_AGAIN_MS }) };
  if (one.take === null) return [after, []];
  const { ticket, batch, taker } = one.take;
  if (taker === "wake") {
    const edge = after.recipient === null ? null : edgeOf(after.recipient);
    return [{ ...after, waking: "no", triedEdge: edge, againAtMs: nowMs + WRITE_AGAIN_MS }, []];
  }
  return [after, [{ do: "hand-over", ticket, batch, entries: [] }]];
}

export const mustWait = ({ writeAtMs }: Inbox, nowMs: number): boolean => writeAtMs !== null && nowMs < writeAtMs;

export const free = ({ entries }: Inbox, { id }: Message): boolean => !entries.isBusy(id);

function closed({ entries, writes }: Inbox, one: Write): void {
  for (const { message } of one.changes) entries.release(message.id);
  writes.delete(one.number);
}

/** The entries as they lie on disk now; each write counts its version up. */
export function applied({ entries }: Inbox, changes: readonly Change[]): void {
  for (const { message, from } of changes) {
    const before = entries.get(message.id);
    if (before === undefined && from !== null) continue;
    if (message.state !== "queued" && message.state !== "leased") entries.delete(message.id);
    else entries.put(before === undefined ? message : { ...message, rev: before.rev + 1 });
  }
}

function inboxEntry({ entries }: Inbox, id: string): Message {
  const found = entries.get(id);
  if (found === undefined) throw new Error(`entry ${id} was taken and is not in its inbox`);
  return found;
}
