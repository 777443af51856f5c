/** One listing of all panes: reconcile says what follows, and here it follows. */
import type { Fact } from "../belief/fact.js";
import type { Blindness, PaneId, Sighting } from "../model.js";
import { believe } from "./believe.js";
import { settleHints } from "./closed.js";
import type { Draft } from "./draft.js";
import { type Agent, type Fleet, isGone, isTabOurs, markOf } from "./fleet.js";
import { freeLabel } from "./labels.js";
import { newAgent } from "./new-agent.js";
import { reconcile, type Step } from "./reconcile.js";
import { soleOfItsName } from "./relabel.js";
import { neverMade, succeed } from "./tab-made.js";
import { iso } from "./view.js";

/** How soon tmux is asked again where it did not answer. */
const BLIND_LOOK_MS = 1_000;
/**
 * So often in such a time a pane is marked again. Should somebody else write the same mark (a script, a second daemon with a
 * copy of this one's home), they would write over each other for ever, and redraw every client.
 */
const REMARK_LIMIT = 5;
const REMARK_SPAN_MS = 60_000;

export function decideSighting(draft: Draft, sighting: Sighting): void {
  const { fleet, nowMs } = draft;
  if ("blind" in sighting) {
    // What waits for a second look goes on waiting, though nothing may change that would bring one.
    if (sighting.blind === "tmux-slow" || fleet.doubt !== null) draft.wantSightAt(nowMs + BLIND_LOOK_MS);
    see(draft, { blind: sighting.blind });
    if (sighting.blind === "no-server") withoutServer(draft);
    return;
  }
  if (!draft.takesIn(sighting.taken)) return;
  see(draft, { epoch: sighting.epoch });
  const { agents, archived, remains, home } = fleet;
  const { steps, doubt, againAtMs } = reconcile(agents, archived, remains, sighting, fleet.doubt, nowMs, home);
  draft.doubting(doubt);
  draft.wantSightAt(againAtMs);
  // Pane ids of another tmux server are other panes: forget them before anything is mapped.
  for (const agent of fleet.agents.values()) {
    const { place } = agent.record;
    if (agent.pane !== null && place !== null && place.epoch !== sighting.epoch) draft.keep({ ...agent, pane: null });
  }
  const duplicates = new Set<PaneId>();
  for (const step of steps) {
    if (step.do === "duplicate") duplicates.add(step.pane);
    take(draft, step);
  }
  if (doubt === null) settleHints(draft);
  const known = draft.fleet.duplicates;
  if (duplicates.size !== known.size || [...duplicates].some((pane) => !known.has(pane))) {
    draft.knowDuplicates(duplicates);
  }
}

/** What lived in a tmux server may be brought back; what was to be made in one, and never was seen there, is nowhere. */
function withoutServer(draft: Draft): void {
  for (const agent of draft.fleet.agents.values()) {
    const { state, place } = agent.record;
    if (agent.making !== null || isGone(state)) continue;
    if (place === null || agent.unheard != null) gone(draft, agent, false);
  }
}

/** Faces are told when there is nothing to see any more, and when there is again: what they show grows old meanwhile. */
function see(draft: Draft, sight: NonNullable<Fleet["sight"]>): void {
  const { sight: before, sightSinceMs } = draft.fleet;
  if (isSame(before, sight)) return;
  const turned = before === null || "blind" in before !== "blind" in sight;
  draft.seeing(sight, turned || sightSinceMs === null ? draft.nowMs : sightSinceMs);
  // The first look is told of by the entry of the daemon's start.
  if (before !== null && ("blind" in before || "blind" in sight)) {
    draft.note(null, "daemon", { what: "sight", ...sightOf(draft.fleet) });
  }
}

/** What faces are told of it. `sightSince` is ISO 8601. */
export function sightOf({ sight, sightSinceMs }: Fleet): { sight: "ok" | Blindness; sightSince: string | null } {
  const word = sight === null ? "tmux-gone" : "blind" in sight ? sight.blind : "ok";
  return { sight: word, sightSince: sightSinceMs === null ? null : iso(sightSinceMs) };
}

function isSame(a: Fleet["sight"], b: NonNullable<Fleet["sight"]>): boolean {
  if (a === null) return false;
  return "epoch" in a ? "epoch" in b && a.epoch === b.epoch : "blind" in b && a.blind === b.blind;
}

