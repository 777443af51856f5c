/**
 * `npm run bench`: every budget of the project, measured on real tmux with the rehearsal agent, each beside its limit.
 * Prints one table and writes bench.json. Nothing here passes or fails: a row over its budget is shown as such.
 *
 *   node dist/test/bench/bench.js                     everything, at most eight minutes
 *   node dist/test/bench/bench.js --rows idle,ls      these rows
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { argsOf, someOf } from "../kit/script.js";
import { firstFrameRow, keyRow, lsRow, spinnerRow, stillRow } from "./dashboard-rows.js";
import { BenchFleet } from "./fleet.js";
import { followedRow } from "./followed-row.js";
import { historyRow } from "./history-row.js";
import { hookScriptRow } from "./hook-row.js";
import { hookRow, textRow } from "./latency-rows.js";
import { idleRow, memoryRow, workRow } from "./load-rows.js";
import { commitRow, queueRow, wakeRow } from "./mail-rows.js";
import { readerRow } from "./reader-row.js";
import { readingRow } from "./reading-row.js";
import { reconcileRow } from "./reconcile-row.js";
import { figure, type Row, table } from "./row.js";
import { startRow } from "./start-row.js";
import { tapRow } from "./tap-row.js";
import { thousandRow } from "./thousand-row.js";

const TOTAL_LIMIT_MS = 480_000;

/** In the order they are run: memory needs a daemon that has seen little, idle one that has seen no dashboard. */
const OF_A_FLEET: Readonly<Record<string, (fleet: BenchFleet) => Promise<Row>>> = {
  memory: memoryRow,
  idle: idleRow,
  ls: lsRow,
  "first-frame": firstFrameRow,
  hook: hookRow,
  "hook-script": hookScriptRow,
  still: stillRow,
  spinner: spinnerRow,
  key: keyRow,
  work: workRow,
  text: textRow,
  tap: tapRow,
};
const ALONE: Readonly<Record<string, () => Promise<Row> | Row>> = {
  reconcile: reconcileRow,
  reader: readerRow,
  reading: readingRow,
  thousand: thousandRow,
  history: historyRow,
  followed: followedRow,
  start: startRow,
  commit: commitRow,
  queue: queueRow,
  wake: wakeRow,
};
const NAMES = [...Object.keys(OF_A_FLEET), ...Object.keys(ALONE)];

const { given } = argsOf({
  run: "npm run bench",
  does: "Measures every budget of the project on a real tmux, at most eight minutes, and writes bench.json.",
  options: { rows: someOf("ROW", NAMES, "only these") },
});
const wanted = given.rows ?? NAMES;

if (process.platform !== "linux") {
  console.error("the bench reads /proc and runs on Linux only");
  process.exit(2);
}

const beganMs = Date.now();
const loadBefore = loadavg()[0]!;
const rows: Row[] = [];
const failed: string[] = [];
let fleet: BenchFleet | null = null;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => void fleet?.close().finally(() => process.exit(1)));
}

async function measure(name: string, row: () => Promise<Row> | Row): Promise<void> {
  if (Date.now() - beganMs > TOTAL_LIMIT_MS) {
    failed.push(`${name}: left out, the time is up`);
    return;
  }
  process.stderr.write(`${Math.round((Date.now() - beganMs) / 1000)} s  ${name}\n`);
  try {
    rows.push(await row());
  } catch (error) {
    failed.push(`${name}: ${(error as Error).message}`);
  }
}

try {
  for (const [name, row] of Object.entries(OF_A_FLEET)) {
    if (!wanted.includes(name)) continue;
    if (fleet === null) {
      fleet = new BenchFleet();
      await fleet.open();
    }
    const opened = fleet;
    await measure(name, () => row(opened));
  }
} finally {
  await fleet?.close();
}
for (const [name, row] of Object.entries(ALONE)) if (wanted.includes(name)) await measure(name, row);

const seconds = Math.round((Date.now() - beganMs) / 1000);
const machine = {
  node: process.version,
  cores: cpus().length,
  processor: cpus()[0]?.model.trim() ?? "",
  // What else the machine did: well over the number of cores, and latencies and ratios say little.
  loadBefore,
  loadAfter: loadavg()[0]!,
};
console.log(table(rows));
for (const line of failed) console.log(`not measured: ${line}`);
console.log(
  `\n${machine.node}, ${machine.cores} cores (${machine.processor}), load ${figure(loadBefore)} before and ${figure(machine.loadAfter)} after, ${seconds} s; written to bench.json`,
);
writeFileSync("bench.json", `${JSON.stringify({ at: new Date().toISOString(), machine, rows, failed }, null, 2)}\n`);
