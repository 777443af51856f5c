/** The look at a recipient's pane before and while something is typed there. */
import type { Looked } from "#core/delivery/gate.js";
import { Fault } from "#core/fault.js";
import { isGone } from "#core/fleet/fleet.js";
import type { AgentId, PaneId } from "#core/model.js";
import { openDoor } from "./doors.js";
import type { Ground } from "./ground.js";
import { lookNow } from "./ground.js";

/** Where it is now. Throws NOT_FOUND where it is nowhere. */
export function paneOf({ loop }: Ground, id: AgentId): PaneId {
  const pane = loop.fleet.agents.get(id)?.pane ?? null;
  if (pane === null) throw new Fault("NOT_FOUND", "it has no tab");
  return pane;
}

/** The screen past every cache, read, and what is believed with it. `first`: whose pane it is is asked as well, and for a door. */
export async function lookAt(ground: Ground, id: AgentId, first: boolean): Promise<Looked> {
  const pane = paneOf(ground, id);
  const { ours, barred } = first ? await listedNow(ground, id, pane) : OURS;
  const agent = ground.loop.fleet.agents.get(id);
  if (agent === undefined || agent.pane !== pane) throw new Fault("NOT_FOUND", "its tab is gone");
  const { reading, still } = await lookNow(ground, agent);
  const door = first ? await openDoor(ground, agent, still) : null;
  const now = ground.loop.fleet.agents.get(id);
  if (now === undefined) throw new Fault("NOT_FOUND", "it was taken off the list");
  const { state, incarnation } = now.record;
  const seen = { reading, state, incarnation, ours: ours && !isGone(state), leaving: now.ending };
  return { kind: "read", ...seen, ...(barred === null ? {} : { barred }), ...(door === null ? {} : { door }) };
}

interface Listed {
  /** The pane carries the agent's mark, and the program known there runs. */
  readonly ours: boolean;
  /** Why its user's tmux lets no key be pressed there alone. */
  readonly barred: string | null;
}

const OURS: Listed = { ours: true, barred: null };
const NOT_OURS: Listed = { ours: false, barred: null };

/** By a fresh listing. */
async function listedNow({ mux, loop }: Ground, id: AgentId, pane: PaneId): Promise<Listed> {
  const sighting = await mux.sight();
  if ("blind" in sighting) throw new Fault("TMUX_UNREACHABLE", "tmux does not answer");
  const live = sighting.panes.find((one) => one.pane === pane);
  if (live === undefined || live.mark?.id !== id || live.dead) return NOT_OURS;
  const pid = loop.fleet.agents.get(id)?.record.place?.pid ?? null;
  if (pid !== null && pid !== live.pid) {
    // Respawned, and no listing told of it yet: what is claimed for the process before is doubtful once one does.
    loop.post({ kind: "sighting", sighting });
    return NOT_OURS;
  }
  if (live.inputOff) return { ours: true, barred: "input to its pane is switched off (select-pane -d)" };
  if (!live.inputShared) return OURS;
  return { ours: true, barred: "its keys go to the panes beside it too (synchronize-panes)" };
}
