/** Goes to an agent's tab: by switching this client where we are inside the same tmux server, else by attaching. */
import { Fault } from "#core/fault.js";
import type { AgentJson, HealthJson } from "#wire/agent.js";
import { attachHere, isInside, switchClient } from "../kit/attach.js";
import { agentPath, askAgent } from "./agent-ref.js";
import type { Context } from "./context.js";
import type { Invocation } from "./parse.js";

export async function run(context: Context, { arguments: [label = ""] }: Invocation): Promise<number> {
  const { agent } = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("GET", agentPath(ref)),
  );
  const daemon = await context.daemon();
  const { tmux } = await daemon.request<HealthJson>("GET", "/v1/health");
  if (agent.pane === "" || agent.state === "lost") {
    throw new Fault("CONFLICT", `${agent.label} has no tab any more`, {
      hint: `"drover why ${agent.label}" says more`,
    });
  }
  const inside = isInside(context.env, tmux.socket);
  if (!inside && !context.terminal) {
    throw new Fault("USAGE", "attach needs a terminal", { hint: `"drover output ${agent.label} --screen" prints it` });
  }
  await daemon.request("POST", agentPath(agent.id, "/seen"), {});
  daemon.close();
  const { session, window, pane } = agent;
  const to = { socket: tmux.socket, session, window, pane };
  const problem = inside ? switchClient(context.env, to).problem : await attachHere(context.env, to);
  if (problem !== null) throw new Fault("TMUX_REFUSED", problem);
  return 0;
}
