/** Which panes hold an agent that nobody took in yet (SPEC §4). */
import type { LivePane, Sighting } from "../model.js";
import type { Fleet } from "./fleet.js";

/** A process as the system tells of it. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** What it may be called: its name, argv's first word, the script it runs, the file it was started from. */
  readonly names: readonly string[];
  /** Whether it has the terminal. */
  readonly foreground: boolean;
}

export interface Adoptable {
  readonly pane: LivePane;
  readonly provider: string;
  /** The agent program's own process. */
  readonly pid: number;
}

/** Panes without a mark in whose process tree an agent program runs. A shell by itself is none. */
export function adoptable(fleet: Fleet, sighting: Sighting, processes: readonly RunningProcess[]): Adoptable[] {
  if ("blind" in sighting) return [];
  const tree = treeOf(processes);
  return sighting.panes.flatMap((pane) => {
    if (pane.dead || pane.mark !== null || fleet.byPane.has(pane.pane)) return [];
    const found = agentIn(fleet.programs, pane, tree);
    return found === null ? [] : [{ pane, ...found }];
  });
}

export interface ProcessTree {
  readonly byPid: ReadonlyMap<number, RunningProcess>;
  readonly below: ReadonlyMap<number, readonly RunningProcess[]>;
}

/** The processes by pid, and those below each. */
export function treeOf(processes: readonly RunningProcess[]): ProcessTree {
  const byPid = new Map<number, RunningProcess>();
  const below = new Map<number, RunningProcess[]>();
  for (const process of processes) {
    byPid.set(process.pid, process);
    const known = below.get(process.parent);
    if (known === undefined) below.set(process.parent, [process]);
    else known.push(process);
  }
  return { byPid, below };
}

/** The agent program in one pane: one that has the terminal before one that was put aside, the topmost of each. */
export function agentIn(
  programs: Fleet["programs"],
  pane: LivePane,
  { byPid, below }: ProcessTree,
): { provider: string; pid: number } | null {
  const root = byPid.get(pane.pid);
  if (root === undefined) {
    // Where the system tells nothing of processes, tmux still knows what runs in front.
    const provider = providerOf(programs, [pane.command]);
    return provider === null ? null : { provider, pid: pane.pid };
  }
  let aside: { provider: string; pid: number } | null = null;
  const queue = [root];
  const seen = new Set<number>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.pid)) continue;
    seen.add(next.pid);
    const provider = providerOf(programs, next.names);
    if (provider !== null && next.foreground) return { provider, pid: next.pid };
    if (provider !== null) aside ??= { provider, pid: next.pid };
    queue.push(...(below.get(next.pid) ?? []));
  }
  return aside;
}

function providerOf(programs: Fleet["programs"], names: readonly string[]): string | null {
  for (const name of names) {
    const provider = programs.get(name);
    if (provider !== undefined && provider !== "shell") return provider;
  }
  return null;
}
