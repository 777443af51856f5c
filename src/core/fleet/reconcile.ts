/**
 * Compares what is on record with one listing of all panes and says what follows, as a pure function (SPEC §3). It never
 * deletes: what cannot be seen is at worst `lost`, and where nothing can be seen there is no step at all. Matching is by
 * the mark on the pane; where tmux was restarted and marks are gone, by session and window name; never by a pane or
 * window id, index or title.
 */
import type { AgentId, Exit, LivePane, PaneId, PaneMark, Place, Sighting } from "../model.js";
import { type Agent, isGone } from "./fleet.js";

export type Step =
  /** The agent is here: map it, or map it anew. `back` where it had been given up or runs under another tmux server. */
  | {
      readonly do: "place";
      readonly id: AgentId;
      readonly place: Place;
      readonly back: boolean;
      readonly changed: boolean;
    }
  /** Its marks are not there (lost with the old tmux server, not written yet) or say its old label: write them anew. */
  | { readonly do: "remark"; readonly id: AgentId; readonly pane: PaneId; readonly windowName: string | null }
  /** A pane of one of its earlier launches is still open beside the present one. */
  | { readonly do: "leftover"; readonly id: AgentId; readonly pane: PaneId; readonly dead: boolean }
  /** Its terminal closed; with what the process ended, tmux will know in a moment. */
  | { readonly do: "dying"; readonly id: AgentId }
  /** Its program ended; the pane is kept open, dead. */
  | { readonly do: "ended"; readonly id: AgentId; readonly exit: Exit | null; readonly pane: PaneId }
  /** Its pane is gone while tmux answers. */
  | { readonly do: "gone"; readonly id: AgentId }
  /** The tab that stayed open after its program ended is closed now. */
  | { readonly do: "closed"; readonly id: AgentId }
  /** A pane carries our mark and nothing on record does: the store was lost. */
  | { readonly do: "adopt"; readonly mark: PaneMark; readonly pane: LivePane; readonly place: Place }
  /** A second pane carries an agent's mark: a user copied the options. */
  | { readonly do: "duplicate"; readonly id: AgentId; readonly pane: PaneId };

/** Too much went at once to be believed: who was missing, and since when. */
export interface Doubt {
  readonly sinceMs: number;
  readonly missing: ReadonlySet<AgentId>;
}

export interface Reconciled {
  readonly steps: readonly Step[];
  readonly doubt: Doubt | null;
  /** When to look again, in ms, because something was not believed yet; null where nothing waits. */
  readonly againAtMs: number | null;
}

/** At least so many agents, and more than half of the fleet, gone in one sighting are not believed at once (SPEC §3). */
export const BRAKE_AGENTS = 5;
export const BRAKE_MS = 5_000;
/** A listing can be older than a tab that was just made; so long an absence of it says nothing. */
export const JUST_PLACED_MS = 1_000;
/** How soon a dead pane without an exit status is looked at again, and after how long it is taken to have none. */
const EXIT_LOOK_MS = 50;
const EXIT_LIMIT_MS = 500;

