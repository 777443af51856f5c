/**
 * Compares what is on record with one listing of all panes and says what follows, as a pure function (SPEC §3). It never
 * deletes: what cannot be seen is at worst `lost`, and where nothing can be seen there is no step at all. match.ts says
 * which pane holds whom; here is what that means:
 *
 *   the pane holds it, alive           where it is not on record as there: map it anew, keep everything else
 *   … and it was lost, or runs as another process, or under another server      it is back: nothing believed holds
 *   … and its mark is not what is on record                                     mark it again
 *   the pane holds it, dead            `dying` until tmux knows the exit status, then `ended`
 *   no pane holds it                   `gone`; with the end already seen, its tab `closed`; with a tab being made or
 *                                      made a moment ago, nothing
 *   most of the fleet at once          nothing at all, until a second look 5 s later agrees
 *   a live pane with an unknown mark   adopted back: the store was lost
 *   a copy of a mark                   taken off; on a pane of an earlier launch, the pane closed if it is dead
 *   the mark of an archived agent      our tab, that was to be closed: close it; any other pane: take the mark off
 */
import {
  type AgentId,
  type Exit,
  isForeign,
  type LivePane,
  type PaneId,
  type PaneMark,
  type Place,
  type Sighting,
} from "../model.js";
import { type Agent, type Doubt, isGone } from "./fleet.js";
import { isEarlier, match } from "./match.js";

export type Step =
  /** The agent is here: map it, or map it anew. `back` where it had been given up or runs under another tmux server. */
  | {
      readonly do: "place";
      readonly id: AgentId;
      readonly place: Place;
      readonly back: boolean;
      readonly changed: boolean;
    }
  /** The pane holds it and carries no mark, another's, or its old label. */
  | { readonly do: "remark"; readonly id: AgentId; readonly pane: PaneId; readonly windowName: string | null }
  /** A pane of one of its earlier launches is still open beside the present one. */
  | { readonly do: "leftover"; readonly id: AgentId; readonly pane: PaneId; readonly dead: boolean }
  /** Its terminal closed; with what the process ended, tmux will know in a moment. */
  | { readonly do: "dying"; readonly id: AgentId }
  /** Its program ended; the pane is kept open, dead. */
  | { readonly do: "ended"; readonly id: AgentId; readonly exit: Exit | null; readonly pane: PaneId }
  /** Its pane is gone while tmux answers; `closed` where it is the same tmux server that had it. */
  | { readonly do: "gone"; readonly id: AgentId; readonly closed: boolean }
  /** Its names are another agent's by now. */
  | { readonly do: "superseded"; readonly id: AgentId }
  /** The tab that stayed open after its program ended is closed now. */
  | { readonly do: "closed"; readonly id: AgentId }
  /** A pane carries our mark and nothing on record does: the store was lost. */
  | { readonly do: "adopt"; readonly mark: PaneMark; readonly pane: LivePane; readonly place: Place }
  /** A second pane carries an agent's mark: a user copied the options. `unmark` unless it is given another mark. */
  | { readonly do: "duplicate"; readonly id: AgentId; readonly pane: PaneId; readonly unmark: boolean }
  /** The tab of an archived agent still stands: to be closed, or, where it is not ours, to lose its mark. */
  | { readonly do: "sweep"; readonly id: AgentId; readonly pane: PaneId; readonly close: boolean };

export interface Reconciled {
  readonly steps: readonly Step[];
  readonly doubt: Doubt | null;
  /** When to look again, in ms, because something was not believed yet; null where nothing waits. */
  readonly againAtMs: number | null;
}

/** At least so many agents, and more than half of the fleet, gone in one sighting are not believed at once (SPEC §3). */
const BRAKE_AGENTS = 5;
export const BRAKE_MS = 5_000;
/** A listing can be older than a tab that was just made; so long an absence of it says nothing. */
export const JUST_PLACED_MS = 1_000;
/** How soon a dead pane without an exit status is looked at again, and after how long it is taken to have none. */
const EXIT_LOOK_MS = 50;
const EXIT_LIMIT_MS = 500;

/**
 * `remains` holds, for archived agents whose tab is ours, the pid it ran as; null where it was never seen. `home` names the
 * fleet: what another one marked is left alone.
 */
