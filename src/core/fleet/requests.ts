/** What faces ask for, as far as the fleet decides it: births, names, looks, ends. Typing into panes is not here. */

import type { Refusal } from "../fault.js";
import type { JournalKind } from "../journal.js";
import type { AgentId, Exit, WakePolicy } from "../model.js";
import { type AdoptAsk, adopt } from "./adopt.js";
import { believe } from "./believe.js";
import type { Draft } from "./draft.js";
import { type Agent, isGone, isTabOurs, type Ticket } from "./fleet.js";
import { learnSession } from "./hook.js";
import { type RestartAsk, restart, type SpawnAsk, spawn } from "./launch.js";
import { type MailAsk, mail } from "./mail.js";
import { notKnown } from "./may-restart.js";
import { type RenameAsk, rename } from "./rename.js";
import { AGENT_GONE, grant, refuse } from "./reply.js";

export type Ask =
  | SpawnAsk
  | RestartAsk
  | AdoptAsk
  | RenameAsk
  | MailAsk
  /** A prompt of ours left its input box; `turn` and `incarnation` as they were when it was typed. */
  | { readonly ask: "submitted"; readonly id: AgentId; readonly turn: number; readonly incarnation: number }
  /** A dialog of its was given an answer. */
  | {
      readonly ask: "answered";
      readonly id: AgentId;
      readonly fingerprint: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
  /** The program told its name for the conversation. */
  | { readonly ask: "session"; readonly id: AgentId; readonly session: string; readonly from?: string }
  /** How it is told of its children from now on. */
  | { readonly ask: "wake"; readonly id: AgentId; readonly wake: WakePolicy }
  /** So often a conductor is told from now on what waits for it; null for never. */
  | { readonly ask: "heartbeat"; readonly id: AgentId; readonly heartbeatMs: number | null }
  /** A person looked at it. */
  | { readonly ask: "seen"; readonly id: AgentId }
  /** It is being asked to end. */
  | { readonly ask: "stopping"; readonly id: AgentId; readonly data: Readonly<Record<string, unknown>> }
  /** It could not be ended, and goes on. */
  | { readonly ask: "not-stopped"; readonly id: AgentId; readonly because: string }
  /** The tab is gone, by our hand: the end was seen. */
  | { readonly ask: "ended"; readonly id: AgentId; readonly exit: Exit | null }
  /** Off the list and into the archive. `force` also where it lives: its tab is killed. */
  | { readonly ask: "remove"; readonly id: AgentId; readonly force: boolean }
  /** Something was done to the agent that changes nothing by itself: for the journal. */
  | {
      readonly ask: "note";
      readonly id: AgentId | null;
      readonly kind: JournalKind;
      readonly data: Readonly<Record<string, unknown>>;
    };

export function decideRequest(draft: Draft, ticket: Ticket, ask: Ask): void {
  if (ask.ask === "spawn") spawn(draft, ticket, ask);
  else if (ask.ask === "restart") restart(draft, ticket, ask);
  else if (ask.ask === "adopt") adopt(draft, ticket, ask);
  else if (ask.ask === "rename") rename(draft, ticket, ask);
  else if (ask.ask === "mail") mail(draft, ticket, ask);
  else if (ask.ask === "note") {
    draft.note(ask.id, ask.kind, ask.data);
    grant(draft, ticket, ask.id, false, true);
  } else {
    const agent = draft.fleet.agents.get(ask.id);
    const refusal: Refusal | null = agent === undefined ? AGENT_GONE : about(draft, agent, ask);
    if (refusal !== null) refuse(draft, ticket, refusal);
    else grant(draft, ticket, ask.id, false, ask.ask !== "remove");
  }
}

type AboutOne = Exclude<Ask, { ask: "spawn" | "restart" | "adopt" | "rename" | "mail" | "note" }>;

/** Decides what is asked of one agent; null where it was granted. */
function about(draft: Draft, agent: Agent, ask: AboutOne): Refusal | null {
  const { record } = agent;
  switch (ask.ask) {
    case "wake":
      if ((record.wake ?? "type") !== ask.wake) {
        draft.change({ ...agent, record: { ...record, wake: ask.wake } }, "policy", { wake: ask.wake });
      }
      return null;
    case "heartbeat": {
      const { heartbeatMs } = ask;
      if (heartbeatMs !== null && record.role !== "conductor") {
        return { code: "INVALID", message: "only a conductor has a heartbeat", hint: "it is told of its children" };
      }
      if ((record.heartbeatMs ?? null) === heartbeatMs) return null;
      const { heartbeatMs: _before, ...others } = record;
      const changed = heartbeatMs === null ? others : { ...others, heartbeatMs };
      draft.change({ ...agent, record: changed }, "policy", { heartbeatMs });
      return null;
    }
    case "seen":
      believe(draft, agent, { kind: "seen" });
      return null;
    case "answered":
      draft.note(ask.id, "answered", ask.data);
      believe(draft, agent, { kind: "answered", fingerprint: ask.fingerprint });
      return null;
    case "submitted":
      if (record.incarnation === ask.incarnation) believe(draft, agent, { kind: "submitted", turn: ask.turn });
      return null;
    case "stopping":
      if (agent.making !== null) return { code: "CONFLICT", message: `${record.label} is just being started` };
      if (agent.unheard != null) return notKnown(record.label);
      draft.keep({ ...agent, ending: true });
      draft.note(ask.id, "stopping", ask.data);
      return null;
    case "not-stopped":
      if (!agent.ending) return null;
      draft.keep({ ...agent, ending: false });
      draft.note(ask.id, "fault", { what: "stop", message: ask.because });
      return null;
    case "ended":
      // Its next launch is under way: the end was that of the one before.
      if (agent.making !== null) return null;
      if (!isGone(record.state)) believe(draft, { ...agent, pane: null }, { kind: "ended", exit: ask.exit });
      draft.leave(ask.id);
      return null;
    case "session":
      learnSession(draft, agent, ask.session, ask.from ?? "its last words");
      return null;
    case "remove":
      return remove(draft, agent, ask.force);
  }
}

function remove(draft: Draft, agent: Agent, force: boolean): Refusal | null {
  const { label, state } = agent.record;
  if (agent.making !== null) return { code: "CONFLICT", message: `${label} is just being started` };
  if (!isGone(state) && !force) {
    return {
      code: "CONFLICT",
      message: `${label} is ${state}; only an agent that ended is removed`,
      hint: "stop it first, or remove it by force",
    };
  }
  draft.archive(agent, { state, force });
  if (agent.pane !== null) draft.after({ do: isTabOurs(agent.record) ? "kill-pane" : "unmark", pane: agent.pane });
  return null;
}
