/** How soon a daemon that has much to know again answers whoever started it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installRoot } from "#faces/kit/install-root.js";
import { systemClock } from "#host/clock.js";
import { silentLog } from "#host/log.js";
import { openLevelStore } from "#store/level-store.js";
import type { AgentsJson } from "#wire/agent.js";
import { BenchFleet } from "./fleet.js";
import { cpuMs } from "./process-cost.js";
import { figure, median, percentile, type Row } from "./row.js";

const AGENTS = 200;
const ENTRIES = 10_000;
const STARTS = 9;
const AT_ONCE = 5;
const SPAWN_LIMIT_MS = 60_000;

/** `drover ls` where no daemon runs, with 200 agents in as many tabs and 10 000 entries in the journal. */
export async function startRow(): Promise<Row> {
  const fleet = new BenchFleet();
  try {
    await fleet.open();
    await spawnMany(fleet);
    await fleet.stopDaemon();
    await fillJournal(fleet);
    const took: number[] = [];
    const bare: number[] = [];
    const daemonCpu: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      took.push(wallMs(fleet, [join(installRoot(), "bin/drover.cjs"), "-L", fleet.socketName, "ls", "--json"]));
      daemonCpu.push(cpuMs(fleet.daemonPid));
      await fleet.startDaemon(); // is there already; this only finds it
      await fleet.stopDaemon();
      bare.push(wallMs(fleet, ["-e", "0"]));
    }
    const p50 = median(took);
    return {
      name: "start",
      what: `drover ls that has to start the daemon; ${AGENTS} agents, ${ENTRIES} journal entries`,
      budget: "<= 500 ms",
      // Processor time says what the machine's other work does not: walls are long where it is busy.
      measured: `p50 ${figure(p50)}, max ${figure(percentile(took, 100))} ms (daemon's processor ${figure(median(daemonCpu))} ms)`,
      baseline: `${figure(median(bare))} ms bare node`,
      within: p50 <= 500,
      values: { p50Ms: p50, maxMs: percentile(took, 100), bareMs: median(bare), daemonCpuMs: median(daemonCpu) },
    };
  } finally {
    await fleet.close();
  }
}

/** Programs that cost nothing while they wait: what is measured is the daemon. */
async function spawnMany(fleet: BenchFleet): Promise<void> {
  for (let from = 0; from < AGENTS; from += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, (_, i) => {
      const session = `bench-${Math.floor(from / 20)}`;
      const body = { provider: "shell", label: `s${from + i}`, session, cwd: fleet.folder, args: ["cat"] };
      return fleet.client.request("POST", "/v1/agents", body, { timeoutMs: SPAWN_LIMIT_MS });
    });
    await Promise.all(batch);
  }
}

/** Changes of state as they are written in a day's work. */
async function fillJournal(fleet: BenchFleet): Promise<void> {
  const store = await openLevelStore({ dir: fleet.paths.storeDir, log: silentLog, clock: systemClock });
  const agents = await store.agents();
  while (store.seq() < ENTRIES) {
    const from = store.seq();
    const entries = Array.from({ length: Math.min(500, ENTRIES - from) }, (_, i) => {
      const { id } = agents[(from + i) % agents.length]!;
      const data = { from: "working", to: "done", source: "screen", rule: "bench/ready", excerpt: "> ".repeat(40) };
      return { atMs: Date.now(), kind: "state" as const, agent: id, data, set: { state: "done" } };
    });
    await store.commit({ entries });
  }
  await store.close();
}

function wallMs(fleet: BenchFleet, args: readonly string[]): number {
  const beganMs = performance.now();
  const run = spawnSync(process.execPath, args, { env: fleet.env, encoding: "utf8", maxBuffer: 2 ** 26 });
  const tookMs = performance.now() - beganMs;
  if (run.status !== 0) throw new Error(`${args.join(" ")} ended with ${run.status}: ${run.stderr}`);
  if (args.includes("ls")) {
    const { agents } = JSON.parse(run.stdout) as AgentsJson;
    if (agents.length !== AGENTS) throw new Error(`${agents.length} agents were listed`);
    const lost = agents.filter((agent) => agent.pane === "");
    if (lost.length > 0) throw new Error(`${lost.length} agents were not found again`);
  }
  return tookMs;
}
