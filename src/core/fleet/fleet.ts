/**
 * What the daemon knows of all its agents at one moment. A value: `decide` takes one and gives the next. Archived
 * agents are not in it (the store keeps them); only their ids are, so that a mark left on a pane does not bring one back.
 */

import { type Believed, newborn } from "../belief/believed.js";
import { type MailCounts, NO_MAIL } from "../delivery/message.js";
import type { Refusal } from "../fault.js";
import type { AgentId, AgentRecord, Blindness, PaneId, PaneMark } from "../model.js";
import { isPrompted } from "./prompted.js";
import { type AgentView, view } from "./view.js";

/** Names one request while it waits for its answer. */
export type Ticket = number;

/** An agent that is on the list: its record, what is believed of it, and where it is. */
export interface Agent {
  readonly record: AgentRecord;
  readonly believed: Believed;
  /** What faces were last told, the published entries all applied; a snapshot is made of these. */
  readonly told: AgentView;
  /** Where it is now, null where that is not known or it is nowhere. */
  readonly pane: PaneId | null;
  /** When `pane` was learnt from a creation, in ms: a listing may be older than that. Null where a listing told it. */
  readonly placedAtMs: number | null;
  /** Its tab is being made; null once that is settled. */
  readonly making: Making | null;
  /** Nobody heard whether its tab was made; settled by what is seen next. */
  readonly unheard?: Unheard | null;
  /** What is counted of its mail; absent where there is none. */
  readonly mail?: MailCounts;
  /** Since when its terminal is closed and its exit status not known. */
  readonly dyingSinceMs: number | null;
  /** How often its pane was marked again lately, in ms; absent where it never was. */
  readonly remarks?: { readonly sinceMs: number; readonly count: number };
  /** Its program ended the conversation that is known, and goes on: the next one is its own too. */
  readonly betweenSessions?: boolean;
  /** A person asked it to end: when its pane goes, that was the end. */
  readonly ending: boolean;
}

export interface Making {
  readonly sessionName: string;
  /** Requests that wait for it; the first is the one that made it. */
  readonly waiting: readonly Ticket[];
  /** Whether that one is told of a new agent. */
  readonly created: boolean;
  /** What was believed of an agent that is started again, should that fail. Null for a new one. */
  readonly before: Believed | null;
  /** The pane of the launch before, with what ran in it, still open in its tmux server; `ours` to close once the new one stands. */
  readonly leaves: {
    readonly pane: PaneId;
    readonly epoch: string;
    readonly pid: number | null;
    readonly ours: boolean;
  } | null;
}

/** What is to be told of a launch should its tab prove not to be there. */
export interface Unheard {
  readonly why: Refusal;
  readonly before: Making["before"];
  readonly leaves: Making["leaves"];
}

/** Too much went at once to be believed: who was missing, and since when. */
export interface Doubt {
  readonly sinceMs: number;
  readonly missing: ReadonlySet<AgentId>;
}

/** All that the core knows, between two events. */
export interface Fleet {
  /** What the panes of this fleet are marked with; null where no other fleet can be. */
  readonly home: string | null;
  readonly agents: ReadonlyMap<AgentId, Agent>;
  readonly byPane: ReadonlyMap<PaneId, AgentId>;
  /** The ARCHIVED_LIMIT archived last, in that order. */
  readonly archived: ReadonlySet<AgentId>;
  /** Archived agents whose tab is drover's to close, and the pid it ran as; null where it was never seen. */
  readonly remains: ReadonlyMap<AgentId, number | null>;
  /** What tmux last showed: the epoch of the server seen, or why nothing could be seen. Null before the first look. */
  readonly sight: { readonly epoch: string } | { readonly blind: Blindness } | null;
  /** Since when there is anything to see, or since when not, for whatever reason; in ms. Null before the first look. */
  readonly sightSinceMs: number | null;
  /** The listing that was taken in last; an older one, or the same again, says nothing. */
  readonly taken: number;
  /** Agents whose window tmux said to have closed, until a listing shows whether that is so. */
  readonly hinted: ReadonlySet<AgentId>;
  /** Disappearances not yet believed. */
  readonly doubt: Doubt | null;
  /** Panes whose mark is another pane's, journaled once. */
  readonly duplicates: ReadonlySet<PaneId>;
  /** When a fresh sighting is wanted, in ms; null where none is. */
  readonly sightAtMs: number | null;
  /** By which program in a pane a provider is known: `pane_current_command` to provider. */
  readonly programs: ReadonlyMap<string, string>;
}

/** So many archived agents are remembered; whatever became of their tabs was seen long before as many more are archived. */
export const ARCHIVED_LIMIT = 5_000;

