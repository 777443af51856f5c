import { Fault } from "#core/fault.js";
import type { MessageJson } from "#wire/agent.js";
import type { SendRequest } from "#wire/requests.js";
import { reasonWords } from "../../kit/mail-words.js";
import { agentPath, agentRef, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { answerTo } from "./answer-to.js";
import { printText } from "./print-text.js";

/** Pasting, seeing the text, Enter and seeing it gone take up to some seconds each. */
const SEND_LIMIT_MS = 60_000;

export async function run(
  context: Context,
  { arguments: [label = "", ...words], options }: Invocation,
): Promise<number> {
  const text = words.length === 1 && words[0] === "-" ? (await context.stdin()).replace(/\n$/, "") : words.join(" ");
  if (text.trim() === "") throw new Fault("USAGE", "there is nothing to send: the text is empty");
  const seconds = options.count("timeout");
  if (seconds !== undefined && !options.has("wait")) throw new Fault("USAGE", "--timeout goes with --wait");
  const from = options.text("from");
  const body: SendRequest = {
    text,
    ...(from === undefined ? {} : { from: await agentRef(context, from) }),
    ...(options.has("now") ? { now: true } : {}),
  };
  const answer = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ message: MessageJson }>("POST", agentPath(ref, "/send"), body, { timeoutMs: SEND_LIMIT_MS }),
  );
  if (options.has("wait")) return printAnswer(context, answer.message, seconds);
  if (context.json) context.value(answer);
  else context.line(sentLine(label, answer.message));
  return answer.message.state === "failed" || answer.message.state === "dead" ? 1 : 0;
}

/** The exit status is 1 where the turn failed. */
async function printAnswer(context: Context, sent: MessageJson, seconds: number | undefined): Promise<number> {
  const { message, output, state } = await answerTo(await context.daemon(), sent, seconds);
  if (context.json) context.value({ message, output });
  else printText(context, output.text);
  return state === "error" ? 1 : 0;
}

/** Says what is known of the message, no more. */
function sentLine(label: string, { state, reason }: MessageJson): string {
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
