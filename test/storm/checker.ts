/** Compares what was promised, what the daemon says, and what is true on the machine. Knows nothing of how drover decides. */
import type { AgentJson } from "#wire/agent.js";
import type { GroundPane } from "./ground.js";

/** What the callers of a storm were told, and what they may not know since a daemon died before it answered. */
export interface Promised {
  readonly id: string;
  /** As which it may go: more than one where the answer to a rename never came. */
  readonly labels: Set<string>;
  /** `may-go` where the answer to a removal never came. */
  fate: "lives" | "may-go" | "gone";
}

export const KINDS = [
  "agents lost",
  "agents doubled",
  "agents mis-mapped",
  "stray tabs",
  "orphan records",
  "removed and there",
  "user's panes touched",
  "connections left",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Wrong {
  readonly kind: Kind;
  readonly what: string;
}

export interface Seen {
  readonly promised: ReadonlyMap<string, Promised>;
  /** Everything on record, archived ones too. */
  readonly agents: readonly AgentJson[];
  readonly panes: readonly GroundPane[];
  /** The user's own panes: id to process. */
  readonly users: ReadonlyMap<string, number>;
  readonly clients: readonly string[];
}

const isGone = ({ state }: AgentJson): boolean => state === "exited" || state === "lost";

/** Everything that is wrong once a fleet has settled. */
export function check({ promised, agents, panes, users, clients }: Seen): Wrong[] {
  const wrongs: Wrong[] = [];
  const wrong = (kind: Kind, what: string): void => void wrongs.push({ kind, what });
  const listed = new Map(agents.filter(({ archived }) => !archived).map((agent) => [agent.id, agent]));
  const running = new Map<string, GroundPane[]>();
  for (const pane of panes) {
    if (pane.agent !== null) running.set(pane.agent, [...(running.get(pane.agent) ?? []), pane]);
  }

  for (const [id, where] of running) {
    if (where.length > 1) wrong("agents doubled", `${id} runs in ${where.map(({ pane }) => pane).join(" and ")}`);
    const agent = listed.get(id);
    if (agent === undefined) continue; // told of as a stray tab
    if (isGone(agent)) wrong("agents lost", `${agent.label} ${id} lives in ${where[0]?.pane} and is ${agent.state}`);
    else if (!where.some((pane) => isThere(agent, pane))) {
      wrong("agents mis-mapped", `${agent.label} is in ${JSON.stringify(where)}, and said to be in ${place(agent)}`);
    }
  }
  for (const { id, fate, labels } of promised.values()) {
    const agent = listed.get(id);
    if (fate === "gone") {
      if (agent !== undefined) wrong("removed and there", `${id} was removed and is listed as ${agent.state}`);
      if (running.has(id)) wrong("removed and there", `${id} was removed and runs`);
      continue;
    }
    if (fate === "lives" && !running.has(id)) wrong("agents lost", `${[...labels]} ${id} runs no more`);
    if (fate === "lives" && agent === undefined) wrong("agents lost", `${[...labels]} ${id} is not listed`);
    if (agent !== undefined && !labels.has(agent.label)) {
      wrong("agents mis-mapped", `${id} is called ${agent.label}, and was to be ${[...labels].join(" or ")}`);
    }
  }
  const names = new Map<string, string>();
  for (const agent of listed.values()) {
    if (isGone(agent)) continue;
    const other = names.get(agent.label);
    if (other !== undefined) wrong("agents doubled", `${other} and ${agent.id} both live as ${agent.label}`);
    names.set(agent.label, agent.id);
    if (!running.has(agent.id)) {
      wrong("orphan records", `${agent.label} ${agent.id} is ${agent.state} in ${place(agent)} and runs nowhere`);
    }
  }
  for (const pane of panes) {
    if (users.has(pane.pane)) continue;
    const owner = listed.get(pane.agent ?? pane.markId);
    if (owner === undefined) wrong("stray tabs", `${JSON.stringify(pane)} is nobody's`);
    else if (pane.markId !== owner.id || pane.markLabel !== owner.label) {
      wrong("agents mis-mapped", `${JSON.stringify(pane)} carries another mark than ${owner.label} ${owner.id}`);
    }
  }
  for (const [id, pid] of users) {
    const pane = panes.find((one) => one.pane === id);
    if (pane?.pid !== pid || pane.dead) wrong("user's panes touched", `${id} is gone or runs something else`);
    else if (pane.markId !== "" || pane.markLabel !== "") wrong("user's panes touched", `${id} carries a mark`);
  }
  if (clients.length !== 1) wrong("connections left", `${clients.length} clients: ${clients.join(", ")}`);
  return wrongs;
}

function isThere(agent: AgentJson, pane: GroundPane): boolean {
  return (
    agent.pane === pane.pane &&
    agent.window === pane.window &&
    agent.session === pane.session &&
    agent.windowName === pane.windowName
  );
}

const place = ({ session, window, windowName, pane }: AgentJson): string =>
  JSON.stringify({ session, window, windowName, pane });
