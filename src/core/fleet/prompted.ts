/** Whether the first turn of a launch is known beforehand: that of a prompt given among its arguments. */
import type { AgentRecord } from "../model.js";

/** Words with which Claude Code, Codex, Gemini CLI, opencode and their like are told to go on with a conversation. */
const GOES_ON = /^(?:resume|fork|continue|-r|-c|-s|--(?:resume|continue|session|fork-session|last)(?:=.*)?)$/;

/**
 * True where the prompt stands among the arguments and nothing was said before it: the first end that such a launch shows
 * is that of this prompt's turn. Where a conversation goes on, its last end may be on the screen before the turn begins.
 */
export function isPrompted({ prompt, command, launch }: AgentRecord): boolean {
  if (prompt === null || command.at(-1) !== prompt) return false;
  const args = launch?.args ?? [];
  // Codex takes its settings by `-c NAME=VALUE`.
  return !args.some((arg, n) => GOES_ON.test(arg) && !(arg === "-c" && args[n + 1]?.includes("=")));
}
