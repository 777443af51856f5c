/**
 * Which pane holds which agent, told from one listing. By its mark; where marks were lost, taken off or copied over, by
 * its process in the very pane of the very server where it was last seen; after a restart of tmux by session and window
 * name. Never by a pane or window id, an index or a title alone.
 */
import { type AgentId, isForeign, type LivePane, type PaneId, type PaneMark, type Place } from "../model.js";
import type { Agent } from "./fleet.js";

export interface Matched {
  readonly found: ReadonlyMap<AgentId, LivePane>;
  /** A live pane with a mark that nothing on record has. */
  readonly unknown: readonly LivePane[];
  /** Panes whose mark is another's: a user copied the options. */
  readonly copies: readonly (readonly [AgentId, LivePane])[];
  /** Panes with the mark of an archived agent. */
  readonly archived: readonly LivePane[];
  /** Agents of another server whose names are somebody else's in this one: names lead to them no more. */
  readonly superseded: readonly AgentId[];
}

/**
 * `epoch` names the server of the listing; `archived` are agents off the list whose marks mean nothing any more. What the
 * mark of another fleet than `home` says is not for us; an agent whose pane bears a copy of one is known by its process.
 */
export function match(
  agents: ReadonlyMap<AgentId, Agent>,
  archived: ReadonlySet<AgentId>,
  panes: readonly LivePane[],
  epoch: string,
  home: string | null,
): Matched {
  const owners = ownersOf(agents, panes, epoch);
  const found = new Map<AgentId, LivePane>();
  const unknown = new Map<AgentId, LivePane>();
  const copies: [AgentId, LivePane][] = [];
  const removed: LivePane[] = [];
  for (const pane of panes) {
    const { mark } = pane;
    if (mark === null || isForeign(pane, home)) continue;
    const { id } = mark;
    const agent = agents.get(id);
    // What is left of the launch before says nothing of the one that is being made.
    if (agent !== undefined && agent.making !== null && isEarlier(mark, agent)) continue;
    const owner = owners.get(pane.pane);
    if ((owner !== undefined && owner !== id) || isElsewhere(agent, epoch, pane)) copies.push([id, pane]);
    else if (archived.has(id)) removed.push(pane);
    else {
      const known = agent === undefined ? unknown : found;
      const other = known.get(id);
      if (other === undefined) known.set(id, pane);
      else {
        const isBetter = better(agent, epoch, pane, other);
        if (isBetter) known.set(id, pane);
        copies.push([id, isBetter ? other : pane]);
      }
    }
  }
  matchByProcess(panes, owners, found, home);
  const superseded = matchByName(agents, panes, epoch, found);
  return { found, unknown: [...unknown.values()], copies, archived: removed, superseded };
}

export const isEarlier = (mark: PaneMark, agent: Agent): boolean => mark.incarnation < agent.record.incarnation;

/** Neither where it was nor its process: a pane keeps its id wherever it is moved, so this one bears a copy. */
function isElsewhere(agent: Agent | undefined, epoch: string, pane: LivePane): boolean {
  const place = agent?.record.place ?? null;
  return place?.epoch === epoch && place.pid !== undefined && place.pane !== pane.pane && place.pid !== pane.pid;
}

/**
 * In whose process's hands a pane is: this server's agents, where each was last seen and still runs. A server gives a pane
 * id once, and a process in it is the one launched.
 */
function ownersOf(
  agents: ReadonlyMap<AgentId, Agent>,
  panes: readonly LivePane[],
  epoch: string,
): ReadonlyMap<PaneId, AgentId> {
  const pids = new Map<PaneId, number>();
  for (const { pane, pid } of panes) pids.set(pane, pid);
  const owners = new Map<PaneId, AgentId>();
  for (const [id, { record }] of agents) {
    const { place } = record;
    if (place?.epoch === epoch && place.pid !== undefined && pids.get(place.pane) === place.pid) {
      owners.set(place.pane, id);
    }
  }
  return owners;
}

/**
 * Of two panes with one mark: this launch's, then the one where its process runs, then the one it was in, then the one
 * whose window is called as tabs are at birth, then the one that was made first, since copies are made later.
 */
function better(agent: Agent | undefined, epoch: string, a: LivePane, b: LivePane): boolean {
  const rank = (pane: LivePane): number => {
    const isNamed = pane.windowName === pane.mark?.label;
    if (agent === undefined) return isNamed ? 0 : 1;
    const { place, incarnation } = agent.record;
    const isSpot = place?.epoch === epoch && place.pane === pane.pane;
    const isProcess = isSpot && place.pid === pane.pid;
    return (
      (pane.mark?.incarnation === incarnation ? 0 : 8) + (isProcess ? 0 : 4) + (isSpot ? 0 : 2) + (isNamed ? 0 : 1)
    );
  };
  const [rankA, rankB] = [rank(a), rank(b)];
  return rankA !== rankB ? rankA < rankB : number(a.pane) < number(b.pane);
}

const number = (pane: string): number => Number(pane.slice(1));

function matchByProcess(
  panes: readonly LivePane[],
  owners: ReadonlyMap<PaneId, AgentId>,
  found: Map<AgentId, LivePane>,
  home: string | null,
): void {
  for (const pane of panes) {
    const owner = owners.get(pane.pane);
    if (owner === undefined || found.has(owner)) continue;
    if (pane.mark?.id !== owner || isForeign(pane, home)) found.set(owner, pane);
  }
}

/** Only for agents that another server had to the last: one record and one unmarked pane of that name. Returns who is superseded. */
function matchByName(
  agents: ReadonlyMap<AgentId, Agent>,
  panes: readonly LivePane[],
  epoch: string,
  found: Map<AgentId, LivePane>,
): AgentId[] {
  const homeless: [AgentId, Place][] = [];
  for (const [id, { record, making }] of agents) {
    const { place, state } = record;
    if (found.has(id) || making !== null || state === "exited") continue;
    if (place !== null && place.epoch !== epoch && place.closed !== true) homeless.push([id, place]);
  }
  const superseded: AgentId[] = [];
  if (homeless.length === 0) return superseded;
  // What another agent has been called under this server leads to that one's tab, or to what is left of it.
  const held = new Set<string>();
  for (const { record } of agents.values()) if (record.place?.epoch === epoch) held.add(nameKey(record.place));
  for (const pane of found.values()) held.add(nameKey(pane));
  const wanted = new Map<string, AgentId | null>();
  for (const [id, place] of homeless) {
    const key = nameKey(place);
    if (held.has(key)) superseded.push(id);
    else wanted.set(key, wanted.has(key) ? null : id);
  }
  if (wanted.size === 0) return superseded;
  const offered = new Map<string, LivePane | null>();
  const taken = new Set<LivePane>(found.values());
  for (const pane of panes) {
    if (pane.mark !== null || pane.dead || taken.has(pane)) continue;
    const key = nameKey(pane);
    offered.set(key, offered.has(key) ? null : pane);
  }
  for (const [key, id] of wanted) {
    const pane = offered.get(key);
    if (id !== null && pane !== null && pane !== undefined) found.set(id, pane);
  }
  return superseded;
}

const nameKey = (at: { sessionName: string; windowName: string }): string => `${at.sessionName}\t${at.windowName}`;
