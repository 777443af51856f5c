/** What whoever asked is told. */

import type { Refusal } from "../fault.js";
import type { AgentId } from "../model.js";
import type { Draft } from "./draft.js";
import type { Ticket } from "./fleet.js";

export const AGENT_GONE: Refusal = { code: "NOT_FOUND", message: "the agent is gone" };

/** `unwritten`: true even where the store did not take what was decided with it. */
export function grant(draft: Draft, ticket: Ticket, agent: AgentId | null, created: boolean, unwritten: boolean): void {
  draft.after({ do: "answer", ticket, answer: { agent, created }, unwritten });
}

export function refuse(draft: Draft, ticket: Ticket, why: Refusal): void {
  draft.after({ do: "refuse", ticket, why });
}
