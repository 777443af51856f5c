/**
 * One recipient's queue, as a machine: what happened and the time in, the next queue and what to do out. One message at a
 * time, the oldest first, and one for each time the recipient gets ready; on disk as claimed before anything is typed.
 *
 *   resting -> holding -> checking -> claiming -> fetching -> typing -> noting -> typing -> recording -> resting
 *                  \-> recovering (a message found half way: its receipt says how far it got) -> typing | recording
 *
 * Where the recipient's program has a door of its own, `handing` stands in the place of typing and noting (handing.ts).
 * The inner part, from the paste to the proof that it was taken, is typing.ts. It is left once, to have on disk that Enter
 * may have been pressed: should the daemon and tmux both die after that, nothing else could tell.
 */
import type { AgentId } from "../model.js";
import { cleanText } from "./composer-text.js";
import {
  beginHanding,
  type DoorClaim,
  type HandAnswer,
  type Handing,
  handingWakeAtMs,
  stepHanding,
} from "./handing.js";
import { type Claim, isSettled, type Message, type MessageState } from "./message.js";
import { Queue } from "./queue.js";
import { readReceipt, receiptOf } from "./receipt.js";
import {
  beginTyping,
  gate,
  isOver,
  type Prompt,
  resumeTyping,
  stepTyping,
  type Typing,
  type TypingEvent,
  wakeAtMs as typingWakeAtMs,
} from "./typing.js";

/** What is known of the recipient. */
export interface Recipient {
  /** In a tab, its program running, by what was seen last. */
  readonly there: boolean;
  /** There, and in a state in which it may be typed to. */
  readonly ready: boolean;
  /** Why it is not ready, for the sender: `it is working`. */
  readonly state: string;
  readonly sinceMs: number;
  readonly incarnation: number;
  readonly turn: number;
  readonly epoch: string;
  /** The process in its pane, which a user's respawn-pane changes; null where that is not known. */
  readonly pid: number | null;
  readonly pasteSettleMs: number;
}

export interface Mailbox {
  readonly to: AgentId;
  /** All that is not delivered. Changed in place: a step uses up the mailbox it is given. */
  readonly open: Queue;
  /** Null once it was taken off the list. */
  readonly recipient: Recipient | null;
  readonly at: Delivery;
  /** Why the oldest message waits, for its sender. */
  readonly waits: string | null;
  /** The readiness that a message was refused at; the next one is tried again. */
  readonly triedEdge: string | null;
  /** The turn after which a message was typed: the next follows after another. */
  readonly spentTurn: string | null;
  /** When mail that waits is tried again although nothing happened; null where none waits. */
  readonly sweepAtMs: number | null;
  /** What is to be written and what is being written. */
  readonly pending: Pending | null;
  readonly writing: Pending | null;
  /** After a refused write: when the next is tried. */
  readonly writeAtMs: number | null;
  /** What left the queue last. */
  readonly left: Message | null;
}

export type Delivery =
  | { readonly at: "resting" }
  /** Until nobody else types into the same pane. */
  | { readonly at: "holding"; readonly id: string; readonly recovers: boolean }
  | { readonly at: "checking"; readonly id: string; readonly giveUpAtMs: number }
  | { readonly at: "claiming"; readonly id: string }
  /** `enters` null where nothing was typed yet. */
  | { readonly at: "fetching"; readonly id: string; readonly enters: number | null; readonly tries: number }
  | {
      readonly at: "typing";
      readonly id: string;
      readonly typing: Typing;
      readonly tries: number;
      readonly command: boolean;
    }
  /** Its text stands in the input box; once that is on disk, Enter may be pressed. */
  | {
      readonly at: "noting";
      readonly id: string;
      readonly typing: Typing;
      readonly tries: number;
      readonly command: boolean;
    }
  /** Given to the program by its API. */
  | { readonly at: "handing"; readonly id: string; readonly handing: Handing; readonly text: string }
  /** `askAtMs` null while the answer is awaited. */
  | { readonly at: "recovering"; readonly id: string; readonly askAtMs: number | null; readonly tries: number }
  /** It is over for this time; until that is on disk nothing else is begun. */
  | { readonly at: "recording"; readonly id: string }
  | { readonly at: "burying" };

