/** An agent as it comes onto the list, of whom nothing is believed yet. */
import { newborn } from "../belief/believed.js";
import type { AgentRecord } from "../model.js";
import type { Agent } from "./fleet.js";
import { isPrompted } from "./prompted.js";
import { view } from "./view.js";

/** What is known of it; the rest is as of one that nobody knows anything of. */
export type Birth = Pick<AgentRecord, "id" | "label" | "provider" | "cwd"> & Partial<AgentRecord>;

export function newAgent(
  birth: Birth,
  where: Pick<Agent, "pane" | "making"> & Partial<Pick<Agent, "placedAtMs">>,
  nowMs: number,
): Agent {
  const { state, sinceMs } = newborn(nowMs);
  const record: AgentRecord = {
    role: "worker",
    parent: null,
    group: null,
    incarnation: 1,
    turn: 0,
    command: [],
    envNames: [],
    prompt: null,
    worktree: null,
    nativeSession: null,
    state,
    sinceMs,
    evidence: null,
    reason: null,
    unread: false,
    exit: null,
    place: null,
    createdAtMs: nowMs,
    archivedAtMs: null,
    ...birth,
  };
  const believed = newborn(nowMs, isPrompted(record));
  const told = view(record, where.pane, null);
  return { record, believed, told, placedAtMs: null, ending: false, dyingSinceMs: null, ...where };
}
