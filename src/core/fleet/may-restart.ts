/** Whether an agent may be started again: only where it is certain that nothing of it runs. */
import type { Refusal } from "../fault.js";
import { type Agent, type Fleet, isGone } from "./fleet.js";
import { conductorOf, holderOf } from "./labels.js";

/** Null where nothing of the agent runs and its label is its own. */
export function mayRestart(fleet: Fleet, agent: Agent): Refusal | null {
  const { id, label, state, role } = agent.record;
  if (agent.making !== null) return { code: "CONFLICT", message: `${label} is just being started` };
  if (agent.unheard != null) return notKnown(label);
  if (isThere(fleet, agent)) {
    return { code: "CONFLICT", message: `${label} is ${state}`, hint: "stop it first" };
  }
  const { sight } = fleet;
  if (sight === null || ("blind" in sight && sight.blind !== "no-server")) {
    return { code: "TMUX_UNREACHABLE", message: `tmux does not answer, and whether ${label} lives is not known` };
  }
  const holder = holderOf(fleet, label);
  if (holder !== null && holder.record.id !== id) {
    return { code: "CONFLICT", message: `${label} is another agent's label now`, hint: "rename one of them" };
  }
  const conductor = role === "conductor" ? conductorOf(fleet, agent.record.place?.sessionName ?? "") : null;
  if (conductor !== null && conductor.record.id !== id) {
    return { code: "CONFLICT", message: `${conductor.record.label} is the conductor of that session now` };
  }
  return null;
}

/** Whether anything of the agent may run: not once it is gone, nor where tmux shows, or says, that its pane is no more. */
export function isThere({ sight }: Fleet, { pane, making, unheard, record }: Agent): boolean {
  if (isGone(record.state)) return false;
  if (making !== null || unheard != null || sight === null) return true;
  if ("blind" in sight) return sight.blind !== "no-server";
  return pane !== null;
}

/** Nobody heard whether its tab was made: a second one beside it would be one too many. */
export function notKnown(label: string): Refusal {
  return {
    code: "CONFLICT",
    message: `whether ${label} was started is not known yet`,
    hint: "try again once tmux has answered",
  };
}
