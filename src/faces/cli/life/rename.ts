import type { AgentJson } from "#wire/agent.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

export async function run(context: Context, { arguments: [typed = "", label = ""] }: Invocation): Promise<number> {
  const renamed = await askAgent(context, typed, (daemon, ref) =>
    daemon.request<{ agent: AgentJson; created: boolean }>("PATCH", agentPath(ref), { label }),
  );
  if (context.json) context.value(renamed);
  else context.line(`${typed} is ${renamed.agent.label} now`);
  return 0;
}
