/** Changes of an agent's mail, on disk in one batch with what is journaled and told of them. */
import type { MailCounts, MailWrite, Message, MessageState } from "../delivery/message.js";
import type { AgentId, AgentRecord } from "../model.js";
import type { Draft } from "./draft.js";
import type { Agent, Ticket } from "./fleet.js";
import { AGENT_GONE, grant, refuse } from "./reply.js";

/** Changes of one recipient's mail. */
export interface MailChanges {
  /** The recipient. */
  readonly id: AgentId;
  readonly writes: readonly MailWrite[];
  /** One entry each; `from` null for a new message. */
  readonly story: readonly { readonly message: Message; readonly from: MessageState | null }[];
  /** All of the recipient's mail with these changes. */
  readonly counts: MailCounts;
}

/** Changes of the mail that are to be on disk together. */
export interface MailAsk extends MailChanges {
  readonly ask: "mail";
  /** Those of others, on disk with them or not at all. */
  readonly also?: readonly MailChanges[];
  /** Refused where the recipient is not on the list any more. */
  readonly must?: boolean;
  /** The prompt the agent was born with is among them: it is not due any more. False: it is after all, its write was refused. */
  readonly takesPrompt?: boolean;
  /** Its Stop hook keeps it from ending its turn: so often in a row, with this one. */
  readonly stopBlocks?: AgentRecord["stopBlocks"];
  /** It was told that something waits for it. */
  readonly nudged?: AgentRecord["nudged"];
  /** A heartbeat of its is among them. */
  readonly beatAtMs?: number;
  /** One that another agent gave it to do was delivered. */
  readonly assigned?: AgentRecord["assigned"];
}

export function mail(draft: Draft, ticket: Ticket, ask: MailAsk): void {
  const agent = draft.fleet.agents.get(ask.id);
  if (agent === undefined && ask.must) {
    refuse(draft, ticket, AGENT_GONE);
    return;
  }
  if (agent === undefined) changed(draft, ask);
  else {
    const { takesPrompt, stopBlocks, nudged, beatAtMs, assigned } = ask;
    const prompted = takesPrompt === undefined ? agent.record : { ...agent.record, promptDue: !takesPrompt };
    const record = {
      ...prompted,
      ...(stopBlocks === undefined ? {} : { stopBlocks }),
      ...(nudged === undefined ? {} : { nudged }),
      ...(beatAtMs === undefined ? {} : { beatAtMs }),
      ...(assigned === undefined ? {} : { assigned }),
    };
    changed(draft, ask, { ...agent, record });
  }
  for (const other of ask.also ?? []) changed(draft, other, draft.fleet.agents.get(other.id));
  grant(draft, ticket, ask.id, false, false);
}

/** `agent`: whose mail it is; none where it was taken off the list. */
function changed(draft: Draft, { id, writes, story, counts }: MailChanges, agent?: Agent): void {
  draft.write(writes);
  const told = story.map(({ message, from }) => dataOf(message, from));
  if (agent === undefined) draft.countsOf(id, counts, told);
  else draft.mailed({ ...agent, mail: counts }, told);
}

/** No word of what it says. */
function dataOf(message: Message, from: MessageState | null): Readonly<Record<string, unknown>> {
  const { id, state, reason, kind, attempts, characters, turn } = message;
  const { completion, lease } = message;
  return {
    ...{ message: id, from, to: state, reason, what: kind, sender: message.from, attempts, characters },
    ...(turn === null ? {} : { turn }),
    ...(completion === undefined ? {} : { about: completion.kind, child: completion.label, ofTurn: completion.turn }),
    ...(state === "leased" && lease != null ? { batch: lease.batch, taker: lease.taker } : {}),
    ...(message.batch === undefined ? {} : { batch: message.batch }),
  };
}
