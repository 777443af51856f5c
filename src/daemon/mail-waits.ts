/** Why a message waits, in words for its sender: its recipient's reason, or who is before it. */
import type { Mailbox } from "#core/delivery/mailbox/state.js";
import { isDeadLetter, isSettled, type Message } from "#core/delivery/message.js";

/** A message that is not delivered, and why it waits; null where it does not. */
export interface Listed {
  readonly message: Message;
  readonly waits: string | null;
}

export function waitsOf(box: Mailbox, message: Message): string | null {
  return waitsWords(box.open.before(message), box.waits);
}

/** All of a recipient's queue, in order, gone through once however long it is. */
export function listed({ open, waits: why }: Mailbox): Listed[] {
  let before = 0;
  return [...open].map((message) => {
    const waits = message.state === "queued" ? waitsWords(before, why) : null;
    if (!isDeadLetter(message) && !isSettled(message)) before++;
    return { message, waits };
  });
}

function waitsWords(before: number, waits: string | null): string | null {
  if (before === 0) return waits;
  const others = before === 1 ? "one message is before it" : `${before} messages are before it`;
  return waits === null ? others : `${others}; ${waits}`;
}
