/** Messages, whom they are for and what their screen shows, in short, for the tests of a recipient's queue. */
import type { MailEvent } from "#core/delivery/mailbox/state.js";
import type { Message, MessageState } from "#core/delivery/message.js";
import type { Recipient } from "#core/delivery/recipient.js";
import type { AgentId } from "#core/model.js";
import type { Reading } from "#core/screen/reading.js";

export const TO = "A" as AgentId;

export const recipient = (over: Partial<Recipient> = {}): Recipient => ({
  there: true,
  ready: true,
  state: "it is idle",
  sinceMs: 1,
  incarnation: 1,
  turn: 0,
  epoch: "t1",
  pid: null,
  pasteSettleMs: 0,
  ...over,
});

export function message(order: number, state: MessageState = "queued", over: Partial<Message> = {}): Message {
  const claim = state === "queued" ? null : { incarnation: 1, epoch: "t1", turn: 0 };
  const attempts = claim === null ? 0 : 1;
  const base = {
    id: `M${order}`,
    to: TO,
    order,
    rev: 1,
    from: null,
    kind: "message" as const,
    reason: null,
    characters: 5,
  };
  return { ...base, state, claim, attempts, turn: null, createdAtMs: 0, updatedAtMs: 0, ...over };
}

/** A look at its pane, where `text` stands in the input box. */
export function read(text: string, over: { door?: { session: string }; shown?: Reading["shown"] } = {}): MailEvent {
  const { shown = "ready", ...door } = over;
  const composer = { text, empty: text === "", pasted: false };
  const evidence = { source: "screen" as const, rule: "r", excerpt: "" };
  const reading: Reading = { shown, evidence, reason: null, errorKind: null, question: null, composer };
  return { kind: "read", reading, state: "idle", incarnation: 1, ours: true, ...door };
}

export const written: MailEvent = { kind: "written" };
