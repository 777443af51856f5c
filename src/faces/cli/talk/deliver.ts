/** A message on its way to an agent, and what is said of it. */
import { systemDice } from "#host/dice.js";
import type { MessageJson } from "#wire/agent.js";
import type { SendRequest } from "#wire/requests.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { reasonWords } from "../../kit/mail-words.js";
import { agentPath } from "../agent-ref.js";
import { askAgain } from "../ask-again.js";

/** Pasting, seeing the text, Enter and seeing it gone take up to some seconds each. */
export const SEND_LIMIT_MS = 60_000;

/** Sent once, though the daemon should die over it and be asked again: the message has an id of ours. */
export async function deliver(
  daemon: Pick<DaemonClient, "ensure" | "request">,
  ref: string,
  how: "send" | "handoff" | "assign",
  body: SendRequest,
): Promise<MessageJson> {
  const once: SendRequest = { ...body, id: systemDice.id() };
  const limit = { timeoutMs: SEND_LIMIT_MS };
  const { message } = await askAgain(daemon, () =>
    daemon.request<{ message: MessageJson }>("POST", agentPath(ref, `/${how}`), once, limit),
  );
  return message;
}

/** Says what is known of the message, no more. */
export function sentLine(label: string, { state, reason }: MessageJson): string {
  const because = reason ? ` (${reasonWords(reason)})` : "";
  switch (state) {
    case "delivered":
    case "acked":
      return `sent to ${label}`;
    case "submitted":
    case "typed":
      return `typed into ${label}, and not yet taken up${because}`;
    case "uncertain":
      return `typed into ${label}; whether it was taken up could not be seen${because}: look with "drover attach ${label}"`;
    case "queued":
      return `queued for ${label}${because}: it is typed as soon as that is safe`;
    case "failed":
    case "dead":
      return `not sent to ${label}${because}`;
    default:
      return `${state} for ${label}${because}`;
  }
}
