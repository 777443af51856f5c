/** Which agents have a turn that can be interrupted, the same for every face. */
import type { AgentState } from "../model.js";

/**
 * Whether a turn is under way, or may be: of what is unclear nobody knows. To any other the keys that interrupt mean
 * something else: Escape answers a dialog, empties an input box, twice goes back in the conversation (Claude Code).
 */
export function mayInterrupt(state: AgentState): boolean {
  return state === "working" || state === "unclear";
}