export function reconcile(
  agents: ReadonlyMap<AgentId, Agent>,
  archived: ReadonlySet<AgentId>,
  sighting: Sighting,
  doubt: Doubt | null,
  nowMs: number,
): Reconciled {
  if ("blind" in sighting) return { steps: [], doubt, againAtMs: null };
  const { epoch, panes } = sighting;
  const steps: Step[] = [];
  const found = matchByMark(agents, archived, panes, epoch, steps);
  matchPromised(agents, panes, epoch, found, steps);
  matchByName(agents, panes, epoch, found, steps);

  const missing = new Set<AgentId>();
  const closed: Step[] = [];
  let watched = 0;
  let againAtMs: number | null = null;
  for (const [id, agent] of agents) {
    const pane = found.get(id);
    if (pane !== undefined) {
      if (!isGone(agent.record.state)) watched++;
      stepsForFound(agent, pane, epoch, nowMs, steps);
      if (steps.at(-1)?.do === "dying") againAtMs = nowMs + EXIT_LOOK_MS;
      continue;
    }
    if (agent.making !== null) continue;
    if (isGone(agent.record.state)) {
      if (agent.pane !== null) closed.push({ do: "closed", id });
      continue;
    }
    watched++;
    const believedFromMs = agent.placedAtMs === null ? nowMs : agent.placedAtMs + JUST_PLACED_MS;
    if (nowMs < believedFromMs) againAtMs = believedFromMs;
    else missing.add(id);
  }

  if (missing.size >= BRAKE_AGENTS && missing.size * 2 > watched) {
    if (doubt === null) return { steps: [], doubt: { sinceMs: nowMs, missing }, againAtMs: nowMs + BRAKE_MS };
    if (nowMs < doubt.sinceMs + BRAKE_MS) return { steps: [], doubt, againAtMs: doubt.sinceMs + BRAKE_MS };
    // The second sighting believes only what both of them missed; what went since is doubted in its turn.
    const since = [...missing].filter((id) => !doubt.missing.has(id));
    for (const id of missing) if (doubt.missing.has(id)) steps.push({ do: "gone", id });
    if (since.length === 0) return { steps, doubt: null, againAtMs };
    return { steps, doubt: { sinceMs: nowMs, missing: new Set(since) }, againAtMs: nowMs + BRAKE_MS };
  }
  for (const id of missing) steps.push({ do: "gone", id });
  return { steps: [...steps, ...closed], doubt: null, againAtMs };
}

function matchByMark(
  agents: ReadonlyMap<AgentId, Agent>,
  archived: ReadonlySet<AgentId>,
  panes: readonly LivePane[],
  epoch: string,
  steps: Step[],
): Map<AgentId, LivePane> {
  const found = new Map<AgentId, LivePane>();
  const unknown = new Map<AgentId, LivePane>();
  for (const pane of panes) {
    const mark = pane.mark;
    if (mark === null || archived.has(mark.id)) continue;
    const agent = agents.get(mark.id);
    // What is left of the launch before says nothing of the one that is being made.
    if (agent !== undefined && agent.making !== null && isEarlier(mark, agent)) continue;
    const known = agent === undefined ? unknown : found;
    const other = known.get(mark.id);
    if (other === undefined) {
      known.set(mark.id, pane);
      continue;
    }
    const [kept, copy] = agent !== undefined && better(agent, epoch, pane, other) ? [pane, other] : [other, pane];
    known.set(mark.id, kept);
    const isLeft = agent !== undefined && copy.mark !== null && isEarlier(copy.mark, agent);
    if (isLeft) steps.push({ do: "leftover", id: mark.id, pane: copy.pane, dead: copy.dead });
    else steps.push({ do: "duplicate", id: mark.id, pane: copy.pane });
  }
  for (const pane of unknown.values()) {
    if (pane.mark !== null && !pane.dead) {
      steps.push({ do: "adopt", mark: pane.mark, pane, place: placeOf(pane, epoch) });
    }
  }
  return found;
}

const isEarlier = (mark: PaneMark, agent: Agent): boolean => mark.incarnation < agent.record.incarnation;

/** Panes that were taken in, when whoever did it died before the mark was written: the record names the very pane. */
function matchPromised(
  agents: ReadonlyMap<AgentId, Agent>,
  panes: readonly LivePane[],
  epoch: string,
  found: Map<AgentId, LivePane>,
  steps: Step[],
): void {
  for (const [id, { record, making }] of agents) {
    const { markDue, place, state } = record;
    if (markDue !== true || making !== null || place?.epoch !== epoch || found.has(id) || isGone(state)) continue;
    const pane = panes.find((one) => one.pane === place.pane && one.mark === null && !one.dead);
    if (pane === undefined) continue;
    found.set(id, pane);
    steps.push({ do: "remark", id, pane: pane.pane, windowName: null });
  }
}

