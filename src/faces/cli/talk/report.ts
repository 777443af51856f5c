import { Fault } from "#core/fault.js";
import { systemDice } from "#host/dice.js";
import type { MessageJson } from "#wire/agent.js";
import type { ReportRequest } from "#wire/requests.js";
import { reasonWords } from "../../kit/mail-words.js";
import { askAgent } from "../agent-ref.js";
import { askAgain } from "../ask-again.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { givenText } from "./given-text.js";

/** What an agent has to say to its parent in its own words, from inside of it. */
export async function run(context: Context, { arguments: words, options }: Invocation): Promise<number> {
  const status = options.text("status") ?? "done";
  if (status !== "done" && status !== "error") {
    throw new Fault("USAGE", `--status is done or error, not "${status}"`);
  }
  const text = await givenText(context, words, "report");
  // The same again, should the first answer be lost, is the same report.
  const token = systemDice.id();
  const said = status === "error" ? `[error] ${text}` : text;
  const answer = await askAgent(context, options.text("as") ?? "self", (daemon, ref) => {
    const body: ReportRequest = { from: ref, text: said, token };
    return askAgain(daemon, () => daemon.request<{ message: MessageJson }>("POST", "/v1/inbox", body));
  });
  const { state, reason } = answer.message;
  if (context.json) context.value(answer);
  else context.line(state === "dead" ? `nobody is told: ${reasonWords(reason)}` : "reported to its parent");
  return state === "dead" ? 1 : 0;
}
