/**
 * One recipient's queue, as a machine: what happened and the time in, the next queue and what to do out. One message at a
 * time, the oldest first, and one for each time the recipient gets ready; on disk as claimed before anything is typed.
 *
 *   at          until                                   then
 *   resting     a message, a ready edge, the sweep      holding; burying, where nobody is there to be given anything
 *   holding     nobody else types into the pane         checking; recovering, where it was found half way
 *   checking    its screen was read                     claiming; resting, where it would not take it now
 *   claiming    `claimed` is on disk                    fetching
 *   fetching    its text is there                       typing; handing, where it was claimed for a door
 *   typing      typing.ts is over                       recording; noting, before Enter; recovering, where tmux was silent
 *   noting      `typed` is on disk                      typing
 *   handing     handing.ts is over                      recording
 *   recovering  the receipt says how far it got         fetching, to go on from there; recording
 *   recording   what became of it is on disk            resting
 *   burying     all that waited is on disk as dead      resting
 *
 * Whatever else ends it for this time (its program went, it was wanted at once or not at all) leads to recording as well.
 * The inner part, from the paste to the proof that it was taken, is typing.ts. It is left once, to have on disk that Enter
 * may have been pressed: should the daemon and tmux both die after that, nothing else could tell. Where the recipient's
 * program has a door of its own, `handing` stands in the place of typing and noting (handing.ts).
 *
 * Here one is chosen and claimed; under mailbox/ stand the attempt itself, its recovery, how it ends, and what goes to disk.
 */
import type { AgentId } from "../model.js";
import { gate } from "./gate.js";
import { handingWakeAtMs } from "./handing.js";
import { carryOn, fetched, whileTyping } from "./mailbox/attempt.js";
import { gonePasted, takeBack } from "./mailbox/attempt-ends.js";
import { whileHanding } from "./mailbox/by-door.js";
import { become, becomeAll, flush, written } from "./mailbox/on-disk.js";
import { recovering, whileRecovering } from "./mailbox/recovery.js";
import { type At, type Mailbox, type MailEvent, type Step, theMessage } from "./mailbox/state.js";
import type { Claim, Message } from "./message.js";
import { Queue } from "./queue.js";
import { askAgainAtMs, edgeOf, isSame, type Recipient, SWEEP_MS, turnOf } from "./recipient.js";
import { resumeTyping, type Typing, wakeAtMs as typingWakeAtMs } from "./typing.js";

const LOOK_LIMIT_MS = 5_000;
const WRITE_AGAIN_MS = 2_000;

/** A queue as the store has it. What was under way is taken up where its receipt says. */
export function openMailbox(to: AgentId, open: readonly Message[], recipient: Recipient | null, nowMs: number): Step {
  const box: Mailbox = {
    to,
    open: new Queue(open),
    recipient,
    at: { at: "resting" },
    waits: null,
    triedEdge: null,
    spent: null,
    sweepAtMs: null,
    pending: null,
    writing: null,
    writeAtMs: null,
    left: null,
  };
  const [begun, effects] = next(box, nowMs, false);
  const [flushed, more] = flush(begun, nowMs);
  return [flushed, [...effects, ...more]];
}

/** The mailbox after `event`, and what is to be done, in order. `before` is used up. */
export function stepMailbox(before: Mailbox, event: MailEvent, nowMs: number): Step {
  const box = heard(before, event);
  const [after, effects] =
    event.kind === "written"
      ? settle(written(box), nowMs)
      : event.kind === "unwritten"
        ? unwritten(box, event.stale, nowMs)
        : step(box, event, nowMs);
  const [flushed, more] = flush(after, nowMs);
  return [flushed, [...effects, ...more]];
}

/** When `clock` is due; null where nothing waits for the time. */
export function wakeAtMs(box: Mailbox): number | null {
  const { at } = box;
  const times = [box.writeAtMs];
  if (at.at === "resting") times.push(box.sweepAtMs);
  else if (at.at === "checking") times.push(at.giveUpAtMs);
  else if (at.at === "typing") times.push(typingWakeAtMs(at.typing));
  else if (at.at === "handing") times.push(handingWakeAtMs(at.handing));
  else if (at.at === "recovering") times.push(at.askAtMs);
  const due = times.filter((ms) => ms !== null);
  return due.length === 0 ? null : Math.min(...due);
}