/**
 * Of two panes with one mark: this incarnation's, then the one it was in (tmux never gives a pane id twice), then the
 * one that was made first. Options are copied from an older pane to a newer one.
 */
function better(agent: Agent, epoch: string, a: LivePane, b: LivePane): boolean {
  const rank = (pane: LivePane): number => {
    const thisLaunch = pane.mark?.incarnation === agent.record.incarnation ? 0 : 2;
    const sameSpot = agent.record.place?.epoch === epoch && agent.record.place.pane === pane.pane ? 0 : 1;
    return thisLaunch + sameSpot;
  };
  return rank(a) !== rank(b) ? rank(a) < rank(b) : number(a.pane) < number(b.pane);
}

const number = (pane: PaneId): number => Number(pane.slice(1));

/** The second key, only for agents last seen under another tmux server: one record and one unmarked pane of that name. */
function matchByName(
  agents: ReadonlyMap<AgentId, Agent>,
  panes: readonly LivePane[],
  epoch: string,
  found: Map<AgentId, LivePane>,
  steps: Step[],
): void {
  const wanted = new Map<string, AgentId | null>();
  for (const [id, { record, making }] of agents) {
    if (found.has(id) || making !== null || record.state === "exited") continue;
    if (record.place === null || record.place.epoch === epoch) continue;
    const key = nameKey(record.place);
    wanted.set(key, wanted.has(key) ? null : id);
  }
  if (wanted.size === 0) return;
  const offered = new Map<string, LivePane | null>();
  for (const pane of panes) {
    if (pane.mark !== null || pane.dead) continue;
    const key = nameKey(pane);
    offered.set(key, offered.has(key) ? null : pane);
  }
  for (const [key, id] of wanted) {
    const pane = offered.get(key);
    if (id === null || pane === null || pane === undefined) continue;
    found.set(id, pane);
    steps.push({ do: "remark", id, pane: pane.pane, windowName: null });
  }
}

const nameKey = (at: { sessionName: string; windowName: string }): string => `${at.sessionName}\t${at.windowName}`;

function stepsForFound(agent: Agent, pane: LivePane, epoch: string, nowMs: number, steps: Step[]): void {
  const { id, state, place: last } = agent.record;
  const place = placeOf(pane, epoch);
  const changed = last === null || !samePlace(last, place);
  const otherServer = last !== null && last.epoch !== epoch;
  const back = !pane.dead && (state === "lost" || (otherServer && state !== "exited"));
  if (changed || back || agent.pane !== pane.pane) steps.push({ do: "place", id, place, back, changed });
  if (pane.mark !== null && pane.mark.label !== agent.record.label) {
    // Renamed, and whoever did it died before the tab knew. A window that its user named stays as it is.
    const windowName = pane.windowName === pane.mark.label ? agent.record.label : null;
    steps.push({ do: "remark", id, pane: pane.pane, windowName });
  }
  if (!pane.dead || (state === "exited" && (isKnown(agent.record.exit) || !isKnown(pane.exit)))) return;
  const waited = agent.dyingSinceMs !== null && nowMs - agent.dyingSinceMs >= EXIT_LIMIT_MS;
  if (isKnown(pane.exit) || waited) steps.push({ do: "ended", id, exit: pane.exit, pane: pane.pane });
  else steps.push({ do: "dying", id });
}

function isKnown(exit: Exit | null): boolean {
  return exit !== null && (exit.code !== null || exit.signal !== null);
}

export function placeOf(pane: LivePane, epoch: string): Place {
  const { session, sessionName, window, windowName } = pane;
  return { epoch, session, sessionName, window, windowName, pane: pane.pane };
}

function samePlace(a: Place, b: Place): boolean {
  return (
    a.epoch === b.epoch &&
    a.pane === b.pane &&
    a.window === b.window &&
    a.windowName === b.windowName &&
    a.session === b.session &&
    a.sessionName === b.sessionName
  );
}
