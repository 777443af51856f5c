import type { AgentJson } from "#wire/agent.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

export async function run(context: Context, { arguments: [label = ""] }: Invocation): Promise<number> {
  const answer = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ interrupted: true; agent: AgentJson }>("POST", agentPath(ref, "/interrupt"), {}),
  );
  if (context.json) context.value(answer);
  else context.line(`${answer.agent.label} interrupted`);
  return 0;
}