/** Changes of messages that belong on disk, newest version each, with what is to be journaled of them. */
export interface Pending {
  readonly messages: ReadonlyMap<string, { readonly message: Message; readonly forget: boolean }>;
  readonly story: readonly Change[];
}

export interface Change {
  readonly message: Message;
  readonly from: MessageState;
}

export type MailEvent =
  /** On disk by somebody else's hand: queued, or revived. */
  | { readonly kind: "added"; readonly message: Message }
  /** Purged, by somebody else's hand. */
  | { readonly kind: "forgotten"; readonly ids: ReadonlySet<string> }
  | { readonly kind: "recipient"; readonly recipient: Recipient | null }
  | { readonly kind: "reconnected" }
  | { readonly kind: "held" }
  | { readonly kind: "written" }
  /** `stale`: another hand was there. */
  | { readonly kind: "unwritten"; readonly stale: boolean }
  | { readonly kind: "text"; readonly text: string | null }
  /** Null where they cannot be read now. */
  | { readonly kind: "receipts"; readonly answer: { readonly epoch: string; readonly says: string | null } | null }
  | { readonly kind: "handed"; readonly answer: HandAnswer }
  | Exclude<TypingEvent, { kind: "turn-started" | "gone" }>;

export type MailEffect =
  /** See to it that nobody else types there, until the box rests; then say `held`. */
  | { readonly do: "hold" }
  | { readonly do: "write"; readonly what: Pending }
  | { readonly do: "fetch"; readonly message: Message }
  | { readonly do: "look"; readonly first: boolean }
  | { readonly do: "paste"; readonly text: string; readonly receipt: string }
  | { readonly do: "enter"; readonly receipt: string }
  /** To the program's API, under the name that message and claim make; then say `handed`. */
  | { readonly do: "hand"; readonly message: string; readonly door: DoorClaim; readonly text: string }
  | { readonly do: "receipts" }
  /** It was taken, and no turn was seen to begin yet. */
  | { readonly do: "submitted"; readonly turn: number; readonly incarnation: number };

/** Mail older than this is tried again so often, whatever was or was not heard meanwhile. */
export const SWEEP_MS = 30_000;
/** A recipient that just got ready and refused is asked again after this, and then after twice as long each time. */
const AGAIN_SOON_MS = 250;
const LOOK_LIMIT_MS = 5_000;
/** After a command that was seen to open no turn the next message may follow: the gate looks whether one began. */
const COMMAND_SETTLE_MS = 1_000;
const WRITE_AGAIN_MS = 2_000;
const ASK_AGAIN_MS = 1_000;
/** How often tmux may fail to say what it did before the message is given up as uncertain. */
const UNHEARD_LIMIT = 3;
/** A message whose recipient ended under it so often is not given to it again. */
const ATTEMPTS = 5;

type Step = [Mailbox, MailEffect[]];

