/** Who takes what, and how it is known to have arrived. */
import type { Lease, Message } from "../message.js";
import { change, free, write } from "./on-disk.js";
import type { Change, Inbox, Step, Take } from "./state.js";

/** A lease that is not acknowledged within this comes back. */
export const LEASE_MS = 30_000;
/** So often in a row a Stop hook keeps an agent from ending its turn. */
const BLOCK_LIMIT = 3;
/** Characters handed over at once; at least one entry is. Four bytes each still fit into one message. */
export const BATCH_CHARACTERS = 60_000;

/** Of the words around a batch, and around each of its entries (completion.ts), at most. */
const AROUND_BATCH_BYTES = 150;
const AROUND_ENTRY_BYTES = 450;

/** At the end of a turn: what was handed over at the last one arrived, if the turn went on for it; what waits is next. */
export function stopped(inbox: Inbox, event: Take, nowMs: number): Step {
  const [heard, arrived] = event.active === true ? prove(inbox, (one) => isLast(inbox, one), nowMs) : [inbox, []];
  const blocks = event.active === false ? 0 : inbox.blocks;
  // A turn that did not go on was not kept from its end by what was last handed over.
  const known = { ...heard, blocks, lastBlock: event.active === false ? null : inbox.lastBlock };
  if (blocks < BLOCK_LIMIT && inbox.recipient !== null) return take(known, event, arrived, blocks + 1, nowMs);
  const [after, effects] = write(known, arrived, null, null);
  return [after, [...effects, { do: "hand-over", ticket: event.ticket, batch: event.batch, entries: [] }]];
}

/** `also` goes to the disk with it. */
export function take(inbox: Inbox, event: Take, also: readonly Change[], blocks: number | null, nowMs: number): Step {
  const { ticket, taker, batch, token } = event;
  const arriving = new Set(also.map(({ message }) => message.id));
  const entries: Message[] = [];
  let characters = 0;
  let bytes = AROUND_BATCH_BYTES;
  for (const one of inbox.entries.waiting()) {
    if (arriving.has(one.id)) continue;
    characters += one.characters;
    bytes += bytesOf(one) + AROUND_ENTRY_BYTES;
    if (entries.length > 0 && characters > BATCH_CHARACTERS) break;
    if (event.mostBytes !== undefined && bytes > event.mostBytes) break;
    if (entries.length >= (event.limit ?? Number.POSITIVE_INFINITY)) break;
    entries.push(one);
  }
  const next: Inbox = taker === "wake" ? { ...inbox, waking: entries.length > 0 ? "taken" : "no" } : inbox;
  if (entries.length === 0) {
    const [after, effects] = write(next, also, null, null);
    return [after, [...effects, { do: "hand-over", ticket, batch, entries: [] }]];
  }
  const lease: Lease = {
    batch,
    taker,
    incarnation: inbox.recipient?.incarnation ?? 0,
    untilMs: taker === "wake" ? null : nowMs + LEASE_MS,
    ...(token === undefined ? {} : { token }),
  };
  const changes = entries.map((one) => change(one, { state: "leased", attempts: one.attempts + 1, lease }, nowMs));
  return write(next, [...also, ...changes], blocks, { ticket, taker, batch });
}

/** In UTF-8; where that was not written down, as many as its characters may have. */
function bytesOf({ bytes, characters }: Message): number {
  return bytes ?? 3 * characters;
}

/** What was seen to arrive; of what is being written just now, that is remembered. */
export function prove(inbox: Inbox, which: (one: Message) => boolean, nowMs: number): [Inbox, Change[]] {
  const found = wereTaken(inbox).filter(which);
  const changes = found
    .filter((one) => free(inbox, one))
    .map((one) => change(one, { state: "acked", reason: null }, nowMs));
  const held = found.flatMap((one) => (free(inbox, one) ? [] : (one.lease?.batch ?? [])));
  return [held.length === 0 ? inbox : { ...inbox, proven: new Set([...inbox.proven, ...held]) }, changes];
}

/** Whether it was handed over with the last block of this launch. */
export function isLast({ lastBlock }: Inbox, { lease }: Message): boolean {
  return lastBlock !== null && lease?.batch === lastBlock;
}

/** What was handed over: leased, being written of, or waiting again. */
export function wereTaken({ entries }: Inbox): Message[] {
  const returned = [...entries.waiting()].filter(({ lease }) => lease != null);
  return [...entries.leased(), ...entries.busy(), ...returned];
}

/** What becomes of the message that carries it decides. */
export function isBeingTyped({ lease }: Message): boolean {
  return lease?.untilMs === null;
}

/** Whether it is leased under this batch or, without one, to the holder of this token. */
export function isOf({ lease }: Message, { batch, token }: { batch?: string; token?: string }): boolean {
  if (lease === null || lease === undefined) return false;
  return batch !== undefined ? lease.batch === batch : token !== undefined && lease.token === token;
}

export function leased(inbox: Inbox, of: { batch?: string; token?: string }): Message[] {
  return [...inbox.entries.leased()].filter((one) => isOf(one, of));
}