function take(draft: Draft, step: Step): void {
  if (step.do === "adopt") {
    adoptBack(draft, step);
    return;
  }
  const agent = draft.fleet.agents.get(step.id);
  if (step.do === "sweep") {
    draft.after({ do: step.close ? "kill-pane" : "unmark", pane: step.pane });
    return;
  }
  if (step.do === "duplicate") {
    if (!draft.fleet.duplicates.has(step.pane)) {
      draft.note(step.id, "stale-event", { duplicate: step.pane, kept: agent?.pane ?? null });
    }
    if (step.unmark) draft.after({ do: "unmark", pane: step.pane });
    return;
  }
  if (agent === undefined) return;
  const { id } = agent.record;
  switch (step.do) {
    case "place":
      place(draft, agent, step);
      break;
    case "remark":
      if (mayRemark(draft, agent, step.pane)) {
        const mark = markOf(draft.fleet, agent.record);
        draft.after({ do: "mark", pane: step.pane, mark, windowName: step.windowName });
      }
      break;
    case "leftover":
      draft.after(step.dead ? { do: "kill-pane", pane: step.pane } : { do: "unmark", pane: step.pane });
      draft.note(id, "stale-event", { leftover: step.pane, dead: step.dead, kept: agent.pane });
      break;
    case "dying":
      if (agent.dyingSinceMs === null) draft.keep({ ...agent, dyingSinceMs: draft.nowMs });
      break;
    case "ended":
      believe(draft, agent, { kind: "ended", exit: step.exit }, { pane: step.pane });
      // A tab that drover made closes when its program ends well, as any tab would; after a failure it stays to be read.
      // One that was asked to end is closed by who asked, once its last words are read.
      if (isTabOurs(agent.record) && step.exit?.code === 0 && !agent.ending)
        draft.after({ do: "kill-pane", pane: step.pane });
      break;
    case "gone":
      gone(draft, agent, step.closed);
      break;
    case "superseded":
      if (agent.record.place !== null) {
        const record = { ...agent.record, place: { ...agent.record.place, closed: true } };
        draft.change({ ...agent, record }, "place", { superseded: true });
      }
      break;
    case "closed":
      draft.leave(id);
      break;
  }
}

/** Counts it. Who loses gives in: the record holds, and a change of panes later tries again. */
function mayRemark(draft: Draft, agent: Agent, pane: PaneId): boolean {
  const { nowMs } = draft;
  const past = agent.remarks;
  const lately = past !== undefined && nowMs - past.sinceMs < REMARK_SPAN_MS ? past : { sinceMs: nowMs, count: 0 };
  if (lately.count > REMARK_LIMIT) return false;
  draft.keep({ ...agent, remarks: { ...lately, count: lately.count + 1 } });
  if (lately.count < REMARK_LIMIT) return true;
  draft.note(agent.record.id, "fault", { what: "somebody else writes its mark as well", pane });
  return false;
}

function gone(draft: Draft, was: Agent, closed: boolean): void {
  const { id, place } = was.record;
  if (was.unheard != null) {
    neverMade(draft, was, was.unheard);
    return;
  }
  const agent = closed && place !== null ? { ...was, record: { ...was.record, place: { ...place, closed } } } : was;
  const fact: Fact = agent.ending ? { kind: "ended", exit: null } : { kind: "gone" };
  believe(draft, { ...agent, pane: null }, fact, { pane: agent.pane });
  draft.leave(id);
}

function place(draft: Draft, agent: Agent, step: Step & { do: "place" }): void {
  const from = agent.record.place;
  const record = { ...agent.record, place: step.place };
  let here: Agent = { ...agent, pane: step.place.pane, record, unheard: null };
  if (step.back) here = soleOfItsName(draft, { ...here, ending: false, dyingSinceMs: null });
  if (step.changed || step.back || here.told.pane !== step.place.pane) {
    draft.change(here, "place", {
      session: step.place.sessionName,
      window: step.place.window,
      windowName: step.place.windowName,
      pane: step.place.pane,
      from: from === null ? null : from.pane,
      back: step.back,
    });
  } else draft.keep(here);
  if (from === null) succeed(draft, here.record);
  if (!step.back) return;
  const placed = draft.fleet.agents.get(step.id) ?? here;
  believe(draft, placed, { kind: "launched" }, { back: true });
  draft.after({ do: "look", pane: step.place.pane });
}

/** The mark is all that is left of an agent; what it does not say can be seen again or is unknown. */
function adoptBack(draft: Draft, step: Step & { do: "adopt" }): void {
  const { mark, pane } = step;
  const label = freeLabel(draft.fleet, mark.label);
  const provider = draft.fleet.programs.get(pane.command) ?? "shell";
  const agent = newAgent(
    { id: mark.id, label, provider, cwd: "", incarnation: mark.incarnation, place: step.place },
    { pane: pane.pane, making: null },
    draft.nowMs,
  );
  draft.change(agent, "adopted", { pane: pane.pane, from: "mark", label: mark.label });
  if (label !== mark.label || (draft.fleet.home !== null && mark.home === undefined)) {
    draft.after({
      do: "mark",
      pane: pane.pane,
      mark: markOf(draft.fleet, agent.record),
      windowName: label === mark.label ? null : label,
    });
  }
  draft.after({ do: "look", pane: pane.pane });
}
