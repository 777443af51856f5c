/** A new label: on the record, on the pane and in the window's name (SPEC §3). */
import type { AgentId } from "../model.js";
import type { Draft } from "./draft.js";
import { markOf, type Ticket } from "./fleet.js";
import { holderOf } from "./labels.js";
import { AGENT_GONE, refuse } from "./reply.js";

export interface RenameAsk {
  readonly ask: "rename";
  readonly id: AgentId;
  readonly label: string;
}

/** The record first: should the mark not be written, the next sighting sees an old label on the pane and writes it. */
export function rename(draft: Draft, ticket: Ticket, { id, label }: RenameAsk): void {
  const agent = draft.fleet.agents.get(id);
  const holder = holderOf(draft.fleet, label);
  if (agent === undefined) refuse(draft, ticket, AGENT_GONE);
  else if (agent.making !== null) {
    refuse(draft, ticket, { code: "CONFLICT", message: `${agent.record.label} is just being started` });
  } else if (holder !== null && holder.record.id !== id) {
    refuse(draft, ticket, {
      code: "CONFLICT",
      message: `${label} is the label of a live agent`,
      hint: "choose another label",
    });
  } else {
    const from = agent.record.label;
    const answer = { do: "answer", ticket, answer: { agent: id, created: false }, unwritten: false } as const;
    if (from !== label) {
      draft.change({ ...agent, record: { ...agent.record, label } }, "renamed", { from, to: label });
    }
    if (agent.pane === null) draft.after(answer);
    else {
      const mark = markOf(draft.fleet, { ...agent.record, label });
      // A window that its user shares among several programs, or named, before an agent in it was taken in.
      const isOurs = agent.record.command.length > 0 || agent.record.place?.windowName === from;
      draft.after({ do: "mark", pane: agent.pane, mark, windowName: isOurs ? label : null, afterwards: [answer] });
    }
  }
}
