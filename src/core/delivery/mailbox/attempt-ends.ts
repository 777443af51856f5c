/** How an attempt to deliver ends: its message arrived, waits again, is given back, or is for a person to look at. */
import type { Message } from "../message.js";
import { edgeOf, turnOf } from "../recipient.js";
import { become } from "./on-disk.js";
import type { Mailbox, Step } from "./state.js";

/** A message whose recipient ended under it so often is not given to it again. */
const ATTEMPTS = 5;

export function end(box: Mailbox, message: Message, fields: Partial<Message>, nowMs: number): Step {
  const spent = message.claim === null ? box.spent : { turn: turnOf(message.claim), atMs: nowMs };
  const over = { ...box, spent, sweepAtMs: null, at: { at: "recording" as const, id: message.id } };
  return [become(over, message, fields, nowMs), []];
}

export const delivered = ({ claim }: Message) => ({
  state: "delivered" as const,
  reason: null,
  turn: claim === null ? null : claim.turn + 1,
});

export function requeue(box: Mailbox, message: Message, why: string, nowMs: number): Step {
  const triedEdge = box.recipient === null ? null : edgeOf(box.recipient);
  const back = { ...box, triedEdge, waits: why, at: { at: "recording" as const, id: message.id } };
  return [become(back, message, { state: "queued", reason: null }, nowMs), []];
}

/** It was to be typed at once or not at all. */
export function takeBack(box: Mailbox, message: Message, why: string, nowMs: number): Step {
  const back = { ...box, at: { at: "recording" as const, id: message.id } };
  return [become(back, message, { state: "failed", reason: why }, nowMs, true), []];
}

/** What stood in the input box went with the program: it may be typed into the next one. */
export function programGone(box: Mailbox, message: Message, why: string, nowMs: number): Step {
  if (message.attempts < ATTEMPTS) return requeue(box, message, why, nowMs);
  return end(box, message, { state: "dead", reason: "unresolvable" }, nowMs);
}

/** Its program is gone, and Enter was not pressed by us. A turn that began since may be that of a person's Enter. */
export function gonePasted(box: Mailbox, message: Message, nowMs: number): Step {
  const why = "its program ended before Enter was pressed";
  const began = box.recipient !== null && message.claim !== null && box.recipient.turn > message.claim.turn;
  if (began) return end(box, message, { state: "uncertain", reason: `${why}, and a turn had begun` }, nowMs);
  return programGone(box, message, why, nowMs);
}
