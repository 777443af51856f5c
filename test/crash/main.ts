/**
 * `npm run crash`: kills the daemon at every named step of a delivery, a handing over and a removal, and at any moment while
 * agents write to one another, and counts by the agents' own transcripts what was lost and what was given twice. Several
 * lanes run side by side; each step, and each fifty of the random kills, has a tmux server and a home of its own. The exit
 * status is 1 where anything was lost or doubled, where a step was not passed, or where more than 0.2 % is uncertain.
 *
 * Where tmux itself crashes, its agents are gone and nothing that was seen counts: that round is done anew, which the last
 * lines say. More than a few such, and the run has failed.
 *
 *   npm run crash -- --kills 20 --random 1000 --agents 20 --lanes 4
 *   npm run crash -- --kills 5 --random 0 --points pasted,entered,door:handing
 */
import { argsOf, count, someOf } from "../kit/script.js";
import { atRandom, atStep, endAll, HEAD, line, type Row, summed } from "./crash.js";
import { TmuxCrashed } from "./own-tmux.js";
import { POINTS } from "./points.js";

const UNCERTAIN_LIMIT = 0.002;
/** Random kills of one fleet. */
const ROUND = 50;
/** Rounds of which so many may be done anew: 3 of 20. At least one. */
const ANEW_SHARE = 0.15;
const TELL_EVERY_MS = 30_000;

const { given } = argsOf({
  run: "npm run crash",
  does: "Kills the daemon at every step of a delivery, and at any moment, and counts what was lost and what came twice.",
  options: {
    kills: count(20, "how often at each step"),
    random: count(100, "how often at any moment"),
    agents: count(8, "that write to one another"),
    lanes: count(3, "how many rounds at once"),
    points: someOf("STEP", POINTS, "only at these steps"),
  },
});
const { kills, random, agents, lanes } = given;
const points = given.points ?? (kills > 0 ? POINTS : []);

interface Job {
  readonly what: string;
  readonly isRandom: boolean;
  run(told: () => void): Promise<Row>;
}

const beganMs = Date.now();
const rows: { readonly row: Row; readonly job: Job }[] = [];
const broken: string[] = [];
const crashes: NodeJS.Signals[] = [];
const rounds = Math.ceil(random / ROUND);
// The longest first: rounds of random kills, and the steps that wait for a lease.
const jobs: Job[] = [
  ...Array.from({ length: rounds }, (_, n) => {
    const share = Math.floor(((n + 1) * random) / rounds) - Math.floor((n * random) / rounds);
    return {
      what: `round ${n + 1} of ${rounds}`,
      isRandom: true,
      run: (told: () => void) => atRandom(share, agents, told),
    };
  }),
  ...[...points]
    .sort((a, b) => Number(b.startsWith("return")) - Number(a.startsWith("return")))
    .map((point) => ({ what: point, isRandom: false, run: (told: () => void) => atStep(point, kills, told) })),
];
const anewLimit = Math.max(1, Math.floor(jobs.length * ANEW_SHARE));
const done = { random: 0, steps: 0 };

async function lane(): Promise<void> {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const { what, isRandom } = job;
    const kind = isRandom ? "random" : "steps";
    let here = 0;
    try {
      const row = await job.run(() => {
        here++;
        done[kind]++;
      });
      rows.push({ row, job });
      console.log(line({ ...row, what }));
      for (const lost of row.lost) console.log(`  lost: ${lost}`);
      for (const doubled of row.doubled) console.log(`  doubled: ${doubled}`);
      for (const why of row.why) console.log(`  ${why}`);
      if (row.kills === 0) broken.push(`${what} was never passed`);
    } catch (error) {
      done[kind] -= here;
      if (!(error instanceof TmuxCrashed)) broken.push(`${what}: ${error instanceof Error ? error.message : error}`);
      else {
        crashes.push(error.signal);
        console.log(`${what.padEnd(26)}  ${error.message}, ${here} kills do not count`);
        if (crashes.length <= anewLimit) jobs.unshift(job);
        else broken.push(`${what}: tmux itself ended too often`);
      }
    }
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(1)));
}
const seconds = (): number => Math.round((Date.now() - beganMs) / 1000);
const telling = setInterval(() => {
  const wanted = points.length * kills;
  console.error(
    `  after ${seconds()} s: ${done.random} of ${random} random kills, ${done.steps} of ${wanted} at steps`,
  );
}, TELL_EVERY_MS);
console.log(HEAD);
await Promise.all(Array.from({ length: lanes }, lane));
clearInterval(telling);

const all = rows.map(({ row }) => row);
const { lost, doubled, uncertain, sent, kills: killed } = summed("", all);
if (rounds > 0) {
  const some = rows.flatMap(({ row, job }) => (job.isRandom ? [row] : []));
  console.log(`\n${HEAD}\n${line(summed(`any moment, ${agents} agents`, some))}`);
  console.log(
    line(
      summed(
        `${points.length} steps`,
        all.filter((row) => !some.includes(row)),
      ),
    ),
  );
}
for (const why of broken) console.log(`BROKEN ${why}`);
if (crashes.length > 0) {
  const times = crashes.length === 1 ? "once" : `${crashes.length} times`;
  const anew = Math.min(crashes.length, anewLimit);
  console.log(
    `\ntmux itself ended ${times} (${[...new Set(crashes)].join(", ")}), ${anew} round${anew === 1 ? "" : "s"} done anew; ${anewLimit} may be`,
  );
}
console.log(
  `\nlost ${lost.length}, doubled ${doubled.length}, uncertain ${uncertain} (${((100 * uncertain) / Math.max(1, sent)).toFixed(2)} %) of ${sent} sent, ${killed} kills, ${seconds()} s`,
);
process.exitCode = lost.length + doubled.length + broken.length > 0 || uncertain > UNCERTAIN_LIMIT * sent ? 1 : 0;
