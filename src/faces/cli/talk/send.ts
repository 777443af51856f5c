import { Fault } from "#core/fault.js";
import type { MessageJson } from "#wire/agent.js";
import type { SendRequest } from "#wire/requests.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { answerTo } from "./answer-to.js";
import { deliver, SEND_LIMIT_MS, sentLine } from "./deliver.js";
import { givenText } from "./given-text.js";
import { printText } from "./print-text.js";
import { giverOf } from "./worker.js";

export async function run(
  context: Context,
  { arguments: [label = "", ...words], options }: Invocation,
): Promise<number> {
  const text = await givenText(context, words, "send");
  const seconds = options.count("timeout");
  if (seconds !== undefined && !options.has("wait")) throw new Fault("USAGE", "--timeout goes with --wait");
  const giver = await giverOf(context, options);
  const body: SendRequest = {
    text,
    ...(giver === null ? {} : { from: giver.id }),
    ...(options.has("now") ? { now: true } : {}),
  };
  if (options.has("wait")) {
    const sent = await askAgent(context, label, (daemon, ref) => deliver(daemon, ref, "send", body));
    return printAnswer(context, label, sent, seconds);
  }
  const answer = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ message: MessageJson }>("POST", agentPath(ref, "/send"), body, { timeoutMs: SEND_LIMIT_MS }),
  );
  if (context.json) context.value(answer);
  else context.line(sentLine(label, answer.message));
  return answer.message.state === "failed" || answer.message.state === "dead" ? 1 : 0;
}

/** The exit status is 1 where the turn failed. */
async function printAnswer(
  context: Context,
  label: string,
  sent: MessageJson,
  seconds: number | undefined,
): Promise<number> {
  if (sent.state === "queued") context.note(sentLine(label, sent));
  const { message, output, state } = await answerTo(await context.daemon(), sent, { seconds, note: context.note });
  if (context.json) context.value({ message, output });
  else printText(context, output.text);
  return state === "error" ? 1 : 0;
}
