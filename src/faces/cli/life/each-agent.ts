/** The same thing done to several agents: one that fails does not keep the others from it. */
import { exitStatus, Fault } from "#core/fault.js";
import type { AgentJson } from "#wire/agent.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { askAgent } from "../agent-ref.js";
import type { Context } from "../context.js";

/**
 * With one label what goes wrong is thrown; with several it is told for each, and the first failure's exit status is
 * returned. JSON: the daemon's answer for one label, `{agents, errors}` for several.
 */
export async function eachAgent(
  context: Context,
  labels: readonly string[],
  done: string,
  ask: (daemon: DaemonClient, ref: string) => Promise<{ agent: AgentJson }>,
): Promise<number> {
  if (labels.length === 1) {
    const answer = await askAgent(context, labels[0]!, ask);
    if (context.json) context.value(answer);
    else context.line(`${answer.agent.label} ${done}`);
    return 0;
  }
  const agents: AgentJson[] = [];
  const errors: { label: string; code: string; message: string }[] = [];
  let status = 0;
  for (const label of labels) {
    try {
      const { agent } = await askAgent(context, label, ask);
      agents.push(agent);
      if (!context.json) context.line(`${agent.label} ${done}`);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      errors.push({ label, code: error.code, message: error.message });
      context.note(`drover: ${error.message}${error.hint ? `\n  ${error.hint}` : ""}`);
      status ||= exitStatus(error.code);
    }
  }
  if (context.json) context.value({ agents, errors });
  return status;
}
