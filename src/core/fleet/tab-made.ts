/** What comes of making a launch's tab: it stands, it could not be made, or nobody heard. */
import type { Refusal } from "../fault.js";
import type { AgentId, AgentRecord, Evidence, LivePane, Place } from "../model.js";
import { recorded } from "./believe.js";
import type { Draft } from "./draft.js";
import { type Agent, isGone, type Making, type Unheard } from "./fleet.js";
import { JUST_PLACED_MS, placeOf } from "./reconcile.js";
import { grant, refuse } from "./reply.js";

/** What came of making the tab. Everyone who waited for it is answered once the place is on disk. */
export function tabMade(draft: Draft, id: AgentId, pane: LivePane, epoch: string): void {
  const agent = draft.fleet.agents.get(id);
  if (agent === undefined || agent.making === null) return;
  const { waiting, created, leaves } = agent.making;
  // In a server that is not known any more there is nothing to be found.
  const place = epoch === "" ? { ...placeOf(pane, epoch), closed: true } : placeOf(pane, epoch);
  const record = { ...agent.record, place };
  const placed = { ...agent, record, pane: pane.pane, placedAtMs: draft.nowMs, making: null };
  draft.change(placed, "launched", {
    session: place.sessionName,
    window: place.window,
    pane: place.pane,
    incarnation: record.incarnation,
  });
  succeed(draft, record);
  for (const [n, ticket] of waiting.entries()) {
    // Its birth is on disk already; where it is can be seen again.
    grant(draft, ticket, id, created && n === 0, true);
  }
  // Had tmux been started anew meanwhile, that id would be another's pane.
  if (leaves !== null && leaves.epoch === epoch) {
    draft.after(leaves.ours ? { do: "kill-pane", pane: leaves.pane } : { do: "unmark", pane: leaves.pane });
  }
  draft.after({ do: "look", pane: pane.pane });
  // A tab that was made and went between two looks leaves no difference behind.
  if (draft.fleet.sightAtMs === null) draft.wantSightAt(draft.nowMs + 2 * JUST_PLACED_MS);
}

/** The agent stands: the one it replaces goes to the archive, if it has not gone already. */
export function succeed(draft: Draft, { replaces, label }: AgentRecord): void {
  const old = replaces === undefined ? undefined : draft.fleet.agents.get(replaces);
  if (old === undefined || !isGone(old.record.state)) return;
  draft.archive(old, { state: old.record.state, replacedBy: label });
  if (old.pane !== null && old.record.command.length > 0) draft.after({ do: "kill-pane", pane: old.pane });
}

/** Refusals after which the tab may be there all the same: nobody heard. */
const UNHEARD: ReadonlySet<string> = new Set(["TMUX_UNREACHABLE", "TIMED_OUT", "INTERNAL"]);

/**
 * It never came to be. A new agent's record was on disk, so it goes to the archive with the reason; one that was to be
 * started again is what it was before. Where that is not certain the record stays, until the next sighting finds it by its
 * mark or shows that it is not there.
 */
export function tabFailed(draft: Draft, id: AgentId, why: Refusal): void {
  const agent = draft.fleet.agents.get(id);
  if (agent === undefined || agent.making === null) return;
  const { waiting, before, leaves } = agent.making;
  const { sight } = draft.fleet;
  const noServer = sight !== null && "blind" in sight && sight.blind === "no-server";
  if (UNHEARD.has(why.code) && !noServer) {
    const unheard = { why, before, leaves };
    draft.keep({ ...agent, making: null, placedAtMs: draft.nowMs, unheard });
    draft.note(id, "fault", { what: "whether the tab was made is not known", code: why.code });
    draft.wantSightAt(draft.nowMs + JUST_PLACED_MS);
    const hint = `${agent.record.label} may have been started all the same: look before you try again`;
    for (const ticket of waiting) refuse(draft, ticket, { ...why, hint });
    return;
  }
  neverMade(draft, agent, { why, before, leaves });
  for (const ticket of waiting) refuse(draft, ticket, why);
}

/** Its tab is not there: it never came to be, or is what it was before. */
export function neverMade(draft: Draft, agent: Agent, { why, before, leaves }: Unheard): void {
  const settled = { making: null, unheard: null };
  if (before !== null) {
    const { sight } = draft.fleet;
    const isSameTmux = sight !== null && "epoch" in sight && sight.epoch === leaves?.epoch;
    const pane = leaves !== null && isSameTmux ? leaves.pane : null;
    const record = { ...recorded(agent.record, before), place: withProcess(agent.record.place, leaves) };
    draft.change({ ...agent, record, believed: before, pane, ...settled }, "fault", {
      what: "restart",
      code: why.code,
      message: why.message,
    });
  } else {
    const proof: Evidence = { source: "request", rule: "spawn/refused", excerpt: why.message.slice(0, 400) };
    const record: AgentRecord = { ...agent.record, state: "error", reason: why.message, evidence: proof };
    draft.archive({ ...agent, record, ...settled }, { because: why.message, code: why.code });
  }
}

/** What is left of the launch before may bear a mark that is not its own: it is known by its process again. */
function withProcess(place: Place | null, leaves: Making["leaves"]): Place | null {
  const pid = leaves?.pid ?? null;
  if (place === null || pid === null || leaves === null) return place;
  return place.pane === leaves.pane && place.epoch === leaves.epoch ? { ...place, pid } : place;
}