/** A queue as the store has it. What was under way is taken up where its receipt says. */
export function openMailbox(to: AgentId, open: readonly Message[], recipient: Recipient | null, nowMs: number): Step {
  const box: Mailbox = {
    to,
    open: new Queue(open),
    recipient,
    at: { at: "resting" },
    waits: null,
    triedEdge: null,
    spentTurn: null,
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

/** Nothing is typed, nor will be before something else happens: whoever else has something to say may. */
export function isQuiet(box: Mailbox): boolean {
  if (box.at.at !== "resting" || box.open.queuedCount > 0 || box.open.halfWay !== undefined) return false;
  return box.recipient === null || turnOf(box.recipient) !== box.spentTurn;
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
  if (oldest === undefined) return [{ ...box, sweepAtMs: null, waits: null }, []];
  if (recipient === null) {
    const buried: Mailbox = { ...box, at: { at: "burying" }, sweepAtMs: null, waits: null };
    return [becomeAll(buried, box.open.queued(), { state: "dead", reason: "recipient_removed" }, nowMs), []];
  }
  const watched = { ...box, sweepAtMs: box.sweepAtMs ?? nowMs + SWEEP_MS };
  if (atOnce !== undefined && (atOnce.id !== oldest.id || !recipient.there)) {
    const why = atOnce.id === oldest.id ? recipient.state : `${queuedCount - 1} before it wait`;
    return [takeBack({ ...watched, at: { at: "recording", id: atOnce.id } }, atOnce, why, nowMs), []];
  }
  if (!recipient.ready && atOnce === undefined) return [{ ...watched, waits: recipient.state }, []];
  const again = swept || atOnce !== undefined;
  if (!again && edgeOf(recipient) === box.triedEdge) return [watched, []];
  if (!again && turnOf(recipient) === box.spentTurn) return [{ ...watched, waits: "one is taken for each turn" }, []];
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
  if (message.now === true) {
    return [takeBack({ ...box, at: { at: "recording", id: message.id } }, message, why, nowMs), []];
  }
  const triedEdge = box.recipient === null ? null : edgeOf(box.recipient);
  // A hook tells of a turn's end before the screen shows it: what was just called ready is asked again soon, then less often.
  const readyForMs = box.recipient === null ? 0 : nowMs - box.recipient.sinceMs;
  const sweepAtMs = nowMs + Math.min(SWEEP_MS, Math.max(AGAIN_SOON_MS, readyForMs));
  return rest({ ...box, triedEdge, waits: why, sweepAtMs }, nowMs);
}

function fetched(box: Mailbox, at: At<"fetching">, text: string | null, nowMs: number): Step {
  const message = theMessage(box, at.id);
  if (text === null) return end(box, message, { state: "dead", reason: "its text cannot be read" }, nowMs);
  const command = /^[/!]/.test(text.trimStart());
  if (message.claim?.door !== undefined) {
    const clean = cleanText(text);
    // A command is for the input box.
    if ((command || clean.trim() === "") && at.enters === null) {
      return handBack(box, message, "it is for its input box", true, nowMs);
    }
    const handing = beginHanding(at.enters !== null, nowMs);
    return hand({ ...box, at: { at: "handing", id: at.id, handing, text: clean } }, message.claim.door);
  }
  const incarnation = message.claim?.incarnation ?? 0;
  const prompt: Prompt = { text, incarnation, pasteSettleMs: box.recipient?.pasteSettleMs ?? 0 };
  const [typing, effects] = at.enters === null ? beginTyping(prompt, nowMs) : resumeTyping(prompt, at.enters, nowMs);
  return typed({ ...box, at: { at: "typing", id: at.id, typing, tries: at.tries, command } }, null, effects, nowMs);
}

function hand(box: Mailbox, door: DoorClaim): Step {
  const { id, text } = box.at as At<"handing">;
  return [box, [{ do: "hand", message: id, door, text }]];
}

function whileHanding(box: Mailbox, at: At<"handing">, event: MailEvent, nowMs: number): Step {
  const message = theMessage(box, at.id);
  const { claim } = message;
  if (claim?.door === undefined) throw new Error(`message ${at.id} is handed over and was not claimed for it`);
  const isGone = box.recipient === null || !isSame(box.recipient, claim);
  const inner = event.kind === "handed" ? event : ({ kind: isGone ? "gone" : "clock" } as const);
  const handing = stepHanding(at.handing, inner, nowMs);
  const after: Mailbox = { ...box, at: { ...at, handing } };
  switch (handing.at) {
    case "handing":
      return at.handing.at === "handing" ? [after, []] : hand(after, claim.door);
    case "waiting":
      return [after, []];
    case "there": {
      const submitted = become(after, message, { state: "submitted" }, nowMs);
      const [over, effects] = end(submitted, theMessage(submitted, at.id), delivered(message), nowMs);
      return [over, [...effects, { do: "submitted", turn: claim.turn, incarnation: claim.incarnation }]];
    }
    case "refused":
      return handBack(after, message, handing.message, handing.keys, nowMs);
    case "uncertain":
      return end(after, message, { state: "uncertain", reason: handing.message }, nowMs);
  }
}

/** Nothing of it was taken. `keys`: it is typed next, and at once. */
function handBack(box: Mailbox, message: Message, why: string, keys: boolean, nowMs: number): Step {
  if (message.now === true && !keys) {
    return [takeBack({ ...box, at: { at: "recording", id: message.id } }, message, why, nowMs), []];
  }
  if (keys) {
    const [back, effects] = requeue(box, message, why, nowMs);
    return [{ ...back, triedEdge: null }, effects];
  }
  const { door: _, ...claim } = message.claim ?? { incarnation: 0, epoch: "", turn: 0 };
  return requeue(box, { ...message, claim }, why, nowMs);
}

function whileTyping(box: Mailbox, at: At<"typing">, event: MailEvent, nowMs: number): Step {
  const { recipient } = box;
  const { claim } = theMessage(box, at.id);
  let inner: TypingEvent | null = null;
  if (event.kind === "recipient") {
    if (recipient === null || !isSame(recipient, claim)) inner = { kind: "gone" };
    else if (recipient.turn > claim.turn) inner = { kind: "turn-started" };
  } else if (event.kind === "read" || event.kind === "done" || event.kind === "failed" || event.kind === "clock") {
    inner = event;
  }
  if (inner === null) return [box, []];
  const [typing, effects] = stepTyping(at.typing, inner, nowMs);
  if (at.typing.at === "pasted" && typing.at === "entering" && !isNoted(box, at.id)) {
    return [become({ ...box, at: { ...at, at: "noting" } }, theMessage(box, at.id), { state: "typed" }, nowMs), []];
  }
  return typed({ ...box, at: { ...at, typing } }, at.typing, effects, nowMs);
}

/** What the inner machine came to. `before` is null where it just began. */
function typed(
  box: Mailbox,
  before: Typing | null,
  wanted: readonly { do: "look" | "paste" | "enter"; text?: string }[],
  nowMs: number,
): Step {
  const at = box.at as At<"typing">;
  const { typing } = at;
  let after = box;
  if (before?.at === "entering" && typing.at !== "entering" && !(typing.at === "uncertain" && typing.unheard)) {
    const message = theMessage(after, at.id);
    if (message.state !== "submitted") after = become(after, message, { state: "submitted" }, nowMs);
  }
  const message = theMessage(after, at.id);
  if (isOver(typing)) return over(after, message, typing, at.tries, nowMs);
  const effects = wanted.map((effect): MailEffect => {
    if (effect.do === "look") return { do: "look", first: typing.at === "gate" };
    if (effect.do === "paste") return { do: "paste", text: effect.text ?? "", receipt: receiptOf(message, 0) };
    return { do: "enter", receipt: receiptOf(message, typing.at === "entering" ? typing.enters : 1) };
  });
  return [after, effects];
}

function over(box: Mailbox, message: Message, typing: Typing, tries: number, nowMs: number): Step {
  switch (typing.at) {
    case "delivered": {
      const at = box.at as At<"typing">;
      const [after, effects] = end(box, message, delivered(message), nowMs);
      if (message.claim === null) return [after, effects];
      // What begins like a command may be one that opens no turn: that it did must be seen, and where it soon is not, none did.
      if (at.command && typing.because !== "turn-started" && after.recipient !== null) {
        const { recipient } = after;
        const triedEdge = edgeOf(recipient);
        return [{ ...after, spentTurn: null, triedEdge, sweepAtMs: nowMs + COMMAND_SETTLE_MS }, effects];
      }
      const { turn, incarnation } = message.claim;
      return [after, [...effects, { do: "submitted", turn, incarnation }]];
    }
    case "refused":
      if (typing.why === "empty-text") return end(box, message, { state: "failed", reason: typing.message }, nowMs);
      if (message.now === true) {
        return [takeBack({ ...box, at: { at: "recording", id: message.id } }, message, typing.message, nowMs), []];
      }
      return requeue(box, message, typing.message, nowMs);
    case "failed":
      if (typing.why === "gone") return programGone(box, message, typing.message, nowMs);
      if (typing.why === "unheard" && tries < UNHEARD_LIMIT) return recover(box, message, tries);
      return end(box, message, { state: "failed", reason: typing.message }, nowMs);
    default: {
      if (typing.at === "uncertain" && typing.unheard && tries < UNHEARD_LIMIT) return recover(box, message, tries);
      const reason = "message" in typing ? typing.message : "it came to no end";
      return end(box, message, { state: "uncertain", reason }, nowMs);
    }
  }
}

function recover(box: Mailbox, { id }: Message, tries: number): Step {
  return [{ ...box, at: recovering(id, tries + 1) }, [{ do: "receipts" }]];
}

const recovering = (id: string, tries: number): At<"recovering"> => ({ at: "recovering", id, askAtMs: null, tries });

/** The receipt says how far it got; what the program and its tmux server are now says what may still be done about it. */
function whileRecovering(box: Mailbox, at: At<"recovering">, event: MailEvent, nowMs: number): Step {
  if (event.kind !== "receipts") {
    if (at.askAtMs === null || nowMs < at.askAtMs) return [box, []];
    return [{ ...box, at: { ...at, askAtMs: null } }, [{ do: "receipts" }]];
  }
  if (event.answer === null) return [{ ...box, at: { ...at, askAtMs: nowMs + ASK_AGAIN_MS } }, []];
  const message = theMessage(box, at.id);
  const { claim, state } = message;
  const sameServer = claim !== null && event.answer.epoch === claim.epoch;
  if (claim?.door !== undefined) {
    if (sameServer && box.recipient !== null && isSame(box.recipient, claim)) {
      return [{ ...box, at: { at: "fetching", id: at.id, enters: 0, tries: at.tries } }, [{ do: "fetch", message }]];
    }
    const reason = "its program ended as it was handed over";
    return end(box, message, { state: "uncertain", reason }, nowMs);
  }
  const enters = sameServer ? readReceipt(event.answer.says, message) : null;
  const { recipient } = box;
  const sameProgram = sameServer && recipient !== null && isSame(recipient, claim);
  const began = sameServer && recipient !== null && claim !== null && recipient.turn > claim.turn;
  if ((enters ?? 0) > 0 || state === "submitted") {
    if (began) return end(box, message, delivered(message), nowMs);
    if (!sameProgram || enters === null || enters === 0) {
      const reason = sameServer ? "its program ended after Enter was pressed" : "tmux ended after Enter was pressed";
      return end(box, message, { state: "uncertain", reason }, nowMs);
    }
    return [{ ...box, at: { at: "fetching", id: at.id, enters, tries: at.tries } }, [{ do: "fetch", message }]];
  }
  if (enters === null && state === "typed") {
    const reason = sameServer ? "the receipt of its typing is gone" : "tmux ended as Enter was pressed";
    return end(box, message, { state: "uncertain", reason }, nowMs);
  }
  if (enters === null) return requeue(box, message, "nothing of it had been typed", nowMs);
  if (!sameProgram) return gonePasted(box, message, nowMs);
  return [{ ...box, at: { at: "fetching", id: at.id, enters, tries: at.tries } }, [{ do: "fetch", message }]];
}

const delivered = ({ claim }: Message) => ({
  state: "delivered" as const,
  reason: null,
  turn: claim === null ? null : claim.turn + 1,
});

/** Its program is gone, and Enter was not pressed by us. A turn that began since may be that of a person's Enter. */
function gonePasted(box: Mailbox, message: Message, nowMs: number): Step {
  const why = "its program ended before Enter was pressed";
  const began = box.recipient !== null && message.claim !== null && box.recipient.turn > message.claim.turn;
  if (began) return end(box, message, { state: "uncertain", reason: `${why}, and a turn had begun` }, nowMs);
  return programGone(box, message, why, nowMs);
}

/** What stood in the input box went with the program: it may be typed into the next one. */
function programGone(box: Mailbox, message: Message, why: string, nowMs: number): Step {
  if (message.attempts < ATTEMPTS) return requeue(box, message, why, nowMs);
  return end(box, message, { state: "dead", reason: "unresolvable" }, nowMs);
}

function requeue(box: Mailbox, message: Message, why: string, nowMs: number): Step {
  const triedEdge = box.recipient === null ? null : edgeOf(box.recipient);
  const back = { ...box, triedEdge, waits: why, at: { at: "recording" as const, id: message.id } };
  return [become(back, message, { state: "queued", reason: null }, nowMs), []];
}

function end(box: Mailbox, message: Message, fields: Partial<Message>, nowMs: number): Step {
  const spentTurn = message.claim === null ? box.spentTurn : turnOf(message.claim);
  const over = { ...box, spentTurn, sweepAtMs: null, at: { at: "recording" as const, id: message.id } };
  return [become(over, message, fields, nowMs), []];
}

/** It was to be typed at once or not at all. */
function takeBack(box: Mailbox, message: Message, why: string, nowMs: number): Mailbox {
  return become(box, message, { state: "failed", reason: why }, nowMs, true);
}

function rest(box: Mailbox, nowMs: number): Step {
  return next({ ...box, at: { at: "resting" } }, nowMs, false);
}

// What lies on disk

/** The message as it is from now on; on disk as soon as may be. */
function become(box: Mailbox, from: Message, fields: Partial<Message>, nowMs: number, forget = false): Mailbox {
  return becomeAll(box, [from], fields, nowMs, forget);
}

function becomeAll(
  box: Mailbox,
  all: readonly Message[],
  fields: Partial<Message>,
  nowMs: number,
  forget = false,
): Mailbox {
  const messages = new Map(box.pending?.messages);
  const story = [...(box.pending?.story ?? [])];
  for (const from of all) {
    const message: Message = { ...from, ...fields, updatedAtMs: nowMs };
    // What it carries goes back to where it was taken from: nothing of it is left to be looked at.
    const emptied = message.batch !== undefined && (message.state === "failed" || message.state === "dead");
    messages.set(message.id, { message, forget: forget || emptied });
    story.push({ message, from: from.state });
    box.open.put(message);
  }
  return { ...box, pending: { messages, story } };
}

/** Writes what is to be written, one batch at a time. */
function flush(box: Mailbox, nowMs: number): Step {
  if (box.pending === null || box.writing !== null) return [box, []];
  if (box.writeAtMs !== null && nowMs < box.writeAtMs) return [box, []];
  const what = box.pending;
  return [{ ...box, pending: null, writing: what, writeAtMs: null }, [{ do: "write", what }]];
}

function written(box: Mailbox): Mailbox {
  const { open } = box;
  let { left } = box;
  for (const { message, forget } of box.writing?.messages.values() ?? []) {
    open.wrote(message.id, (open.revOf(message.id) ?? 0) + 1);
    if (!forget && !isSettled(message)) continue;
    open.delete(message.id);
    left = message;
  }
  return { ...box, left, writing: null };
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
    if (message?.now === true) {
      const taken = takeBack({ ...back, at: { at: "recording", id: at.id } }, message, why, nowMs);
      return [{ ...taken, writeAtMs: nowMs + WRITE_AGAIN_MS }, []];
    }
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
    return typed({ ...box, at: { ...at, at: "typing", typing } }, null, effects, nowMs);
  }
  return at.at === "recording" || at.at === "burying" ? rest(box, nowMs) : [box, []];
}

type At<K extends Delivery["at"]> = Extract<Delivery, { at: K }>;

/** Whether it is on disk that Enter may have been pressed for it. */
function isNoted({ open, pending, writing }: Mailbox, id: string): boolean {
  if (pending?.messages.has(id) || writing?.messages.has(id)) return false;
  const message = open.get(id);
  return message !== undefined && message.state !== "claimed";
}

function theMessage(box: Mailbox, id: string): Message {
  const found = box.open.get(id);
  if (found === undefined) throw new Error(`message ${id} is under way and not in its queue`);
  return found;
}

/** Whether the program that a message was claimed for is still there. */
function isSame(recipient: Recipient, claim: Claim | null): claim is Claim {
  const { there, incarnation, epoch, pid } = recipient;
  const samePid = pid === null || claim?.pid === undefined || claim.pid === pid;
  return there && incarnation === claim?.incarnation && epoch === claim.epoch && samePid;
}

const edgeOf = ({ incarnation, turn, sinceMs }: Recipient): string => `${incarnation}:${turn}:${sinceMs}`;
const turnOf = ({ incarnation, turn }: { incarnation: number; turn: number }): string => `${incarnation}:${turn}`;
