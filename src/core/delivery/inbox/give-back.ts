/** What was handed over and did not arrive waits again, unless that was tried too often or a later entry has its place. */
import type { Message } from "../message.js";
import { change, free } from "./on-disk.js";
import type { Change, Inbox } from "./state.js";
import { isOf, wereTaken } from "./take.js";

/** So often an entry is handed over without ever being acknowledged. */
export const HAND_OVERS = 5;

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

/** Not acknowledged: nobody can say whether it was read. */
export function handBack(inbox: Inbox, one: Message, nowMs: number): Change {
  if (one.attempts >= HAND_OVERS) return change(one, { state: "dead", reason: "unresolvable" }, nowMs);
  return backIn(inbox, one, { returns: (one.returns ?? 0) + 1 }, nowMs);
}

/**
 * Nobody read what that hook event took, though it may wait again by now: no later Stop can prove it. Of what is being
 * written just now, that is remembered.
 */
export function unprinted(inbox: Inbox, token: string, nowMs: number): [Inbox, Change[]] {
  const found = wereTaken(inbox).filter((one) => isOf(one, { token }));
  const isLast = found.some(({ lease }) => lease?.batch === inbox.lastBlock);
  const isHeld = found.some((one) => !free(inbox, one));
  const after: Inbox = {
    ...inbox,
    ...(isLast ? { lastBlock: null } : {}),
    ...(isHeld ? { unprinted: new Set([...inbox.unprinted, token]) } : {}),
  };
  return [after, found.filter((one) => free(inbox, one)).map((one) => unread(inbox, one, nowMs))];
}

/** Certainly not read: as if it had never been taken. */
function unread(inbox: Inbox, one: Message, nowMs: number): Change {
  // What waits again was counted as handed back.
  const returns = one.state === "queued" ? { returns: Math.max(0, (one.returns ?? 0) - 1) } : {};
  return backIn(inbox, one, { attempts: one.attempts - 1, lease: null, ...returns }, nowMs);
}

/** Queued again, unless a later one has its place. */
function backIn(inbox: Inbox, one: Message, fields: Partial<Message>, nowMs: number): Change {
  const { completion } = one;
  const same = completion === undefined ? [] : inbox.entries.ofSubject(completion);
  const later = same.some(({ order }) => order > one.order);
  if (later) return change(one, { state: "acked", reason: "superseded" }, nowMs);
  return change(one, { state: "queued", ...fields }, nowMs);
}