/**
 * Nothing is typed, nor will be before something else happens: whoever else has something to say may. The turn that the
 * last message opens is waited for, but no longer than mail that waits would be: it may have opened none.
 */
export function isQuiet(box: Mailbox, nowMs: number): boolean {
  if (box.at.at !== "resting" || box.open.queuedCount > 0 || box.open.halfWay !== undefined) return false;
  const { recipient, spent } = box;
  return recipient === null || turnOf(recipient) !== spent?.turn || nowMs - spent.atMs >= SWEEP_MS;
}

/** What every event may change, whatever the box is at. */
function heard(box: Mailbox, event: MailEvent): Mailbox {
  switch (event.kind) {
    case "added":
      box.open.put(event.message);
      box.open.wrote(event.message.id, event.message.rev);
      return box;
    case "forgotten":
      for (const id of event.ids) box.open.delete(id);
      return box;
    case "recipient":
      return { ...box, recipient: event.recipient };
    case "reconnected":
      return { ...box, triedEdge: null };
    default:
      return box;
  }
}

function step(box: Mailbox, event: MailEvent, nowMs: number): Step {
  const { at } = box;
  switch (at.at) {
    case "resting": {
      const swept = box.sweepAtMs !== null && nowMs >= box.sweepAtMs;
      return next(swept ? { ...box, sweepAtMs: nowMs + SWEEP_MS } : box, nowMs, swept);
    }
    case "holding":
      if (event.kind !== "held") return [box, []];
      if (at.recovers) return [{ ...box, at: recovering(at.id, 0) }, [{ do: "receipts" }]];
      return [
        { ...box, at: { at: "checking", id: at.id, giveUpAtMs: nowMs + LOOK_LIMIT_MS } },
        [{ do: "look", first: true }],
      ];
    case "checking":
      return whileChecking(box, at, event, nowMs);
    case "fetching":
      return event.kind === "text" ? fetched(box, at, event.text, nowMs) : [box, []];
    case "typing":
      return whileTyping(box, at, event, nowMs);
    case "handing":
      return whileHanding(box, at, event, nowMs);
    case "recovering":
      return whileRecovering(box, at, event, nowMs);
    case "noting":
      if (event.kind !== "recipient") return [box, []];
      if (box.recipient !== null && isSame(box.recipient, theMessage(box, at.id).claim)) return [box, []];
      return gonePasted(box, theMessage(box, at.id), nowMs);
    case "claiming":
    case "recording":
    case "burying":
      return [box, []];
  }
}

/** At rest: what is to be done now, if anything. `swept`: whatever was tried before. */
function next(box: Mailbox, nowMs: number, swept: boolean): Step {
  const { halfWay } = box.open;
  if (halfWay !== undefined)
    return [{ ...box, at: { at: "holding", id: halfWay.id, recovers: true } }, [{ do: "hold" }]];
  const { recipient } = box;
  const { oldest, atOnce, queuedCount } = box.open;
  // What became of a command that was last is waited for, though nothing waits behind it yet.
  if (oldest === undefined && !swept && box.sweepAtMs !== null) return [{ ...box, waits: null }, []];
  // Who refused a message that is gone refused no other.
  if (oldest === undefined) return [{ ...box, sweepAtMs: null, waits: null, triedEdge: null }, []];
  if (recipient === null) {
    const buried: Mailbox = { ...box, at: { at: "burying" }, sweepAtMs: null, waits: null };
    return [becomeAll(buried, box.open.queued(), { state: "dead", reason: "recipient_removed" }, nowMs), []];
  }
  const watched = { ...box, sweepAtMs: box.sweepAtMs ?? nowMs + SWEEP_MS };
  if (atOnce !== undefined && (atOnce.id !== oldest.id || !recipient.there)) {
    const why = atOnce.id === oldest.id ? recipient.state : `${queuedCount - 1} before it wait`;
    return takeBack(watched, atOnce, why, nowMs);
  }
  if (!recipient.ready && atOnce === undefined) return [{ ...watched, waits: recipient.state }, []];
  const again = swept || atOnce !== undefined;
  if (!again && edgeOf(recipient) === box.triedEdge) return [watched, []];
  if (!again && turnOf(recipient) === box.spent?.turn) return [{ ...watched, waits: "one is taken for each turn" }, []];
  return [{ ...watched, at: { at: "holding", id: oldest.id, recovers: false } }, [{ do: "hold" }]];
}

