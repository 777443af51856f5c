/** What becomes of messages and has to lie on disk: one batch is written at a time, and what comes meanwhile joins the next. */
import { isSettled, type Message } from "../message.js";
import type { Mailbox, Step } from "./state.js";

/** The message as it is from now on; on disk as soon as may be. */
export function become(box: Mailbox, from: Message, fields: Partial<Message>, nowMs: number, forget = false): Mailbox {
  return becomeAll(box, [from], fields, nowMs, forget);
}

export function becomeAll(
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
export function flush(box: Mailbox, nowMs: number): Step {
  if (box.pending === null || box.writing !== null) return [box, []];
  if (box.writeAtMs !== null && nowMs < box.writeAtMs) return [box, []];
  const what = box.pending;
  return [{ ...box, pending: null, writing: what, writeAtMs: null }, [{ do: "write", what }]];
}

export function written(box: Mailbox): Mailbox {
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

/** Whether it is on disk that Enter may have been pressed for it. */
export function isNoted({ open, pending, writing }: Mailbox, id: string): boolean {
  if (pending?.messages.has(id) || writing?.messages.has(id)) return false;
  const message = open.get(id);
  return message !== undefined && message.state !== "claimed";
}
