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
 *
 * Here it is said what follows from an event and from the time; under inbox/ stand taking, giving back, and what goes to disk.
 */
import type { AgentId } from "../model.js";
import { Entries } from "./entries.js";
import { handBack, unprinted } from "./inbox/give-back.js";
import { applied, change, free, mustWait, unwritten, write, written } from "./inbox/on-disk.js";
import type { Change, Inbox, InboxEvent, Step } from "./inbox/state.js";
import { isBeingTyped, isLast, isOf, leased, prove, stopped, take } from "./inbox/take.js";
import type { Message } from "./message.js";
import { askAgainAtMs, edgeOf, SWEEP_MS } from "./recipient.js";

/** From one wake of a parent to the next: a burst becomes one. */
export const DEBOUNCE_MS = 500;

/** An inbox as the store has it. What follows from that, the first event brings. `typing`: a message that wakes it is under way. */
export function openInbox(
  to: AgentId,
  open: readonly Message[],
  {
    typing,
    ...known
  }: Pick<Inbox, "recipient" | "policy" | "quiet" | "blocks" | "lastBlock" | "nudgedOrder"> & { typing: boolean },
): Inbox {
  return {
    to,
    entries: new Entries(open),
    writes: new Map(),
    lastWrite: 0,
    ...known,
    waking: typing ? "taken" : "no",
    refused: false,
    wokenAtMs: null,
    triedEdge: null,
    againAtMs: null,
    sweepAtMs: null,
    proven: new Set(),
    unprinted: new Set(),
    writeAtMs: null,
  };
}

/** The inbox after `event`, and what is to be done, in order. `before` is used up. */
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
      return [{ ...inbox, recipient, policy, ...(isOther ? { blocks: 0, lastBlock: null, nudgedOrder: 0 } : {}) }, []];
    }
    case "quiet":
      return [{ ...inbox, quiet: event.quiet }, []];
    case "reconnected":
      return [{ ...inbox, triedEdge: null }, []];
    case "take":
      return event.taker === "stop-hook" ? stopped(inbox, event, nowMs) : take(inbox, event, [], null, nowMs);
    case "arrived":
      return write(
        ...prove(inbox, (one) => (event.atStop ? isLast(inbox, one) : isOf(one, event) && !isBeingTyped(one)), nowMs),
        null,
        null,
      );
    case "unprinted":
      return write(...unprinted(inbox, event.token, nowMs), null, null);
    case "rejected": {
      const taken = leased(inbox, event).filter((one) => !isBeingTyped(one));
      const dead = taken.map((one) => change(one, { state: "dead", reason: "rejected" }, nowMs));
      return write(inbox, dead, null, null);
    }
    case "woken": {
      const { taken, nudged } = event;
      const isTold = taken && nudged?.incarnation === inbox.recipient?.incarnation;
      const nudgedOrder = Math.max(inbox.nudgedOrder, isTold ? (nudged?.order ?? 0) : 0);
      const rested: Inbox = { ...inbox, waking: "no", refused: !taken, nudgedOrder };
      if (taken || inbox.recipient === null) return [rested, []];
      const againAtMs = askAgainAtMs(inbox.recipient, nowMs);
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

/** What arrived, or was never printed, while it was being written of. */
function late(inbox: Inbox, nowMs: number): Step {
  if ((inbox.proven.size === 0 && inbox.unprinted.size === 0) || mustWait(inbox, nowMs)) return [inbox, []];
  const held = [...inbox.entries.busy()];
  const [after, changes] = prove(inbox, ({ lease }) => inbox.proven.has(lease?.batch ?? ""), nowMs);
  const proven = new Set([...inbox.proven].filter((batch) => held.some((one) => isOf(one, { batch }))));
  const [heard, acked] = write({ ...after, proven }, changes, null, null);
  const back: Change[] = [];
  for (const token of inbox.unprinted) back.push(...unprinted(heard, token, nowMs)[1]);
  const still = new Set([...inbox.unprinted].filter((token) => held.some((one) => isOf(one, { token }))));
  const [settled, returned] = write({ ...heard, unprinted: still }, back, null, null);
  return [settled, [...acked, ...returned]];
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
  const nudge = { do: "nudge", count: entries.waitingCount, order: newest, look: inbox.refused } as const;
  return [{ ...woken, waking: "taken" }, [nudge]];
}
