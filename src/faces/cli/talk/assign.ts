/** `drover assign`: gives an agent something to do and returns at once; how it ended comes to the inbox of who gave it. */
import { Fault } from "#core/fault.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { sentLine } from "./deliver.js";
import { givenText } from "./given-text.js";
import { give, giverOf } from "./worker.js";

export async function run(context: Context, invocation: Invocation): Promise<number> {
  const { arguments: words, options } = invocation;
  const text = await givenText(context, words.slice(1), "assign");
  const giver = await giverOf(context, options);
  if (giver === null) {
    throw new Fault("USAGE", "nobody would be told how it ends: this is not an agent's tab", {
      hint: 'name the agent to be told with --from; or wait for it yourself, with "drover handoff"',
    });
  }
  const given = await give(context, invocation, "assign", text, giver);
  if (context.json) context.value(given);
  else {
    const whose = giver.isSelf ? "your" : `${giver.label}'s`;
    context.line(`${sentLine(given.agent.label, given.message)}`);
    context.line(`how it ends comes to ${whose} inbox, as that of message ${given.message.id}`);
  }
  return given.message.state === "failed" || given.message.state === "dead" ? 1 : 0;
}
