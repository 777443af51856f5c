/**
 * One parent's inbox, as a machine: what its children told it, until it is given that. What happened and the time in, the
 * next inbox and what to do out. Three takers share one claim: an entry is on disk as leased before a word of it is handed
 * over, and while that is being written it is nobody else's.
 *
 *   queued -> leased -> acked
 *      ^---------|  not acknowledged in time, refused by the pane, or never printed: queued again
 *
 * The Stop hook takes all there is at the end of a turn, so often in a row and no more; whoever drains takes what it asks
 * for; an agent that is ready and has nothing else to do is woken: what waits is typed as one message (mailbox.ts), and what
 * becomes of that message decides what becomes of the entries in it.
 */
import type { AgentId, WakePolicy } from "../model.js";
import { Entries } from "./entries.js";
import type { Recipient } from "./mailbox.js";
import type { Lease, Message, MessageState, Taker } from "./message.js";

export interface Inbox {
  readonly to: AgentId;
  /** What waits or is leased. Changed in place: a step uses up the inbox it is given. */
  readonly entries: Entries;
  /** On their way to the disk; changed in place as well. */
  readonly writes: Map<number, Write>;
  readonly lastWrite: number;
  /** Null once it was taken off the list. */
  readonly recipient: Recipient | null;
  readonly policy: WakePolicy;
  /** Nothing else is typed into its pane or waits for that. */
  readonly quiet: boolean;
  /** How often in a row its Stop hook kept it from ending its turn, as it is on disk or will be with the next block. */
  readonly blocks: number;
  readonly waking: "no" | "asked" | "taken";
  /** The last wake was refused: before the next is claimed, it is looked whether it would be again. */
  readonly refused: boolean;
  /** When it was woken last. */
  readonly wokenAtMs: number | null;
  /** The readiness at which a wake was refused; the next one is tried again, or this one at `againAtMs`. */
  readonly triedEdge: string | null;
  readonly againAtMs: number | null;
  /** When what waits is tried again although nothing happened. */
  readonly sweepAtMs: number | null;
  /** Batches that were seen to arrive while something was being written of them. */
  readonly proven: ReadonlySet<string>;
  /** After a refused write: before this nothing is written of our own accord. */
  readonly writeAtMs: number | null;
  /** The newest entry of which it was told that something waits. */
  readonly nudgedOrder: number;
}

/** The next version of an entry, its `rev` still that of the one before; `from` null for a new one. */
export interface Change {
  readonly message: Message;
  readonly from: MessageState | null;
}

/** Next versions of entries, on disk together or not at all. */
export interface Write {
  readonly number: number;
  readonly changes: readonly Change[];
  /** To be on disk with them. */
  readonly blocks: number | null;
  readonly take: { readonly ticket: number; readonly taker: Taker; readonly batch: string } | null;
}

export interface Take {
  readonly kind: "take";
  /** Names the request; 0 for a wake. */
  readonly ticket: number;
  readonly taker: Taker;
  readonly batch: string;
  readonly limit?: number;
  /** A Stop hook's own: whether the turn goes on because of one (null where it does not say), and the event's name. */
  readonly active?: boolean | null;
  readonly token?: string;
}

export type InboxEvent =
  /** A child has this to say. Those of its kind that nobody took yet are put aside for it. */
  | { readonly kind: "commit"; readonly message: Message }
  /** On disk by another hand: revived. */
  | { readonly kind: "added"; readonly message: Message }
  /** On disk by another hand: with a message that was typed. */
  | { readonly kind: "changed"; readonly changes: readonly Change[] }
  | { readonly kind: "recipient"; readonly recipient: Recipient | null; readonly policy: WakePolicy }
  | { readonly kind: "quiet"; readonly quiet: boolean }
  | { readonly kind: "reconnected" }
  | Take
  /** What was leased in that batch, by that hook event, or by any Stop hook of this launch, arrived. */
  | { readonly kind: "arrived"; readonly batch?: string; readonly token?: string; readonly atStop?: true }
  /** It was never printed: nobody can have read it. */
  | { readonly kind: "unprinted"; readonly token: string }
  /** Given back by who took it. */
  | { readonly kind: "rejected"; readonly batch: string }
  /** What came of waking it: whether the prompt was taken. */
  | { readonly kind: "woken"; readonly taken: boolean }
  | { readonly kind: "written"; readonly number: number }
  /** `lost`: these are not on the disk any more, or are another's: set aside as damaged. */
  | { readonly kind: "unwritten"; readonly number: number; readonly lost?: ReadonlySet<string> }
  | { readonly kind: "clock" };

