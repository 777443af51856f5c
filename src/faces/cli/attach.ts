/** Goes to an agent's tab: by switching this client where we are inside the same tmux server, else by attaching. */
import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { Fault } from "#core/fault.js";
import type { AgentJson, HealthJson } from "#wire/agent.js";
import { agentPath, askAgent } from "./agent-ref.js";
import type { Context } from "./context.js";
import type { Invocation } from "./parse.js";

export async function run(context: Context, { arguments: [label = ""] }: Invocation): Promise<number> {
  const { agent } = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("GET", agentPath(ref)),
  );
  const daemon = await context.daemon();
  const { tmux } = await daemon.request<HealthJson>("GET", "/v1/health");
  const argv = attachCommand(agent, tmux.socket, context.env);
  const inside = argv.includes("switch-client");
  if (!inside && !context.terminal) {
    throw new Fault("USAGE", "attach needs a terminal", { hint: `"drover output ${agent.label} --screen" prints it` });
  }
  await daemon.request("POST", agentPath(agent.id, "/seen"), {});
  daemon.close();
  const { TMUX: _server, TMUX_PANE: _pane, ...outside } = context.env;
  const [program = "tmux", ...args] = argv;
  const run = spawnSync(program, args, { stdio: "inherit", env: inside ? context.env : outside });
  if (run.error) {
    throw new Fault("TMUX_MISSING", `tmux could not be started: ${run.error.message}`, { cause: run.error });
  }
  return run.status === 0 ? 0 : 1;
}

/** The command that goes there. Session, window and pane are all named, so that no other tab can be meant. */
export function attachCommand(agent: AgentJson, socket: string, env: NodeJS.ProcessEnv): string[] {
  if (agent.pane === "" || agent.state === "lost") {
    throw new Fault("CONFLICT", `${agent.label} has no tab any more`, {
      hint: `"drover why ${agent.label}" says more`,
    });
  }
  const inside = env.TMUX?.split(",")[0];
  const here = inside !== undefined && sameSocket(inside, socket);
  const target = `=${agent.session}:${agent.window}.${agent.pane}`;
  return ["tmux", "-S", socket, ...(here ? ["switch-client", "-t", target] : ["attach-session", "-t", target])];
}

function sameSocket(a: string, b: string): boolean {
  try {
    return realpathSync.native(a) === realpathSync.native(b);
  } catch {
    return a === b;
  }
}