function whileChecking(box: Mailbox, at: At<"checking">, event: MailEvent, nowMs: number): Step {
  const message = box.open.get(at.id);
  const { recipient } = box;
  if (message === undefined || recipient === null) return rest(box, nowMs);
  if (event.kind === "failed") return refuse(box, message, `its screen cannot be read: ${event.message}`, nowMs);
  if (event.kind === "read") {
    // What a door would not take is typed.
    const { door, ...seen } = event;
    const byDoor = door !== undefined && message.claim?.door === undefined;
    const why = gate(recipient, byDoor ? event : seen);
    if (why !== null) return refuse(box, message, why.message, nowMs);
    const { incarnation, epoch, turn, pid } = recipient;
    const how = byDoor ? { door: { session: door.session, atMs: nowMs } } : {};
    const claim: Claim = { incarnation, epoch, turn, ...(pid === null ? {} : { pid }), ...how };
    const claimed = { state: "claimed" as const, attempts: message.attempts + 1, claim };
    return [become({ ...box, at: { at: "claiming", id: at.id } }, message, claimed, nowMs), []];
  }
  if (nowMs >= at.giveUpAtMs) return refuse(box, message, "its screen could not be read in time", nowMs);
  return [box, []];
}

/** Nothing was typed, nothing was claimed: it waits for the next time, or is given back. */
function refuse(box: Mailbox, message: Message, why: string, nowMs: number): Step {
  if (message.now === true) return takeBack(box, message, why, nowMs);
  const triedEdge = box.recipient === null ? null : edgeOf(box.recipient);
  return rest({ ...box, triedEdge, waits: why, sweepAtMs: askAgainAtMs(box.recipient, nowMs) }, nowMs);
}

function rest(box: Mailbox, nowMs: number): Step {
  return next({ ...box, at: { at: "resting" } }, nowMs, false);
}

function unwritten(box: Mailbox, stale: boolean, nowMs: number): Step {
  const { at, writing } = box;
  if (writing === null) return [box, []];
  if (stale) {
    // Another hand had it, or it was set aside as damaged: not ours to carry on with.
    for (const id of writing.messages.keys()) box.open.delete(id);
    return rest({ ...box, writing: null, pending: null }, nowMs);
  }
  if (at.at === "claiming") {
    // Nothing was typed yet: as if nothing had been decided.
    const before = writing.story[0];
    const claimed = box.open.get(at.id);
    const message =
      claimed !== undefined && before !== undefined
        ? { ...claimed, state: before.from, attempts: claimed.attempts - 1 }
        : claimed;
    if (message !== undefined) box.open.put(message);
    const back = { ...box, writing: null };
    const why = "the store cannot be written";
    if (message?.now === true) return takeBack({ ...back, writeAtMs: nowMs + WRITE_AGAIN_MS }, message, why, nowMs);
    return [{ ...back, at: { at: "resting" }, sweepAtMs: nowMs + WRITE_AGAIN_MS, waits: why }, []];
  }
  const messages = new Map([...writing.messages, ...(box.pending?.messages ?? [])]);
  const pending = { messages, story: [...writing.story, ...(box.pending?.story ?? [])] };
  return [{ ...box, writing: null, pending, writeAtMs: nowMs + WRITE_AGAIN_MS }, []];
}

/** What waited for everything to be written goes on. */
function settle(box: Mailbox, nowMs: number): Step {
  if (box.pending !== null || box.writing !== null) return [box, []];
  const { at } = box;
  if (at.at === "claiming") {
    const message = theMessage(box, at.id);
    return [{ ...box, at: { at: "fetching", id: at.id, enters: null, tries: 0 } }, [{ do: "fetch", message }]];
  }
  if (at.at === "noting") {
    const { prompt } = at.typing as Extract<Typing, { at: "pasted" }>;
    const [typing, effects] = resumeTyping(prompt, 0, nowMs);
    return carryOn({ ...box, at: { ...at, at: "typing", typing } }, null, effects, nowMs);
  }
  return at.at === "recording" || at.at === "burying" ? rest(box, nowMs) : [box, []];
}
