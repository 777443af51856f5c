/** What an agent's own hook tells, fenced by the launch it belongs to. */
import type { HookEvent } from "../decide.js";
import { believe } from "./believe.js";
import type { Draft } from "./draft.js";

/** A hook of an older launch changes nothing and is journaled as such; one of an unknown agent is nobody's. */
export function decideHook(draft: Draft, hook: HookEvent): void {
  const agent = draft.fleet.agents.get(hook.agent);
  if (agent === undefined) return;
  const { incarnation, id } = agent.record;
  if (hook.incarnation !== null && hook.incarnation !== incarnation) {
    draft.note(id, "stale-event", { hook: hook.name, incarnation: hook.incarnation, now: incarnation });
    return;
  }
  if (hook.means !== null) {
    believe(draft, agent, { kind: "hook", means: hook.means, evidence: hook.evidence }, { hook: hook.name });
  }
  // A hook says that something happened, seldom what the screen shows of it: the dialog's text, say.
  if (agent.pane !== null) draft.after({ do: "look", pane: agent.pane });
}