export type InboxEffect =
  | { readonly do: "write"; readonly write: Write }
  /** Answers a `take`: these are its own now. None where nothing waits, or nothing could be claimed. */
  | { readonly do: "hand-over"; readonly ticket: number; readonly batch: string; readonly entries: readonly Message[] }
  /** Say `take` for a wake, under a new batch; `look`: only where its pane would take it, else `woken`. */
  | { readonly do: "wake"; readonly look: boolean }
  /** Tell it how many wait; then say `woken`. */
  | { readonly do: "nudge"; readonly count: number };

/** A lease that is not acknowledged within this comes back. */
export const LEASE_MS = 30_000;
/** From one wake of a parent to the next: a burst becomes one. */
export const DEBOUNCE_MS = 500;
/** So often in a row a Stop hook keeps an agent from ending its turn. */
export const BLOCK_LIMIT = 3;
/** So often an entry is handed over without ever being acknowledged. */
export const HAND_OVERS = 5;
/** Characters handed over at once; at least one entry is. Four bytes each still fit into one message. */
export const BATCH_CHARACTERS = 60_000;
export const SWEEP_MS = 30_000;
const AGAIN_SOON_MS = 250;
const WRITE_AGAIN_MS = 2_000;

type Step = [Inbox, InboxEffect[]];

/** An inbox as the store has it. What follows from that, the first event brings. */
export function openInbox(
  to: AgentId,
  open: readonly Message[],
  known: Pick<Inbox, "recipient" | "policy" | "quiet" | "blocks">,
): Inbox {
  const inbox: Inbox = {
    to,
    entries: new Entries(open),
    writes: new Map(),
    lastWrite: 0,
    ...known,
    waking: "no",
    refused: false,
    wokenAtMs: null,
    triedEdge: null,
    againAtMs: null,
    sweepAtMs: null,
    proven: new Set(),
    writeAtMs: null,
    nudgedOrder: 0,
  };
  // What is being typed to wake it goes on without us.
  const typed = open.some(({ state, lease }) => state === "leased" && lease?.untilMs === null);
  return { ...inbox, waking: typed && !known.quiet ? "taken" : "no" };
}

export function stepInbox(before: Inbox, event: InboxEvent, nowMs: number): Step {
  const [after, effects] = step(before, event, nowMs);
  const [settled, more] = settle(after, nowMs);
  return [settled, [...effects, ...more]];
}

/** When `clock` is due; null where nothing waits for the time. */
export function inboxWakeAtMs(inbox: Inbox): number | null {
  const due = [inbox.sweepAtMs, inbox.againAtMs];
  for (const { lease } of inbox.entries.leased()) due.push(lease?.untilMs ?? null);
  const times = due.filter((ms) => ms !== null);
  if (times.length === 0) return null;
  return Math.max(Math.min(...times), inbox.writeAtMs ?? 0);
}

/**
 * What becomes of the entries that a typed message carries, with that message, in one batch. `tried`: it was claimed, so
 * that something of it may have stood in the pane.
 */
export function endOfBatch(
  inbox: Inbox,
  batch: string,
  how: { readonly arrived: boolean; readonly tried: boolean },
  nowMs: number,
): Change[] {
  const carried = [...inbox.entries.leased()].filter(({ lease }) => lease?.batch === batch);
  return carried.map((one) => {
    if (how.arrived) return change(one, { state: "acked", reason: null }, nowMs);
    if (inbox.recipient === null) return change(one, { state: "dead", reason: "recipient_removed" }, nowMs);
    return how.tried ? handBack(inbox, one, nowMs) : unread(inbox, one, nowMs);
  });
}

