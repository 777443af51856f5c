import type { AgentsJson } from "#wire/agent.js";
import { blindWords } from "../kit/sight.js";
import type { Context } from "./context.js";
import { fleetTable } from "./fleet-table.js";
import type { Invocation } from "./parse.js";

export async function run(context: Context, { options }: Invocation): Promise<number> {
  const daemon = await context.daemon();
  const fleet = await daemon.request<AgentsJson>("GET", options.has("all") ? "/v1/agents?all=1" : "/v1/agents");
  if (context.json) {
    context.value(fleet);
    return 0;
  }
  const { agents, sight = "ok", sightSince: since = null } = fleet;
  const nowMs = context.nowMs();
  const lines = fleetTable(agents, context.ink, context.columns, nowMs);
  const blind = blindWords({ sight, since }, agents, nowMs);
  if (blind !== null) lines.push(context.ink.paint("yellow", `${blind}: states are as last seen`));
  context.lines(lines);
  return 0;
}
