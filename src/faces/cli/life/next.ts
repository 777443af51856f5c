import type { AgentsJson } from "#wire/agent.js";
import { attentionQueue } from "../../kit/attention.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

/** Nobody needs anyone: not a failure, and yet something a script can ask for. */
const NOBODY = 1;

export async function run(context: Context, _invocation: Invocation): Promise<number> {
  const daemon = await context.daemon();
  const { agents } = await daemon.request<AgentsJson>("GET", "/v1/agents");
  const [agent] = attentionQueue(agents);
  if (context.json) context.value({ agent: agent ?? null });
  else if (agent !== undefined) context.line(agent.label);
  else context.note("nobody needs you");
  return agent === undefined ? NOBODY : 0;
}
