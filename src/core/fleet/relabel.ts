/** Two may not live under one name: who comes back to find its label another's gets the next free one. */
import type { AgentRecord } from "../model.js";
import type { Draft } from "./draft.js";
import { type Agent, markOf } from "./fleet.js";
import { freeLabel, holderOf } from "./labels.js";

/** The agent, under a name that nobody else who lives has. Its tab is marked with the new one. */
export function soleOfItsName(draft: Draft, agent: Agent): Agent {
  const { id, label: was } = agent.record;
  const holder = holderOf(draft.fleet, was, id);
  if (holder === null) return agent;
  const label = freeLabel(draft.fleet, was);
  const record: AgentRecord = { ...agent.record, label };
  const after = { ...agent, record };
  draft.change(after, "renamed", { from: was, to: label, because: "the label was taken meanwhile" });
  if (agent.pane !== null)
    draft.after({ do: "mark", pane: agent.pane, mark: markOf(draft.fleet, record), windowName: label });
  return draft.fleet.agents.get(id) ?? after;
}
