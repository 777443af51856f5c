/** What to say where the daemon cannot see tmux: states are then what they were when it last could. */
import type { AgentJson, SightJson } from "#wire/agent.js";

export interface Sight {
  readonly sight: SightJson;
  /** ISO 8601 UTC; null where that is not known. */
  readonly since: string | null;
}

const WORDS: Readonly<Record<Exclude<SightJson, "ok">, string>> = {
  "no-server": "no tmux server runs",
  "tmux-gone": "tmux does not answer",
  "tmux-slow": "tmux does not answer",
};

/**
 * `tmux does not answer since 12:01`; null where all is in sight, or nobody is there whose state could be an old one: a
 * machine without a tmux server and without agents is in order.
 */
export function blindWords(at: Sight, agents: Iterable<AgentJson>, nowMs: number): string | null {
  if (at.sight === "ok") return null;
  for (const { state, archived } of agents) {
    if (!archived && state !== "exited" && state !== "lost") return `${WORDS[at.sight]}${since(at.since, nowMs)}`;
  }
  return null;
}

/** The time of day where that is enough to tell. */
function since(iso: string | null, nowMs: number): string {
  if (iso === null) return "";
  const then = new Date(iso);
  const time = then.toTimeString().slice(0, 5);
  if (nowMs - then.getTime() < 12 * 3_600_000) return ` since ${time}`;
  const day = [then.getMonth() + 1, then.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  return ` since ${then.getFullYear()}-${day} ${time}`;
}
