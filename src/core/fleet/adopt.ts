/**
 * Takes in an agent that somebody started by hand. The record first, which names the pane and its process; then the mark.
 * A daemon that dies between the two knows the pane by both, and marks it at its next sighting.
 */

import type { Refusal } from "../fault.js";
import { type AgentId, isForeign, type LivePane, type Role, type WakePolicy } from "../model.js";
import type { Draft } from "./draft.js";
import { inPane, markOf, type Ticket } from "./fleet.js";
import { automaticLabel, conductorOf, holderOf } from "./labels.js";
import { newAgent } from "./new-agent.js";
import { placeOf } from "./reconcile.js";
import { grant, refuse } from "./reply.js";

export interface AdoptAsk {
  readonly ask: "adopt";
  readonly id: AgentId;
  /** Null for an automatic one. */
  readonly label: string | null;
  readonly provider: string;
  readonly role: Role;
  readonly parent: AgentId | null;
  readonly group: string | null;
  /** How it is told of its children; absent: by `type`. */
  readonly wake?: WakePolicy;
  readonly cwd: string;
  /** As a sighting of this moment shows it, and the tmux server it was seen in. */
  readonly pane: LivePane;
  readonly epoch: string;
  /** Whether the window is the pane's alone, and may be called as the agent is. */
  readonly alone: boolean;
}

export function adopt(draft: Draft, ticket: Ticket, ask: AdoptAsk): void {
  const refusal = whyNot(draft, ask);
  if (refusal !== null) {
    refuse(draft, ticket, refusal);
    return;
  }
  const label = ask.label ?? automaticLabel(draft.fleet, ask.provider);
  const place = placeOf(ask.pane, ask.epoch);
  const { pane } = ask.pane;
  const { id, provider, role, parent, group, cwd, wake } = ask;
  const making = { sessionName: place.sessionName, waiting: [ticket], created: true, before: null, leaves: null };
  const agent = newAgent(
    { id, label, provider, role, parent, group, cwd, place, ...(wake === undefined ? {} : { wake }) },
    { pane, making, placedAtMs: draft.nowMs },
    draft.nowMs,
  );
  draft.change(agent, "adopted", { pane, from: "request", label });
  const mark = markOf(draft.fleet, agent.record);
  draft.after({ do: "adopt-pane", id: ask.id, pane, mark, windowName: ask.alone ? label : null });
}

function whyNot({ fleet }: Draft, ask: AdoptAsk): Refusal | null {
  const { pane, mark, dead } = ask.pane;
  if (isForeign(ask.pane, fleet.home)) {
    return {
      code: "CONFLICT",
      message: `${pane} is ${mark?.label}'s, an agent of another drover on this tmux server`,
      hint: `look there for it; if that drover is no more: tmux set-option -p -u -t ${pane} @drover-home`,
    };
  }
  const ours = inPane(fleet, pane) ?? (mark === null ? null : (fleet.agents.get(mark.id) ?? null));
  if (ours !== null) return { code: "CONFLICT", message: `${pane} is ${ours.record.label}'s already` };
  if (dead) return { code: "NOT_FOUND", message: `the program in ${pane} has ended` };
  if (ask.label !== null && holderOf(fleet, ask.label) !== null) {
    return {
      code: "CONFLICT",
      message: `${ask.label} is the label of a live agent`,
      hint: "choose another label",
    };
  }
  const conductor = ask.role === "conductor" ? conductorOf(fleet, ask.pane.sessionName) : null;
  if (conductor === null) return null;
  return { code: "CONFLICT", message: `${conductor.record.label} is the conductor of that session` };
}

/** The pane bears its mark. */
export function paneAdopted(draft: Draft, id: AgentId): void {
  const agent = draft.fleet.agents.get(id);
  if (agent === undefined || agent.making === null) return;
  draft.keep({ ...agent, making: null });
  for (const [n, ticket] of agent.making.waiting.entries()) {
    // Its record is on disk already, and so is the mark.
    grant(draft, ticket, id, n === 0, true);
  }
  if (agent.pane !== null) draft.after({ do: "look", pane: agent.pane });
}

/** The pane went, or tmux does not answer: the agent was never taken in. */
export function paneRefused(draft: Draft, id: AgentId, why: Refusal): void {
  const agent = draft.fleet.agents.get(id);
  if (agent === undefined || agent.making === null) return;
  draft.archive({ ...agent, making: null }, { because: why.message, code: why.code });
  for (const ticket of agent.making.waiting) refuse(draft, ticket, why);
}
