/** What watching costs: the daemon itself, and what it adds to the tmux server that everyone's agents live in. */
import { withDashboard } from "./dashboard-rows.js";
import type { BenchFleet } from "./fleet.js";
import { childFaults, children, cpuShare, residentMb } from "./process-cost.js";
import { figure, median, pause, type Row } from "./row.js";

const IDLE_MS = 60_000;
const ALONE_MS = 15_000;
/** The start itself is over by then. */
const STARTED_MS = 8_000;

/**
 * Two minutes, one after the other. In the first the daemon still collects the garbage of its start and ticks stretch step
 * by step; the second is what goes on for hours, and judged. Both are shown.
 */
export async function idleRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(100);
  await fleet.stopDaemon();
  const tmuxPid = fleet.tmuxPid;
  const [alone] = (await cpuShare([tmuxPid], () => pause(ALONE_MS))) as [number];
  await fleet.startDaemon();
  await pause(STARTED_MS);
  const first = await idleMinute(fleet.daemonPid, tmuxPid);
  const { daemon, tmux, started } = await idleMinute(fleet.daemonPid, tmuxPid);
  const together = daemon + tmux - alone;
  const atFirst = first.daemon + first.tmux - alone;
  const processes = first.started + started;
  return {
    name: "idle",
    what: "100 idle agents, no dashboard: daemon and what it adds to tmux; processes started in 60 s",
    budget: "<= 0.3 % of a core together; 0",
    measured: `${figure(together)} % (daemon ${figure(daemon)}, tmux ${figure(tmux)}), in the first minute ${figure(atFirst)}; ${processes} started`,
    baseline: `${figure(alone)} % tmux alone`,
    within: together <= 0.3 && processes === 0,
    values: {
      daemonPercent: daemon,
      tmuxPercent: tmux,
      alonePercent: alone,
      firstMinutePercent: atFirst,
      processesStarted: processes,
    },
  };
}

async function idleMinute(daemonPid: number, tmuxPid: number) {
  const pids = [daemonPid, tmuxPid];
  const faults = pids.map(childFaults);
  const seen = new Set(children(daemonPid));
  let started = 0;
  const [daemon, tmux] = (await cpuShare(pids, async () => {
    const untilMs = Date.now() + IDLE_MS;
    while (Date.now() < untilMs) {
      await pause(100);
      for (const child of children(daemonPid)) if (!seen.has(child)) started++;
      for (const child of children(daemonPid)) seen.add(child);
    }
  })) as [number, number];
  // One that came and went between two looks is known by the page faults it left its parent.
  if (started === 0 && pids.some((pid, index) => childFaults(pid) !== faults[index])) started = 1;
  return { daemon, tmux, started };
}

const WORK_MS = 12_000;
const WORKING = 50;

/** The same fifty agents, first watched, then not: the tmux server's own share is the baseline. */
export async function workRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(100);
  const working = (await fleet.agents()).slice(0, WORKING);
  const tmux = fleet.tmuxPid;
  const [watched, daemon, alone] = await fleet.whileAt("scroll", working, async () => {
    const [watched, daemon] = await withDashboard(fleet, async () => {
      await pause(3_000);
      return cpuShare([tmux, fleet.daemonPid], () => pause(WORK_MS));
    });
    await fleet.stopDaemon();
    try {
      await pause(1_000);
      const [alone] = await cpuShare([tmux], () => pause(WORK_MS));
      return [watched!, daemon!, alone!] as const;
    } finally {
      await fleet.startDaemon();
    }
  });
  const added = ((watched - alone) / alone) * 100;
  return {
    name: "work",
    what: "50 agents at 10 lines a second, dashboard open: CPU added to the tmux server",
    budget: "<= 40 % of what tmux needs alone",
    measured: `${figure(added)} % (${figure(watched)} % of a core; daemon ${figure(daemon)})`,
    baseline: `${figure(alone)} % of a core alone`,
    within: added <= 40,
    values: { addedPercent: added, watchedPercent: watched, alonePercent: alone, daemonPercent: daemon },
  };
}

/** Goes first: it needs a daemon that has seen no more than twenty agents. */
export async function memoryRow(fleet: BenchFleet): Promise<Row> {
  const [few, many] = [20, 100];
  await fleet.grow(few);
  const before = await settledMb(fleet);
  await fleet.grow(many);
  const after = await settledMb(fleet);
  const each = (after - before) / (many - few);
  return {
    name: "memory",
    what: `daemon memory for each agent, from ${few} to ${many} (120x40)`,
    budget: "<= 0.4 MB",
    measured: `${figure(each)} MB`,
    baseline: `${figure(before)} MB with ${few}, ${figure(after)} MB with ${many}`,
    within: each <= 0.4,
    values: { eachMb: each, beforeMb: before, afterMb: after },
  };
}

async function settledMb(fleet: BenchFleet): Promise<number> {
  await pause(4_000);
  const seen: number[] = [];
  for (let i = 0; i < 8; i++) {
    seen.push(residentMb(fleet.daemonPid));
    await pause(250);
  }
  return median(seen);
}
