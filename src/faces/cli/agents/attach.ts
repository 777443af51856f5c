/**
 * Goes to an agent's tab: by switching this client where we are inside the same server, else by attaching. The daemon
 * says where the tab is and what it lives in; where none can be had, the marks on the tabs do.
 */
import { Fault, type FaultCode } from "#core/fault.js";
import { chooseBackend } from "#host/backend-name.js";
import { readConfig } from "#host/config.js";
import { knownHome } from "#host/home.js";
import type { AgentJson, HealthJson } from "#wire/agent.js";
import type { AttachTo } from "../../kit/attach.js";
import { type WayToTab, wayToTab } from "../../kit/backend.js";
import { agentPath, agentRef, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

/** No daemon can be had, and the tab may well be there. */
const NO_DAEMON: ReadonlySet<FaultCode> = new Set([
  "DAEMON_UNREACHABLE",
  "INTERNAL",
  "STORE_BROKEN",
  "STORE_FULL",
  "STORE_LOCKED",
  "TIMED_OUT",
]);

interface Found {
  readonly way: WayToTab;
  readonly to: AttachTo;
  /** Tells the daemon that a person has seen it. */
  seen(): Promise<unknown>;
}

export async function run(context: Context, invocation: Invocation): Promise<number> {
  const [label = ""] = invocation.arguments;
  const { way, to, seen } = await askDaemon(context, label).catch((error: unknown) => {
    if (error instanceof Fault && NO_DAEMON.has(error.code)) return lookOurselves(context, label, invocation, error);
    throw error;
  });
  const inside = way.isInside(context.env, to.socket);
  if (!inside && !context.terminal) {
    throw new Fault("USAGE", "attach needs a terminal", { hint: `"drover output ${label} --screen" prints it` });
  }
  await seen();
  const problem = inside ? way.switchClient(context.env, to).problem : await way.attachHere(context.env, to);
  if (problem !== null) throw new Fault("TMUX_REFUSED", problem);
  return 0;
}

async function askDaemon(context: Context, label: string): Promise<Found> {
  const { agent } = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("GET", agentPath(ref)),
  );
  const daemon = await context.daemon();
  const { backend, tmux } = await daemon.request<HealthJson>("GET", "/v1/health");
  if (agent.pane === "" || agent.state === "lost") {
    throw new Fault("CONFLICT", `${agent.label} has no tab any more`, {
      hint: `"drover why ${agent.label}" says more`,
    });
  }
  const { session, window, pane } = agent;
  return {
    way: wayToTab(backend),
    to: { socket: tmux.socket, session, window, pane },
    async seen() {
      await daemon.request("POST", agentPath(agent.id, "/seen"), {});
      daemon.close();
    },
  };
}

/** By our own choice of backend, and with a word about it; throws `why` where no tab bears the label. */
async function lookOurselves(context: Context, label: string, { options }: Invocation, why: Fault): Promise<Found> {
  const { backend: configured } = await readConfig(context.paths.configFile);
  const backend = chooseBackend(options.text("backend"), configured);
  const way = wayToTab(backend);
  const to = way.findTab(context.paths.tmuxSocket, await agentRef(context, label), knownHome(context.paths.stateDir));
  if (to === null) throw why;
  context.note(`warning: ${why.message}; going to the tab of ${backend} that bears the label`);
  return { way, to, seen: async () => {} };
}
