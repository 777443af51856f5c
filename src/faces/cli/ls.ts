import type { AgentsJson } from "#wire/agent.js";
import type { Context } from "./context.js";
import { fleetTable } from "./fleet-table.js";
import type { Invocation } from "./parse.js";

export async function run(context: Context, { options }: Invocation): Promise<number> {
  const daemon = await context.daemon();
  const fleet = await daemon.request<AgentsJson>("GET", options.has("all") ? "/v1/agents?all=1" : "/v1/agents");
  if (context.json) context.value(fleet);
  else context.lines(fleetTable(fleet.agents, context.ink, context.columns, context.nowMs()));
  return 0;
}
