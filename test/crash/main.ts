/**
 * `npm run crash`: kills the daemon at every named step of a delivery, a handing over and a removal, and at any moment while
 * agents write to one another, and counts by the agents' own transcripts what was lost and what was given twice. Several
 * lanes run side by side, each with a tmux server and a home of its own. The exit status is 1 where anything was lost or
 * doubled, where a step was not passed, or where more than 0.2 % is uncertain.
 *
 *   npm run crash -- --kills 20 --random 1000 --agents 20 --lanes 4
 *   npm run crash -- --kills 5 --random 0 --points pasted,entered
 */
import { parseArgs } from "node:util";
import { atRandom, atStep, endAll, HEAD, line, type Row } from "./crash.js";
import { POINTS } from "./points.js";

const UNCERTAIN_LIMIT = 0.002;

const text = (value: string) => ({ type: "string", default: value }) as const;
const { values } = parseArgs({
  options: {
    kills: text("20"),
    random: text("100"),
    agents: text("8"),
    lanes: text("3"),
    points: { type: "string" },
  },
});
const [kills, random, agents, lanes] = [values.kills, values.random, values.agents, values.lanes].map(Number) as [
  number,
  number,
  number,
  number,
];
const points = values.points?.split(",") ?? (kills > 0 ? POINTS : []);
const unknown = points.find((point) => !POINTS.includes(point));
if (unknown !== undefined) {
  console.error(`there is no step "${unknown}": ${POINTS.join(", ")}`);
  process.exit(2);
}

const beganMs = Date.now();
const rows: Row[] = [];
const broken: string[] = [];
// The longest first: two lanes for the random kills, and the steps that wait for a lease.
const halves = random >= 100 && lanes > 1 ? [Math.ceil(random / 2), Math.floor(random / 2)] : [random];
const jobs: { readonly what: string; run(): Promise<Row> }[] = [
  ...halves.filter((n) => n > 0).map((n) => ({ what: "any moment", run: () => atRandom(n, agents) })),
  ...[...points]
    .sort((a, b) => Number(b.startsWith("return")) - Number(a.startsWith("return")))
    .map((point) => ({ what: point, run: () => atStep(point, kills) })),
];

async function lane(): Promise<void> {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    try {
      const row = await job.run();
      rows.push(row);
      console.log(line(row));
      for (const lost of row.lost) console.log(`  lost: ${lost}`);
      for (const doubled of row.doubled) console.log(`  doubled: ${doubled}`);
      for (const why of row.why) console.log(`  ${why}`);
      if (row.kills === 0) broken.push(`${job.what} was never passed`);
    } catch (error) {
      broken.push(`${job.what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(1)));
}
console.log(HEAD);
await Promise.all(Array.from({ length: lanes }, lane));
const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
const [sent, lost, doubled] = [sum((r) => r.sent), sum((r) => r.lost.length), sum((r) => r.doubled.length)];
const uncertain = sum((row) => row.uncertain);
for (const why of broken) console.log(`BROKEN ${why}`);
console.log(
  `\nlost ${lost}, doubled ${doubled}, uncertain ${uncertain} (${((100 * uncertain) / Math.max(1, sent)).toFixed(2)} %) of ${sent} sent, ${sum((row) => row.kills)} kills, ${Math.round((Date.now() - beganMs) / 1000)} s`,
);
process.exitCode = lost + doubled + broken.length > 0 || uncertain > UNCERTAIN_LIMIT * sent ? 1 : 0;
