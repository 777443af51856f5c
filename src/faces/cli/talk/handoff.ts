/** `drover handoff`: gives an agent something to do, waits until that is done, and prints what the agent says of it. */
import { Fault } from "#core/fault.js";
import type { MessageJson } from "#wire/agent.js";
import type { AckedJson } from "#wire/requests.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { askAgain } from "../ask-again.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { answerTo } from "./answer-to.js";
import { givenText } from "./given-text.js";
import { printText } from "./print-text.js";
import { give, giverOf } from "./worker.js";

/** The exit status is 1 where the turn failed. */
export async function run(context: Context, invocation: Invocation): Promise<number> {
  const { arguments: words, options } = invocation;
  const text = await givenText(context, words.slice(1), "hand off");
  const seconds = options.count("timeout");
  const giver = await giverOf(context, options);
  const { agent, created, message: sent } = await give(context, invocation, "handoff", text, giver);
  const daemon = await context.daemon();
  const later = giver === null ? null : `its end comes to ${giver.isSelf ? "your" : `${giver.label}'s`} inbox`;
  try {
    const answer = await answerTo(daemon, sent, { seconds, note: context.note, later });
    const { message, output } = answer;
    if (context.json) context.value({ agent: { ...agent, ...answer.agent }, created, message, output });
    else printText(context, output.text);
    await taken(daemon, message).catch((error) => {
      context.note(`the daemon could not be told that you have it; it may come to the inbox as well: ${error.message}`);
    });
    return answer.state === "error" ? 1 : 0;
  } catch (error) {
    // That it ended is said by us, and so need not be told again.
    if (error instanceof Fault && error.code === "CONFLICT") await taken(daemon, sent).catch(() => {});
    throw error;
  }
}

/** Said once it is written out: what was not, comes as a completion to the one that it is for. */
async function taken(daemon: DaemonClient, { id, from }: MessageJson): Promise<void> {
  if (from === null) return;
  await askAgain(daemon, () => daemon.request<AckedJson>("POST", `/v1/messages/${id}/taken`, {}));
}
