/** The dashboard on a terminal: how soon it is there, how soon it answers a key, and what it costs. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installRoot } from "#faces/kit/install-root.js";
import type { BenchFleet } from "./fleet.js";
import { cpuMs } from "./process-cost.js";
import { figure, median, pause, percentile, type Row } from "./row.js";
import { TestTerminal } from "./terminal.js";

const drover = () => join(installRoot(), "bin/drover.cjs");

function openDashboard(fleet: BenchFleet): TestTerminal {
  return new TestTerminal([process.execPath, drover(), "-L", fleet.socketName], fleet.env);
}

/** Calls `measure` while a dashboard is open that has shown the fleet. */
export async function withDashboard<T>(fleet: BenchFleet, measure: (terminal: TestTerminal) => Promise<T>): Promise<T> {
  const terminal = openDashboard(fleet);
  try {
    await terminal.shows("agent-000");
    return await measure(terminal);
  } finally {
    await terminal.close();
  }
}

const OPENINGS = 12;

export async function firstFrameRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(100);
  const opened: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    const beganMs = performance.now();
    spawnSync(process.execPath, ["-e", "0"], { env: fleet.env });
    bare.push(performance.now() - beganMs);
    const terminal = openDashboard(fleet);
    try {
      await terminal.started;
      opened.push(await terminal.shows("agent-000"));
    } finally {
      await terminal.close();
    }
  }
  const ratio = median(opened) / median(bare);
  return {
    name: "first-frame",
    what: "dashboard to its first full frame; 100 agents, 120x40",
    budget: "<= 3x bare node",
    measured: `${figure(ratio)}x (${figure(median(opened))} ms)`,
    baseline: `${figure(median(bare))} ms`,
    within: ratio <= 3,
    values: { ratio, openedMs: median(opened), bareMs: median(bare) },
  };
}

const KEYS = 120;

/** Down and up between two agents that both scroll, so that the preview always does. */
export async function keyRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(20);
  const scrolling = (await fleet.agents()).filter((agent) => /^agent-00[01]$/.test(agent.label));
  const took: number[] = [];
  await fleet.whileAt("scroll", scrolling, () =>
    withDashboard(fleet, async (terminal) => {
      await pause(1_500);
      for (let i = 0; i < KEYS; i++) {
        const down = i % 2 === 0;
        const painted = terminal.shows(down ? "agent-001" : "agent-000", 2_000);
        terminal.type(down ? "j" : "k");
        took.push(await painted);
        await pause(20 + (i % 7) * 11);
      }
    }),
  );
  const [p50, p99] = [percentile(took, 50), percentile(took, 99)];
  return {
    name: "key",
    what: "key to paint while the pane in view scrolls",
    budget: "p99 <= 16 ms",
    measured: `p50 ${figure(p50)}, p99 ${figure(p99)} ms`,
    baseline: "",
    within: p99 <= 16,
    values: { p50Ms: p50, p99Ms: p99, keys: KEYS },
  };
}

const STILL_MS = 15_000;
/** V8 itself collects once, some 15 s after a program fell quiet (25 ms); that is neither ours nor repeated. */
const QUIET_MS = 20_000;

export async function stillRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(20);
  await fleet.settled();
  const used = await withDashboard(fleet, async (terminal) => {
    await pause(QUIET_MS);
    const before = cpuMs(terminal.pid);
    await pause(STILL_MS);
    return cpuMs(terminal.pid) - before;
  });
  const share = (used / STILL_MS) * 100;
  return {
    name: "still",
    what: "dashboard CPU when nothing changes",
    budget: "0",
    measured: `${figure(used)} ms in ${STILL_MS / 1000} s (${figure(share)} % of a core)`,
    baseline: "",
    // A wake-up for a ping of the event stream is not nothing to /proc, but it is to everyone else.
    within: share < 0.05,
    values: { usedMs: used, overMs: STILL_MS, percent: share },
  };
}

const SPIN_MS = 10_000;

export async function spinnerRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(20);
  const spinning = (await fleet.agents()).filter((agent) => agent.label === "agent-000");
  let bytes = 0;
  let frames = 0;
  await fleet.whileAt("spin", spinning, () =>
    withDashboard(fleet, async (terminal) => {
      await pause(2_500);
      const stop = terminal.listen((chunk) => {
        bytes += chunk.length;
        frames += chunk.split("\x1b[?2026h").length - 1;
      });
      await pause(SPIN_MS);
      stop();
    }),
  );
  const each = bytes / frames;
  return {
    name: "spinner",
    what: "bytes to the terminal for a spinner, 120x40",
    budget: "<= 150 B a frame",
    measured: `${figure(each)} B a frame (${figure((frames / SPIN_MS) * 1000)} frames/s)`,
    baseline: "",
    within: each <= 150,
    values: { bytesPerFrame: each, frames, bytes },
  };
}

const LISTINGS = 20;

export async function lsRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(100);
  const wall = (args: string[]) => {
    const beganMs = performance.now();
    const run = spawnSync(process.execPath, args, { env: fleet.env, stdio: ["ignore", "pipe", "pipe"] });
    if (run.status !== 0) throw new Error(`${args.join(" ")} ended with ${run.status}: ${run.stderr}`);
    return performance.now() - beganMs;
  };
  const ls: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < LISTINGS; i++) {
    bare.push(wall(["-e", "0"]));
    ls.push(wall([drover(), "-L", fleet.socketName, "ls"]));
  }
  const ratio = median(ls) / median(bare);
  return {
    name: "ls",
    what: "drover ls, 100 agents, wall time",
    budget: "<= 2x bare node",
    measured: `${figure(ratio)}x (${figure(median(ls))} ms)`,
    baseline: `${figure(median(bare))} ms`,
    within: ratio <= 2,
    values: { ratio, lsMs: median(ls), bareMs: median(bare) },
  };
}
