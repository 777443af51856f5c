/** Who needs a person, and in which order: the dashboard and the command line must not differ in it. */
import type { AgentJson } from "#wire/agent.js";

/** Dialogs first, then failures, then what is done and unseen; in each the oldest first. */
export function attentionQueue(agents: Iterable<AgentJson>): AgentJson[] {
  const rank = (agent: AgentJson) =>
    agent.state === "blocked" ? 0 : agent.state === "error" ? 1 : agent.state === "done" || agent.unread ? 2 : 3;
  return [...agents]
    .filter((agent) => rank(agent) < 3)
    .sort((a, b) => rank(a) - rank(b) || compare(a.since, b.since) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
