/** The last response out of a history of 50 000 rows: one that fills it, and a short one at its end. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PaneId } from "#core/model.js";
import { shapes } from "#core/output/shapes.js";
import { screenResponse } from "#daemon/output.js";
import { systemClock } from "#host/clock.js";
import { Emulator } from "#host/emulator.js";
import { TmuxServer } from "#tmux/server.js";
import { until } from "../kit/t.js";
import { figure, median, type Row } from "./row.js";

const ROWS = 50_000;
const ROUNDS = 7;
const BUDGET_MS = 150;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** As Claude Code shows it on the main screen. */
function transcript(longFirst: boolean): string {
  const grey = (text: string) => `\x1b[38;5;246m${text}\x1b[39m`;
  const turn = (lines: readonly string[]) => [
    `\x1b[48;5;237m${grey("❯ ")}show me\x1b[49m`,
    "",
    ...lines.map((line, n) => (n === 0 ? `\x1b[38;5;231m●\x1b[39m ${line}` : `  ${line}`)),
    "",
    `${grey("✻ Baked for 4s · done 8:53 AM")}`,
    "",
  ];
  const many = Array.from({ length: ROWS - 20 }, (_, n) => `row ${n + 1} of a listing that takes \x1b[36mroom\x1b[39m`);
  const turns = longFirst ? [...turn(many), ...turn(["Short."])] : turn(many);
  const rule = grey("─".repeat(119));
  return [...turns, rule, "❯\u00a0", rule, `  ${grey("? for shortcuts")}`].join("\r\n");
}

export async function historyRow(): Promise<Row> {
  const folder = mkdtempSync("/tmp/drover-bench-");
  const name = `drover-bench-${process.pid}-history`;
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(DROVER_|TMUX)/.test(key)));
  const tmux = (...args: string[]) =>
    execFileSync("tmux", ["-u", "-L", name, "-f", "/dev/null", ...args], { env, encoding: "utf8" }).trim();
  const tmuxArgs = { socketName: name, configFile: "/dev/null" };
  const server = new TmuxServer({ tmuxArgs, env, clock: systemClock, log: silent, emulator: new Emulator() });
  try {
    tmux("new-session", "-d", "-s", "long", "-x", "120", "-y", "40", "cat");
    tmux("set-option", "-g", "history-limit", "60000");
    const panes = [false, true].map((longFirst) => {
      const file = join(folder, String(longFirst));
      writeFileSync(file, transcript(longFirst));
      return tmux("new-window", "-d", "-P", "-F", "#{pane_id}", "-t", "=long:", `cat ${file}; exec cat`) as PaneId;
    });
    await server.start({ sighting() {}, still() {}, connection() {} });
    const took: number[][] = [];
    const ours: number[] = [];
    for (const [n, pane] of panes.entries()) {
      await until("the history is there", async () => {
        const { rows } = await server.capture(pane);
        return rows.some((row) => row.text.includes("? for shortcuts"));
      });
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const beganMs = performance.now();
        const before = process.cpuUsage();
        const { kind, lines } = await screenResponse(
          server,
          pane,
          shapes.get("claude")!,
          { turn: 1, underWay: false },
          null,
        );
        times.push(performance.now() - beganMs);
        const { user, system } = process.cpuUsage(before);
        if (n === 0) ours.push((user + system) / 1000);
        const expected = n === 0 ? ROWS - 20 : 1;
        if (kind !== "complete" || lines !== expected) throw new Error(`the response is ${kind}, ${lines} lines`);
      }
      took.push(times);
    }
    const [whole, short] = took.map(median) as [number, number];
    return {
      name: "history",
      what: `last response out of ${ROWS} rows of history`,
      budget: `<= ${BUDGET_MS} ms`,
      measured: `${figure(whole)} ms where it fills them (${figure(median(ours))} of them ours), ${figure(short)} ms at their end`,
      baseline: "",
      within: whole <= BUDGET_MS,
      values: { wholeMs: whole, shortMs: short, wholeProcessorMs: median(ours) },
    };
  } finally {
    await server.close();
    tmux("kill-server");
    rmSync(folder, { recursive: true, force: true });
  }
}
