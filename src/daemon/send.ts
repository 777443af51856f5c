/**
 * Sending: a message goes into its recipient's queue, is typed as soon as that is safe, and whoever sent it is told what
 * truly became of it: at once where it has to wait, and with the reason; else once the typing came to an end.
 */

import type { Completion } from "#core/delivery/completion.js";
import type { Mailbox } from "#core/delivery/mailbox/state.js";
import { isDeadLetter, isSettled, type Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import { iso } from "#core/fleet/view.js";
import type { AgentId } from "#core/model.js";
import { pasteable } from "#core/protocol/quote.js";
import type { MessageJson } from "#wire/agent.js";
import type { SendRequest } from "#wire/requests.js";
import type { Context } from "./context.js";
import { theAgent } from "./ground.js";
import type { NewMessage } from "./mail-commit.js";
import { waitsOf } from "./mail-waits.js";
import { checkText } from "./schemas.js";

/** Longer than typing takes at its slowest; past it the message is told of as it then is. */
const OUTCOME_LIMIT_MS = 30_000;

/**
 * Returns the message as delivered, or as queued with the reason why it waits. `kind`: somebody is told how the turn ends
 * that it begins (core/delivery/assigned.ts). Throws NOT_READY where it was certainly not submitted (with `now`, also where
 * it would have had to wait: then it is not kept), UNCERTAIN where nobody can say, and TOO_MANY where too many wait; the
 * detail holds the message as it then is.
 */
export async function sendToAgent(
  context: Context,
  id: AgentId,
  asked: SendRequest,
  kind: "message" | "handoff" | "task" = "message",
): Promise<MessageJson> {
  checkText("the text", asked.text);
  if (pasteable(asked.text).trim() === "") throw new Fault("INVALID", "there is no text to send");
  const from = asked.from === undefined ? null : theAgent(context, asked.from).record.id;
  const { label } = theAgent(context, id).record;
  if (kind === "task" && from === null) {
    throw new Fault("INVALID", "nobody is named who is to be told how it ends", { hint: "name an agent in `from`" });
  }
  if (kind !== "message" && from === id) {
    throw new Fault("CONFLICT", `${label} cannot give itself something to do: it would wait for its own turn`);
  }
  const messageId = asked.id ?? context.dice.id();
  const now = asked.now === true;
  const wanted: NewMessage = { id: messageId, to: id, from, kind, text: asked.text, now };
  const message = await (asked.id === undefined ? context.mail.enqueue(wanted) : queuedOnce(context, wanted));
  if (isSettled(message)) return messageJson(message);
  const told = await context.mail.until(id, OUTCOME_LIMIT_MS, (box) => outcome(box, messageId));
  const json = told ?? messageJson(message);
  if (json.state === "delivered" || json.state === "queued") return json;
  if (json.state === "failed" || json.state === "dead") throw refusal(label, json, now);
  if (json.state === "uncertain") throw uncertain(label, json);
  return json;
}

/** By an id that its sender chose the same is sent once, however often that one asks. Throws CONFLICT, or as `enqueue`. */
async function queuedOnce(context: Context, wanted: NewMessage): Promise<Message> {
  const all = queueing.get(context) ?? new Map<string, Promise<Message>>();
  queueing.set(context, all);
  const { id } = wanted;
  const queued = all.get(id) ?? queue(context, wanted).finally(() => all.delete(id));
  all.set(id, queued);
  const message = await queued;
  if (message.to === wanted.to && message.kind === wanted.kind) return message;
  throw new Fault("CONFLICT", "there is another message of that id already");
}

async function queue({ mail, store }: Context, wanted: NewMessage): Promise<Message> {
  await mail.begun;
  return (await store.message(wanted.id)) ?? mail.enqueue(wanted);
}

/** Those on their way into a queue, by id. */
const queueing = new WeakMap<Context, Map<string, Promise<Message>>>();

/** What can be said of the message now; null while it is being typed. */
function outcome(box: Mailbox | null, id: string): MessageJson | null {
  if (box === null) return null;
  const message = box.open.get(id);
  if (message === undefined) return box.left?.id === id ? messageJson(box.left) : null;
  const own = "id" in box.at && box.at.id === id;
  if (own || box.writing?.messages.has(id) || box.pending?.messages.has(id)) return null;
  if (message.state === "queued") return messageJson(message, waitsOf(box, message));
  return isDeadLetter(message) ? messageJson(message) : null;
}

/** `waits`: why it is still queued. */
export function messageJson(message: Message, waits: string | null = null, body?: string): MessageJson {
  const { id, to, from, kind, state, attempts, turn, completion, lease, returns = 0 } = message;
  const batch = message.batch ?? (state === "leased" ? lease?.batch : undefined);
  return {
    id,
    to,
    from,
    kind,
    state,
    ...(body === undefined ? {} : { body }),
    reason: message.reason ?? waits,
    attempts,
    createdAt: iso(message.createdAtMs),
    updatedAt: iso(message.updatedAtMs),
    ...(turn === null ? {} : { turn }),
    ...(completion === undefined ? {} : { completion: completionJson(completion) }),
    ...(batch === undefined ? {} : { batch }),
    ...(state === "leased" && lease != null ? { taker: lease.taker } : {}),
    ...(returns > 0 ? { redelivered: true } : {}),
  };
}

function completionJson(completion: Completion): NonNullable<MessageJson["completion"]> {
  const { child, label, turn, kind, answers } = completion;
  return { child, label, turn, kind, ...(answers === undefined ? {} : { answers }) };
}

function refusal(label: string, message: MessageJson, now: boolean): Fault {
  const why = message.reason ?? "it came to no end";
  const detail = { message };
  if (now && message.attempts === 0) return new Fault("NOT_READY", `nothing was sent to ${label}: ${why}`, { detail });
  const hint = "the text may stand in its input box, unsent; drover inbox dead lists the message";
  return new Fault("NOT_READY", `nothing was sent to ${label}: ${why}`, { hint, detail });
}

function uncertain(label: string, message: MessageJson): Fault {
  return new Fault("UNCERTAIN", `whether ${label} took the prompt is not known: ${message.reason}`, {
    hint: "attach and look before you send it again",
    detail: { message },
  });
}
