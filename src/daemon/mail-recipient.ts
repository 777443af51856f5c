/** A recipient as its mail knows it: whether it is there, whether it is ready, and what tells one launch of it from another. */
import { isReady, type Recipient } from "#core/delivery/recipient.js";
import { type Agent, isGone } from "#core/fleet/fleet.js";
import { type Ground, theProvider } from "./ground.js";

/** Null for none: it was taken off the list. */
export function recipientNow(ground: Ground, agent: Agent | undefined): Recipient | null {
  if (agent === undefined) return null;
  const { state, sinceMs, incarnation, turn, place } = agent.record;
  const { pasteSettleMs, shellMode } = theProvider(ground, agent);
  const there = agent.pane !== null && agent.making === null && !isGone(state);
  return {
    there,
    ready: there && isReady(state),
    state: there || isGone(state) ? `it is ${state}` : "it is not in its tab yet",
    sinceMs,
    doubtSinceMs: agent.believed.memory.doubtSinceMs,
    incarnation,
    turn,
    epoch: place?.epoch ?? "",
    pid: place?.pid ?? null,
    pasteSettleMs,
    ...(shellMode === undefined ? {} : { shellMode }),
  };
}
