import type { AgentsJson } from "#wire/agent.js";
import { installRoot } from "../../kit/install-root.js";
import { ownWords } from "../../kit/own-words.js";
import { blindWords } from "../../kit/sight.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { fleetTable } from "./fleet-table.js";

export async function run(context: Context, { options }: Invocation): Promise<number> {
  const daemon = await context.daemon();
  const fleet = await daemon.request<AgentsJson>("GET", options.has("all") ? "/v1/agents?all=1" : "/v1/agents");
  if (context.json) {
    context.value(fleet);
    return 0;
  }
  const { agents, sight = "ok", sightSince: since = null } = fleet;
  const nowMs = context.nowMs();
  const { env, cwd } = context;
  const server = { serverName: options.text("server-name"), serverPath: options.text("server-path") };
  const command = agents.length === 0 ? ownWords({ env, cwd, root: installRoot(), ...server }) : "drover";
  const lines = fleetTable(agents, context.ink, context.columns, nowMs, command);
  const blind = blindWords({ sight, since }, agents, nowMs);
  if (blind !== null) lines.push(context.ink.paint("yellow", `${blind}: states are as last seen`));
  context.lines(lines);
  return 0;
}
