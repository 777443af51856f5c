import type { AgentJson } from "#wire/agent.js";
import { agentPath } from "./agent-ref.js";
import type { Context } from "./context.js";
import { eachAgent } from "./each-agent.js";
import type { Invocation } from "./parse.js";

const REMOVE_LIMIT_MS = 30_000;

export function run(context: Context, invocation: Invocation): Promise<number> {
  const query = invocation.options.has("force") ? "?force=1" : "";
  return eachAgent(context, invocation.arguments, "removed", (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("DELETE", agentPath(ref, query), undefined, { timeoutMs: REMOVE_LIMIT_MS }),
  );
}
