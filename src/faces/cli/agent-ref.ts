/** Which agent is meant: a label, an id, or `self`; and what to say when there is no such agent. */
import { Fault } from "#core/fault.js";
import type { AgentsJson } from "#wire/agent.js";
import type { DaemonClient } from "../kit/daemon-client.js";
import { nearest } from "../kit/nearest.js";
import type { Context } from "./context.js";

/** `self` resolves by DROVER_ID, then by the mark on the pane we are in (SPEC §9). Throws a Fault (USAGE) where neither is. */
export async function agentRef(context: Pick<Context, "env">, typed: string): Promise<string> {
  if (typed !== "self") return typed;
  const { env } = context;
  if (env.DROVER_ID) return env.DROVER_ID;
  const mark = env.TMUX_PANE && env.TMUX ? await paneMark(env, env.TMUX_PANE) : null;
  if (mark) return mark;
  throw new Fault("USAGE", "this is not an agent's tab, so there is no self here", {
    hint: 'name an agent by its label; "drover ls" lists them',
  });
}

/** The agent's id on the pane, by one call of tmux; null where the pane bears none. */
async function paneMark(env: NodeJS.ProcessEnv, pane: string): Promise<string | null> {
  const { spawnSync } = await import("node:child_process");
  const socket = env.TMUX?.split(",")[0] ?? "";
  const asked = spawnSync("tmux", ["-S", socket, "show-options", "-pqv", "-t", pane, "@drover-id"], {
    env,
    encoding: "utf8",
    timeout: 2_000,
  });
  return asked.status === 0 && asked.stdout.trim() !== "" ? asked.stdout.trim() : null;
}

/** `/v1/agents/{ref}` and what follows. */
export function agentPath(ref: string, rest = ""): string {
  return `/v1/agents/${encodeURIComponent(ref)}${rest}`;
}

/** Asks about one agent; where there is none of that name, the hint names the nearest that there is. */
export async function askAgent<T>(
  context: Context,
  typed: string,
  ask: (daemon: DaemonClient, ref: string) => Promise<T>,
): Promise<T> {
  const ref = await agentRef(context, typed);
  const daemon = await context.daemon();
  try {
    return await ask(daemon, ref);
  } catch (error) {
    if (error instanceof Fault && error.code === "NOT_FOUND") throw await noSuchAgent(daemon, typed, error);
    throw error;
  }
}

/** What there is to say of a name that no agent has; `fault`, where it is something else that is not there. */
export async function noSuchAgent(daemon: DaemonClient, typed: string, fault?: Fault): Promise<Fault> {
  const { agents } = await daemon.request<AgentsJson>("GET", "/v1/agents");
  const labels = agents.map((agent) => agent.label);
  if (fault !== undefined && labels.includes(typed)) return fault;
  const meant = nearest(typed, labels);
  return new Fault("NOT_FOUND", `there is no agent "${typed}"`, {
    cause: fault,
    hint: meant ? `did you mean ${meant}?` : '"drover ls" lists the agents, "drover ls --all" the archived ones too',
  });
}

/** What every agent is called, by its id, the archived ones too. */
export async function allLabels(context: Pick<Context, "daemon">): Promise<ReadonlyMap<string, string>> {
  const { agents } = await (await context.daemon()).request<AgentsJson>("GET", "/v1/agents?all=1");
  return new Map(agents.map(({ id, label }) => [id, label]));
}
