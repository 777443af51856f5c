/** What an event changed, agent by agent: worked out once, so that who watches the fleet looks at those alone. */
import type { AgentId } from "../model.js";
import type { Agent, Fleet } from "./fleet.js";

/** `was` null: it is new on the list, or first known; `now` null: it left the list. */
export interface AgentChange {
  readonly id: AgentId;
  readonly was: Agent | null;
  readonly now: Agent | null;
}

/** In the order of the fleet, those that left it last. `before` null: every agent is first known. */
export function changesOf(before: Fleet | null, now: Fleet): readonly AgentChange[] {
  if (before?.agents === now.agents) return [];
  const changes: AgentChange[] = [];
  let left = before?.agents.size ?? 0;
  for (const [id, agent] of now.agents) {
    const was = before?.agents.get(id) ?? null;
    if (was !== null) left--;
    if (was !== agent) changes.push({ id, was, now: agent });
  }
  if (left === 0 || before === null) return changes;
  for (const [id, was] of before.agents) if (!now.agents.has(id)) changes.push({ id, was, now: null });
  return changes;
}

/** Whether it is elsewhere, or its record says something else: what is believed alone changes many times a second. */
export function isOnRecord({ was, now }: AgentChange): boolean {
  return was?.pane !== now?.pane || was?.record !== now?.record;
}
