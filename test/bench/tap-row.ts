/** What a raw tap costs for each agent: the same agents pouring out lines, untapped, then tapped. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchFleet } from "./fleet.js";
import { children, cpuShare, proportionalMb } from "./process-cost.js";
import { figure, pause, type Row } from "./row.js";

const TAPPED = 20;
const MEASURE_MS = 12_000;
const SETTLE_MS = 3_000;
/** No budget was given; these are what an agent that works costs untapped, and what a shell and a `dd` have of their own. */
const BUDGET_PERCENT = 0.5;
const BUDGET_MB = 2;

export async function tapRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(TAPPED);
  const agents = (await fleet.agents()).slice(0, TAPPED);
  const config = fleet.paths.configFile;
  const share = async (tapped: boolean): Promise<{ percent: number; mb: number }> => {
    await fleet.stopDaemon();
    if (tapped) writeFileSync(config, "[providers.rehearsal]\ntap = true\n");
    else rmSync(config, { force: true });
    await fleet.startDaemon();
    return fleet.whileAt("scroll", agents, async () => {
      await pause(SETTLE_MS);
      const pipes = tapped ? pipePids(fleet) : [];
      if (tapped && pipes.length < TAPPED) throw new Error(`only ${pipes.length} of ${TAPPED} agents are tapped`);
      const shares = await cpuShare([fleet.daemonPid, fleet.tmuxPid, ...pipes], () => pause(MEASURE_MS));
      const mb = pipes.reduce((sum, pid) => sum + proportionalMb(pid), 0);
      return { percent: shares.reduce((a, b) => a + b, 0), mb };
    });
  };
  try {
    const without = await share(false);
    const tapped = await share(true);
    const eachPercent = (tapped.percent - without.percent) / TAPPED;
    const eachMb = tapped.mb / TAPPED;
    return {
      name: "tap",
      what: `raw tap of an agent at 10 lines a second (of ${TAPPED}): CPU of daemon, tmux and pipes; memory of the pipe's processes`,
      budget: `<= ${BUDGET_PERCENT} % of a core, <= ${BUDGET_MB} MB each`,
      measured: `${figure(eachPercent)} % of a core, ${figure(eachMb)} MB each`,
      baseline: `${figure(without.percent / TAPPED)} % each, untapped`,
      within: eachPercent <= BUDGET_PERCENT && eachMb <= BUDGET_MB,
      values: { eachPercent, eachMb, tappedPercent: tapped.percent, untappedPercent: without.percent },
    };
  } finally {
    await fleet.stopDaemon();
    rmSync(config, { force: true });
    await fleet.startDaemon();
  }
}

/** The shells in the panes' pipes, and the `dd` of each. */
function pipePids(fleet: BenchFleet): number[] {
  const beat = readFileSync(join(fleet.paths.runtimeDir, "taps", "beat"), "utf8");
  const shells = beat.split("\n").slice(1).filter(Boolean).map(Number.parseFloat);
  return shells.flatMap((pid) => [pid, ...children(pid).filter(Boolean).map(Number)]);
}
