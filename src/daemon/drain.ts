/** Inboxes over the socket: taking what is there, acknowledging it, and what an agent reports of its own accord. */
import { Fault } from "#core/fault.js";
import type { AgentId } from "#core/model.js";
import type { MessageJson } from "#wire/agent.js";
import type { AckedJson, AckRequest, DrainedJson, ReportRequest } from "#wire/requests.js";
import { commitCompletion } from "./completions.js";
import type { Context } from "./context.js";
import { theAgent } from "./ground.js";
import { theMessage } from "./inbox.js";
import type { Producer } from "./producer.js";
import { checkText } from "./schemas.js";
import { messageJson } from "./send.js";

/** What waits is leased to who asks: its own for 30 s, or until it is acknowledged. */
export async function drain(
  context: Context,
  id: AgentId,
  asked: { limit?: number | undefined },
): Promise<DrainedJson> {
  const { mail, store } = context;
  const { limit } = asked;
  const { batch, entries } = await mail.inboxes.take(id, { taker: "drain", ...(limit === undefined ? {} : { limit }) });
  if (entries.length === 0) return { messages: [] };
  const messages = await Promise.all(
    entries.map(async (entry) => messageJson(entry, null, (await store.text(entry).catch(() => null)) ?? undefined)),
  );
  const more = mail.inboxes.of(id)?.entries.waitingCount ?? 0;
  return { messages, batch, ...(more > 0 ? { more } : {}) };
}

/** Throws a Fault: CONFLICT where what is to be given back is being typed already, the store's. */
export async function acknowledge(context: Context, id: AgentId, { batch, reject }: AckRequest): Promise<AckedJson> {
  const { inboxes } = context.mail;
  if (reject === true && inboxes.isBeingTyped(id, batch)) {
    throw new Fault("CONFLICT", "that batch is being typed, and cannot be given back");
  }
  const kind = reject === true ? "rejected" : "arrived";
  return { acked: await inboxes.tell(id, { kind, batch }) };
}

/**
 * Who waited for the end of what this message gave somebody to do has handed it over: it is not told again. Throws a Fault:
 * NOT_FOUND, CONFLICT where nobody waits for it, the store's.
 */
export async function taken(context: Context, producer: Producer, id: string): Promise<AckedJson> {
  const message = await theMessage(context, id);
  if (message.kind !== "handoff") throw new Fault("CONFLICT", "only the end of a handoff is taken by who waits for it");
  if (message.from === null) return { acked: 0 };
  // What is being told just now would be on disk only after this.
  await producer.settled(message.to);
  return { acked: await context.mail.inboxes.tell(message.from, { kind: "arrived", batch: id }) };
}

/** Throws a Fault: NOT_FOUND, TOO_LARGE, INVALID, the store's. */
export async function report(
  context: Context,
  { from, text, token }: { from: string; text: string; token?: string | undefined } & Omit<ReportRequest, "token">,
): Promise<{ message: MessageJson; created: boolean }> {
  checkText("the report", text);
  if (text.trim() === "") throw new Fault("INVALID", "there is nothing to report");
  const { id, label, parent, turn } = theAgent(context, from).record;
  const part = token ?? context.dice.id();
  const committed = await commitCompletion(context, {
    child: id,
    label,
    parent,
    turn,
    kind: "report",
    summary: text,
    part,
  });
  return { message: messageJson(committed.message), created: committed.isNew };
}