export function reconcile(
  agents: ReadonlyMap<AgentId, Agent>,
  archived: ReadonlySet<AgentId>,
  remains: ReadonlyMap<AgentId, number | null>,
  sighting: Sighting,
  doubt: Doubt | null,
  nowMs: number,
  home: string | null = null,
): Reconciled {
  if ("blind" in sighting) return { steps: [], doubt, againAtMs: null };
  const { epoch, panes } = sighting;
  const matched = match(agents, archived, panes, epoch, home);
  const { found } = matched;
  const gone = (id: AgentId): Step => ({ do: "gone", id, closed: agents.get(id)?.record.place?.epoch === epoch });
  const steps: Step[] = [];
  const missing = new Set<AgentId>();
  const ended: Step[] = [];
  let watched = 0;
  let againAtMs: number | null = null;
  const again = (atMs: number): void => {
    if (againAtMs === null || atMs < againAtMs) againAtMs = atMs;
  };

  for (const [id, agent] of agents) {
    const pane = found.get(id);
    if (pane !== undefined) {
      if (!isGone(agent.record.state)) watched++;
      stepsForFound(agent, pane, epoch, nowMs, steps, home);
      if (steps.at(-1)?.do === "dying") again(nowMs + EXIT_LOOK_MS);
      continue;
    }
    if (agent.making !== null) continue;
    if (isGone(agent.record.state)) {
      if (agent.pane !== null) ended.push({ do: "closed", id });
      continue;
    }
    const believedFromMs = agent.placedAtMs === null ? nowMs : agent.placedAtMs + JUST_PLACED_MS;
    watched++;
    if (nowMs < believedFromMs) again(believedFromMs);
    else missing.add(id);
  }
  for (const pane of matched.unknown) {
    if (pane.mark !== null && !pane.dead) {
      steps.push({ do: "adopt", mark: pane.mark, pane, place: placeOf(pane, epoch) });
    }
  }
  const held = new Set<PaneId>();
  if (matched.copies.length > 0) for (const { pane } of found.values()) held.add(pane);
  for (const [id, { pane, mark, dead }] of matched.copies) {
    const agent = agents.get(id);
    const isLeft = agent !== undefined && mark !== null && isEarlier(mark, agent) && !held.has(pane);
    if (isLeft) steps.push({ do: "leftover", id, pane, dead });
    else steps.push({ do: "duplicate", id, pane, unmark: !held.has(pane) });
  }
  for (const id of matched.superseded) ended.push({ do: "superseded", id });
  for (const pane of matched.archived) steps.push(...sweep(pane, remains));

  if (missing.size >= BRAKE_AGENTS && missing.size * 2 > watched) {
    if (doubt === null) return { steps: [], doubt: { sinceMs: nowMs, missing }, againAtMs: nowMs + BRAKE_MS };
    if (nowMs < doubt.sinceMs + BRAKE_MS) return { steps: [], doubt, againAtMs: doubt.sinceMs + BRAKE_MS };
    // The second sighting believes only what both of them missed; what went since is doubted in its turn.
    const since = [...missing].filter((id) => !doubt.missing.has(id));
    for (const id of missing) if (doubt.missing.has(id)) steps.push(gone(id));
    if (since.length === 0) return { steps: [...steps, ...ended], doubt: null, againAtMs };
    return { steps, doubt: { sinceMs: nowMs, missing: new Set(since) }, againAtMs: nowMs + BRAKE_MS };
  }
  for (const id of missing) steps.push(gone(id));
  return { steps: [...steps, ...ended], doubt: null, againAtMs };
}

function stepsForFound(
  agent: Agent,
  pane: LivePane,
  epoch: string,
  nowMs: number,
  steps: Step[],
  home: string | null,
): void {
  const { record } = agent;
  const { id, state, place: last } = record;
  const changed = last === null || !isAt(last, pane, epoch);
  const otherServer = last !== null && last.epoch !== epoch;
  const otherProcess = last?.pid !== undefined && (otherServer || last.pid !== pane.pid);
  const unseen = state === "exited" && last === null;
  const back = otherProcess || (!pane.dead && (state === "lost" || otherServer || unseen));
  if (changed || back || agent.pane !== pane.pane) {
    steps.push({ do: "place", id, place: placeOf(pane, epoch), back, changed });
  }
  const { mark } = pane;
  // What an older drover marked says nothing of the fleet: any other would take it for its own.
  const isWhole = mark?.id === id && mark.label === record.label && (home === null || mark.home === home);
  // Until its pane is taken in, or its tab made, the mark is theirs to write who do that.
  if (!isWhole && agent.making === null && !isForeign(pane, home)) {
    // A window that its user named stays as it is.
    const isRenamed = mark?.id === id && pane.windowName === mark.label;
    steps.push({ do: "remark", id, pane: pane.pane, windowName: isRenamed ? record.label : null });
  }
  if (!pane.dead) return;
  if (state === "exited" && !back && (isKnown(record.exit) || !isKnown(pane.exit))) return;
  const waited = agent.dyingSinceMs !== null && nowMs - agent.dyingSinceMs >= EXIT_LIMIT_MS;
  if (isKnown(pane.exit) || waited) steps.push({ do: "ended", id, exit: pane.exit, pane: pane.pane });
  else steps.push({ do: "dying", id });
}

function sweep({ mark, pane, pid }: LivePane, remains: ReadonlyMap<AgentId, number | null>): Step[] {
  if (mark === null) return [];
  const ran = remains.get(mark.id);
  return [{ do: "sweep", id: mark.id, pane, close: ran === null || ran === pid }];
}

function isKnown(exit: Exit | null): boolean {
  return exit !== null && (exit.code !== null || exit.signal !== null);
}

export function placeOf(pane: LivePane, epoch: string): Place {
  const { session, sessionName, window, windowName, pid } = pane;
  return { epoch, session, sessionName, window, windowName, pane: pane.pane, pid };
}

function isAt(place: Place, pane: LivePane, epoch: string): boolean {
  return (
    place.epoch === epoch &&
    place.pane === pane.pane &&
    place.pid === pane.pid &&
    place.window === pane.window &&
    place.windowName === pane.windowName &&
    place.session === pane.session &&
    place.sessionName === pane.sessionName
  );
}