function step(inbox: Inbox, event: InboxEvent, nowMs: number): Step {
  switch (event.kind) {
    case "commit": {
      const { completion } = event.message;
      const same = completion === undefined ? [] : inbox.entries.ofSubject(completion);
      const aside = same.filter((one) => one.state === "queued" && free(inbox, one));
      const changes = aside.map((one) => change(one, { state: "acked", reason: "superseded" }, nowMs));
      return write(inbox, [...changes, { message: event.message, from: null }], null, null);
    }
    case "added":
      inbox.entries.put(event.message);
      return [inbox, []];
    case "changed":
      applied(inbox, event.changes);
      return [inbox, []];
    case "recipient": {
      const { recipient, policy } = event;
      // What another launch of the program was told is not known to this one.
      const isOther = recipient !== null && recipient.incarnation !== inbox.recipient?.incarnation;
      return [{ ...inbox, recipient, policy, ...(isOther ? { blocks: 0, nudgedOrder: 0 } : {}) }, []];
    }
    case "quiet":
      return [{ ...inbox, quiet: event.quiet }, []];
    case "reconnected":
      return [{ ...inbox, triedEdge: null }, []];
    case "take":
      return event.taker === "stop-hook" ? stopped(inbox, event, nowMs) : take(inbox, event, [], null, nowMs);
    case "arrived":
      return write(
        ...prove(
          inbox,
          (one) => (event.atStop ? isLast(inbox, one) : isOf(one, event) && one.lease?.untilMs !== null),
          nowMs,
        ),
        null,
        null,
      );
    case "unprinted": {
      return write(
        inbox,
        leased(inbox, event).map((one) => unread(inbox, one, nowMs)),
        null,
        null,
      );
    }
    case "rejected": {
      const dead = leased(inbox, event).map((one) => change(one, { state: "dead", reason: "rejected" }, nowMs));
      return write(inbox, dead, null, null);
    }
    case "woken": {
      const rested: Inbox = { ...inbox, waking: "no", refused: !event.taken };
      if (event.taken || inbox.recipient === null) return [rested, []];
      // A hook tells of a turn's end before the screen shows it: what was just called ready is asked again soon, then less often.
      const readyForMs = nowMs - inbox.recipient.sinceMs;
      const againAtMs = nowMs + Math.min(SWEEP_MS, Math.max(AGAIN_SOON_MS, readyForMs));
      return [{ ...rested, wokenAtMs: null, triedEdge: edgeOf(inbox.recipient), againAtMs }, []];
    }
    case "written":
      return written(inbox, event.number);
    case "unwritten":
      return unwritten(inbox, event.number, event.lost ?? new Set(), nowMs);
    case "clock":
      return [inbox, []];
  }
}

// Taking

/** At the end of a turn: what was handed over at the last one arrived, if the turn went on for it; what waits is next. */
function stopped(inbox: Inbox, event: Take, nowMs: number): Step {
  const [heard, arrived] = event.active === true ? prove(inbox, (one) => isLast(inbox, one), nowMs) : [inbox, []];
  const blocks = event.active === false ? 0 : inbox.blocks;
  const known = { ...heard, blocks };
  if (blocks < BLOCK_LIMIT && inbox.recipient !== null) return take(known, event, arrived, blocks + 1, nowMs);
  const [after, effects] = write(known, arrived, null, null);
  return [after, [...effects, { do: "hand-over", ticket: event.ticket, batch: event.batch, entries: [] }]];
}

/** Whether the Stop hook of this launch handed it over. */
function isLast({ recipient }: Inbox, { lease }: Message): boolean {
  return lease?.taker === "stop-hook" && lease.incarnation === recipient?.incarnation;
}

/** What was seen to arrive; of what is being written just now, that is remembered. */
function prove(inbox: Inbox, which: (one: Message) => boolean, nowMs: number): [Inbox, Change[]] {
  const { entries } = inbox;
  // What waits is looked through only where a lease of it may have come back.
  const found = [...entries.leased(), ...entries.busy(), ...returned(inbox)].filter(which);
  const changes = found
    .filter((one) => free(inbox, one))
    .map((one) => change(one, { state: "acked", reason: null }, nowMs));
  const held = found.flatMap((one) => (free(inbox, one) ? [] : (one.lease?.batch ?? [])));
  return [held.length === 0 ? inbox : { ...inbox, proven: new Set([...inbox.proven, ...held]) }, changes];
}