/** The fleet as the store remembers it, before anything was seen. Every record goes in, archived ones too. */
export function boot(
  records: readonly AgentRecord[],
  programs: ReadonlyMap<string, string>,
  mail: ReadonlyMap<AgentId, MailCounts> = new Map(),
  home: string | null = null,
): Fleet {
  const agents = new Map<AgentId, Agent>();
  const byPane = new Map<PaneId, AgentId>();
  const removed = records.filter(({ archivedAtMs }) => archivedAtMs !== null);
  removed.sort((a, b) => (a.archivedAtMs ?? 0) - (b.archivedAtMs ?? 0));
  for (const record of records) {
    if (record.archivedAtMs !== null) continue;
    // Where it was is believed until the first sighting says otherwise, so that a restart by itself changes nothing.
    const pane = isGone(record.state) ? null : (record.place?.pane ?? null);
    agents.set(record.id, {
      record,
      believed: remembered(record),
      told: view(record, pane, null, mail.get(record.id)),
      mail: mail.get(record.id) ?? NO_MAIL,
      pane,
      placedAtMs: null,
      making: null,
      ending: false,
      dyingSinceMs: null,
    });
    if (pane !== null) byPane.set(pane, record.id);
  }
  return {
    home,
    agents,
    byPane,
    ...withArchived(new Set(), new Map(), removed),
    sight: null,
    sightSinceMs: null,
    taken: 0,
    hinted: new Set(),
    doubt: null,
    duplicates: new Set(),
    sightAtMs: null,
    programs,
  };
}

/** What is remembered of archived agents, with these as well, in the order in which they were archived. */
export function withArchived(
  before: Fleet["archived"],
  remained: Fleet["remains"],
  records: readonly AgentRecord[],
): Pick<Fleet, "archived" | "remains"> {
  const archived = new Set(before);
  const remains = new Map(remained);
  for (const record of records) {
    archived.add(record.id);
    if (isTabOurs(record)) remains.set(record.id, remainOf(record));
  }
  for (const id of archived) {
    if (archived.size <= ARCHIVED_LIMIT) break;
    archived.delete(id);
    remains.delete(id);
  }
  return { archived, remains };
}

/** Whether drover made its tab. One that its user opened, where an agent ran for a while, stays the user's. */
export function isTabOurs(record: AgentRecord): boolean {
  return record.command.length > 0;
}

/** The process to which an archived agent's tab belongs; null where no tab of it was ever seen. */
function remainOf({ place }: AgentRecord): number | null {
  return place === null ? null : (place.pid ?? 0);
}

export function remembered(record: AgentRecord): Believed {
  const { state, sinceMs, evidence, reason, turn, unread, exit } = record;
  // Its prompt's turn was not seen yet: not once in its life, or not since it was started again.
  const prompted = isPrompted(record) && (turn === 0 || state === "starting");
  const born = newborn(sinceMs, prompted);
  const memory = record.dialogs === undefined ? born.memory : { ...born.memory, dialogs: record.dialogs };
  return { ...born, state, evidence, reason, turn, unread, exit, memory };
}

/** Whether a state says that no program of the agent's is there to talk to. */
export function isGone(state: AgentRecord["state"]): boolean {
  return state === "exited" || state === "lost";
}

/**
 * Whether its screen says something of the agent. Not once tmux saw the process end; but a shell from which an agent was
 * started stands there again after it, and the agent may be started from it again.
 */
export function isReadable({ pane, record }: Agent): boolean {
  if (pane === null || record.state === "lost") return false;
  return record.state !== "exited" || record.evidence?.source !== "process";
}

/** The agent that `ref` names: an id, or a label. A label is the live agent's; where none lives, the newest one's. */
export function resolve(fleet: Fleet, ref: string): Agent | null {
  const byId = fleet.agents.get(ref as AgentId);
  if (byId !== undefined) return byId;
  let found: Agent | null = null;
  for (const agent of fleet.agents.values()) {
    if (agent.record.label !== ref) continue;
    if (!isGone(agent.record.state)) return agent;
    if (found === null || found.record.createdAtMs <= agent.record.createdAtMs) found = agent;
  }
  return found;
}

/** What stands on the agent's pane. */
export function markOf(
  { home }: Pick<Fleet, "home">,
  { id, label, incarnation }: Pick<AgentRecord, "id" | "label" | "incarnation">,
): PaneMark {
  return home === null ? { id, label, incarnation } : { id, label, incarnation, home };
}

/** The agent in a pane, null where none of ours is. */
export function inPane(fleet: Fleet, pane: PaneId): Agent | null {
  const id = fleet.byPane.get(pane);
  return id === undefined ? null : (fleet.agents.get(id) ?? null);
}

/** Whether any agent's screen may change by itself soon, so that looking often is worth it. */
export function isLively(fleet: Fleet): boolean {
  for (const { record, pane } of fleet.agents.values()) {
    if (pane !== null && (record.state === "working" || record.state === "starting")) return true;
  }
  return false;
}
