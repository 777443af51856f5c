/** What tmux says unasked of a window's end: a hint that calls for a look, and never by itself the end of anything. */
import type { AgentId, WindowId } from "../model.js";
import type { Draft } from "./draft.js";

/**
 * tmux says that a window closed, which it also does for one that is moved to another session; the id may be an old
 * server's as well. Who was in it is looked at; a window in which nobody was is nobody's business.
 */
export function decideClosed(draft: Draft, window: WindowId): void {
  const { agents, hinted } = draft.fleet;
  const inIt: AgentId[] = [];
  for (const [id, { pane, record }] of agents) if (pane !== null && record.place?.window === window) inIt.push(id);
  if (inIt.length === 0) return;
  draft.hint(new Set([...hinted, ...inIt]));
  draft.after({ do: "sight" });
}

/** A listing settled where everybody is: who was said to be gone and is there makes the hint a stale one. */
export function settleHints(draft: Draft): void {
  const { agents, hinted } = draft.fleet;
  if (hinted.size === 0) return;
  draft.hint(new Set());
  for (const id of hinted) {
    const agent = agents.get(id);
    if (agent !== undefined && agent.pane !== null) {
      draft.note(id, "stale-event", { event: "window-close", lives: agent.pane });
    }
  }
}
