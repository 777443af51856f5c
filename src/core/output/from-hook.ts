/** The response as the agent's own hook hands it over when a turn ends: the answer's source text, verbatim. */
import { backgroundTasks, type HookPayload, isAside } from "../screen/hook-meanings.js";

/** Whose word it is: opencode's answers come from its API. */
export function responseSource(provider: string): "hook" | "api" {
  return provider === "opencode" ? "api" : "hook";
}

/**
 * What the hook event `name` of `provider` says of the response of the turn it ends; `""` where it says that there was
 * none. Null where it says nothing: another event, an older version, or a field that is not to be trusted (Gemini's
 * `prompt_response` repeats what was streamed). Seen with Claude Code 2.1.328 and Codex 0.169.
 */
export function hookResponse(provider: string, name: string, payload: HookPayload): string | null {
  if (provider === "codex" && (name === "agent-turn-complete" || payload.type === "agent-turn-complete")) {
    // Its notification, without hooks: sent for the hidden conversation that names the task as well.
    if (isAside(payload)) return null;
    const message = payload["last-assistant-message"];
    return typeof message === "string" ? message : message === null ? "" : null;
  }
  if (provider === "opencode" && name === "session.idle") {
    // Its plugin asked opencode's own API for it (bin/opencode-plugin.js).
    const { drover } = payload as { drover?: { response?: { text?: unknown } } };
    const text = drover?.response?.text;
    return typeof text === "string" ? text : null;
  }
  if (name !== "Stop" || (provider !== "claude" && provider !== "codex")) return null;
  // With background agents at work the turn goes on, and a second Stop brings its answer.
  if (backgroundTasks(payload) > 0) return null;
  const message = payload.last_assistant_message;
  if (typeof message === "string") return message;
  // Codex says `null` of a turn without text; Claude leaves the field out, as versions that do not know it would.
  return provider === "codex" && message === null ? "" : null;
}