/** `also` goes to the disk with it. */
function take(inbox: Inbox, event: Take, also: readonly Change[], blocks: number | null, nowMs: number): Step {
  const { ticket, taker, batch, token } = event;
  const arriving = new Set(also.map(({ message }) => message.id));
  const entries: Message[] = [];
  let characters = 0;
  for (const one of inbox.entries.waiting()) {
    if (arriving.has(one.id)) continue;
    characters += one.characters;
    if (entries.length > 0 && characters > BATCH_CHARACTERS) break;
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

const free = ({ entries }: Inbox, { id }: Message): boolean => !entries.isBusy(id);

/** What waits and was handed over before. */
function returned({ entries }: Inbox): Message[] {
  return [...entries.waiting()].filter(({ lease }) => lease != null);
}

function isOf({ lease }: Message, { batch, token }: { batch?: string; token?: string }): boolean {
  if (lease === null || lease === undefined) return false;
  return batch !== undefined ? lease.batch === batch : token !== undefined && lease.token === token;
}

function leased(inbox: Inbox, of: { batch?: string; token?: string }): Message[] {
  return [...inbox.entries.leased()].filter((one) => isOf(one, of));
}

// What follows from the time, and from how things stand

function settle(inbox: Inbox, nowMs: number): Step {
  const [heard, acked] = late(inbox, nowMs);
  if (inbox.recipient === null) {
    const [after, dead] = buried(heard, nowMs);
    return [after, [...acked, ...dead]];
  }
  const [back, returned] = expired(heard, nowMs);
  const [after, woke] = wake(back, nowMs);
  return [after, [...acked, ...returned, ...woke]];
}

/** What arrived while it was being written of. */
function late(inbox: Inbox, nowMs: number): Step {
  if (inbox.proven.size === 0 || mustWait(inbox, nowMs)) return [inbox, []];
  const [after, changes] = prove(inbox, ({ lease }) => inbox.proven.has(lease?.batch ?? ""), nowMs);
  const held = [...inbox.entries.busy()].flatMap(({ lease }) => lease?.batch ?? []);
  const proven = new Set([...inbox.proven].filter((batch) => held.includes(batch)));
  return write({ ...after, proven }, changes, null, null);
}

/** What waits for an agent that is gone is dead; what is being typed is settled with the message that carries it. */
function buried(inbox: Inbox, nowMs: number): Step {
  const rested: Inbox = { ...inbox, sweepAtMs: null, againAtMs: null };
  if (mustWait(inbox, nowMs)) return [rested, []];
  const { entries } = inbox;
  const left = [...entries.waiting(), ...[...entries.leased()].filter(({ lease }) => lease?.untilMs !== null)];
  left.sort((a, b) => a.order - b.order);
  const dead = left.map((one) => change(one, { state: "dead", reason: "recipient_removed" }, nowMs));
  return write(rested, dead, null, null);
}

function expired(inbox: Inbox, nowMs: number): Step {
  if (mustWait(inbox, nowMs)) return [inbox, []];
  const late = [...inbox.entries.leased()].filter(({ lease }) => {
    const untilMs = lease?.untilMs ?? null;
    return untilMs !== null && untilMs <= nowMs;
  });
  return write(
    inbox,
    late.map((one) => handBack(inbox, one, nowMs)),
    null,
    null,
  );
}

const mustWait = ({ writeAtMs }: Inbox, nowMs: number): boolean => writeAtMs !== null && nowMs < writeAtMs;

/** Not acknowledged: nobody can say whether it was read. */
function handBack(inbox: Inbox, one: Message, nowMs: number): Change {
  if (one.attempts >= HAND_OVERS) return change(one, { state: "dead", reason: "unresolvable" }, nowMs);
  return backIn(inbox, one, { returns: (one.returns ?? 0) + 1 }, nowMs);
}

/** Certainly not read: as if it had never been taken. */
function unread(inbox: Inbox, one: Message, nowMs: number): Change {
  return backIn(inbox, one, { attempts: one.attempts - 1, lease: null }, nowMs);
}

/** Queued again, unless a later one has its place. */
function backIn(inbox: Inbox, one: Message, fields: Partial<Message>, nowMs: number): Change {
  const { completion } = one;
  const same = completion === undefined ? [] : inbox.entries.ofSubject(completion);
  const later = same.some(({ order }) => order > one.order);
  if (later) return change(one, { state: "acked", reason: "superseded" }, nowMs);
  return change(one, { state: "queued", ...fields }, nowMs);
}

/** Wakes it, if it may be woken now. */
function wake(inbox: Inbox, nowMs: number): Step {
  const { recipient, entries } = inbox;
  if (entries.waitingCount === 0 || recipient === null) {
    return [
      inbox.sweepAtMs === null && inbox.againAtMs === null ? inbox : { ...inbox, sweepAtMs: null, againAtMs: null },
      [],
    ];
  }
  const swept = inbox.sweepAtMs !== null && inbox.sweepAtMs <= nowMs;
  const again = inbox.againAtMs !== null && inbox.againAtMs <= nowMs;
  const watched: Inbox = {
    ...inbox,
    sweepAtMs: swept || inbox.sweepAtMs === null ? nowMs + SWEEP_MS : inbox.sweepAtMs,
    ...(again || swept ? { againAtMs: null, triedEdge: null } : {}),
  };
  if (inbox.policy !== "type" && inbox.policy !== "nudge") return [watched, []];
  if (inbox.waking !== "no" || !inbox.quiet || !recipient.ready) return [watched, []];
  const newest = entries.newestOrder;
  if (inbox.policy === "nudge" && newest <= inbox.nudgedOrder) return [watched, []];
  if (edgeOf(recipient) === watched.triedEdge) return [watched, []];
  const soonestMs = (inbox.wokenAtMs ?? Number.NEGATIVE_INFINITY) + DEBOUNCE_MS;
  if (nowMs < soonestMs) return [{ ...watched, againAtMs: soonestMs, triedEdge: null }, []];
  const woken: Inbox = { ...watched, waking: "asked", wokenAtMs: nowMs, triedEdge: null };
  if (inbox.policy === "type") return [woken, [{ do: "wake", look: inbox.refused }]];
  return [{ ...woken, waking: "taken", nudgedOrder: newest }, [{ do: "nudge", count: entries.waitingCount }]];
}

const edgeOf = ({ incarnation, turn, sinceMs }: Recipient): string => `${incarnation}:${turn}:${sinceMs}`;

// What lies on disk

function change(from: Message, fields: Partial<Message>, nowMs: number): Change {
  return { message: { ...from, ...fields, updatedAtMs: nowMs }, from: from.state };
}

function write(inbox: Inbox, changes: readonly Change[], blocks: number | null, take: Write["take"]): Step {
  if (changes.length === 0) return [inbox, []];
  const number = inbox.lastWrite + 1;
  const one: Write = { number, changes, blocks, take };
  for (const { message } of changes) inbox.entries.hold(message.id);
  inbox.writes.set(number, one);
  return [{ ...inbox, lastWrite: number }, [{ do: "write", write: one }]];
}

function written(inbox: Inbox, number: number): Step {
  const one = inbox.writes.get(number);
  if (one === undefined) return [inbox, []];
  closed(inbox, one);
  applied(inbox, one.changes);
  const after: Inbox = { ...inbox, writeAtMs: null };
  const known = one.blocks === null ? after : { ...after, blocks: one.blocks };
  if (one.take === null) return [known, []];
  const { ticket, batch } = one.take;
  const ours = one.changes.flatMap(({ message }) => (message.state === "leased" ? [message] : []));
  return [known, [{ do: "hand-over", ticket, batch, entries: ours.map(({ id }) => inboxEntry(known, id)) }]];
}

/** As if nothing had been decided; whoever wanted to take gets nothing. */
function unwritten(inbox: Inbox, number: number, lost: ReadonlySet<string>, nowMs: number): Step {
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

function closed({ entries, writes }: Inbox, one: Write): void {
  for (const { message } of one.changes) entries.release(message.id);
  writes.delete(one.number);
}

/** The entries as they lie on disk now; each write counts its version up. */
function applied({ entries }: Inbox, changes: readonly Change[]): void {
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
