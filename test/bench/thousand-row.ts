/** A listing of a thousand tabs, over the connection the daemon has, and whether looking slows down for it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "#host/clock.js";
import { Emulator } from "#host/emulator.js";
import { TmuxServer } from "#tmux/server.js";
import { figure, median, pause, percentile, type Row } from "./row.js";

const TABS = 1000;
const LISTINGS = 30;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export async function thousandRow(): Promise<Row> {
  const folder = mkdtempSync("/tmp/drover-bench-");
  const name = `drover-bench-${process.pid}-tabs`;
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(DROVER_|TMUX)/.test(key)));
  const tmux = (...args: string[]) =>
    execFileSync("tmux", ["-u", "-L", name, "-f", "/dev/null", ...args], { env, encoding: "utf8" });
  const tmuxArgs = { socketName: name, configFile: "/dev/null" };
  const server = new TmuxServer({ tmuxArgs, env, clock: systemClock, log: silent, emulator: new Emulator() });
  try {
    tmux("new-session", "-d", "-s", "many", "-x", "120", "-y", "40", "cat");
    const more = Array.from({ length: TABS - 1 }, () => "new-window -d -t =many: cat").join("\n");
    writeFileSync(join(folder, "tabs.conf"), `${more}\n`);
    tmux("source-file", join(folder, "tabs.conf"));
    await server.start({ sighting() {}, still() {}, connection() {} });
    server.interest({ panes: new Set(), focused: new Set(), lively: true });
    const took: number[] = [];
    let seen = 0;
    for (let i = 0; i < LISTINGS; i++) {
      const beganMs = performance.now();
      const sighting = await server.sight();
      took.push(performance.now() - beganMs);
      seen = "panes" in sighting ? sighting.panes.length : 0;
    }
    if (seen < TABS) throw new Error(`only ${seen} of ${TABS} tabs were listed`);
    await pause(4_000);
    const { costMs, intervalMs } = server.pace;
    const [p50, worst] = [median(took), percentile(took, 100)];
    const share = (costMs / intervalMs) * 100;
    return {
      name: "thousand",
      what: `list of ${TABS} tabs, one command; a tick then costs and waits`,
      budget: "<= 100 ms, and the tick adapts",
      measured: `p50 ${figure(p50)}, max ${figure(worst)} ms; ${figure(costMs)} ms every ${figure(intervalMs)} ms`,
      baseline: "",
      within: p50 <= 100 && share <= 5.1,
      values: { p50Ms: p50, maxMs: worst, tickCostMs: costMs, tickEveryMs: intervalMs, sharePercent: share },
    };
  } finally {
    await server.close();
    tmux("kill-server");
    rmSync(folder, { recursive: true, force: true });
  }
}
