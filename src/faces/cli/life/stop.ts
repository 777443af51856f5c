import type { AgentJson } from "#wire/agent.js";
import { agentPath } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { eachAgent } from "./each-agent.js";

/** Asked, then SIGTERM, then killed: 5 s of grace each at most (SPEC §4). */
const STOP_LIMIT_MS = 30_000;

export function run(context: Context, invocation: Invocation): Promise<number> {
  const body = invocation.options.has("force") ? { force: true } : {};
  return eachAgent(context, invocation.arguments, "stopped", (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("POST", agentPath(ref, "/stop"), body, { timeoutMs: STOP_LIMIT_MS }),
  );
}
