/**
 * `npm run sim`: whole fleets on simulated machines, one from each seed of each story, on as many cores as there are. Stops
 * at the first that goes wrong and prints its seed and what happened; `SEED=7 npm run sim -- --story mail` plays that one
 * again and prints everything.
 *
 *   npm run sim -- --seeds 2000 --from 1 --story fleet --workers 2
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Outcome, play, STORIES, type Sums, sumsOf } from "./play.js";

/** What one worker came to: all good so far, or the first seed that was not. */
type Told = { readonly sums: Sums } | { readonly seed: number; readonly outcome: Outcome };

/** Every so many seeds from its own first one. */
interface Share {
  readonly story: string;
  readonly from: number;
  readonly until: number;
  readonly step: number;
}

const SHARE = "DROVER_SIM_SHARE";
const given = process.env[SHARE];

if (given === undefined) await main();
else await playShare(JSON.parse(given), false).then((told) => process.send?.(told, () => process.disconnect()));

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { seeds: text, from: text, story: text, workers: text } });
  const only = process.env.SEED;
  const from = Number(only ?? values.from ?? 1);
  const count = only === undefined ? Number(values.seeds ?? 200) : 1;
  const workers = Math.min(count, Number(values.workers ?? availableParallelism()));
  const stories = STORIES.filter(({ name }) => values.story === undefined || name === values.story);
  if (stories.length === 0) {
    console.error(`there is no story "${values.story}": ${STORIES.map(({ name }) => name).join(", ")}`);
    process.exit(2);
  }
  for (const { name } of stories) {
    const beganMs = Date.now();
    const told = await all(name, from, count, workers, only !== undefined);
    const wrong = told.flatMap((one) => ("seed" in one ? [one] : [])).sort((a, b) => a.seed - b.seed)[0];
    if (wrong !== undefined) {
      console.log(wrong.outcome.trace.join("\n"));
      console.log(`\n${name}: seed ${wrong.seed} went wrong after ${wrong.seed - from} good ones:`);
      for (const what of wrong.outcome.wrongs) console.log(`  ${what}`);
      console.log(`\nSEED=${wrong.seed} npm run sim -- --story ${name} plays it again`);
      process.exit(1);
    }
    const seconds = (Date.now() - beganMs) / 1000;
    const sum = (what: keyof Sums): number => {
      return told.reduce((total, one) => total + ("sums" in one ? one.sums[what] : 0), 0);
    };
    const mail = `${sum("messages")} messages (${sum("uncertain")} uncertain)`;
    const carried = `${sum("completions")} completions (${sum("handed")} handed over, ${sum("redelivered")} of them again)`;
    console.log(
      `${name}: ${count} seeds, ${sum("agents")} agents, ${mail}, ${carried}, ${sum("deaths")} daemons killed, in ${seconds.toFixed(1)} s (${((1000 * seconds) / count).toFixed(0)} ms a seed): all settled`,
    );
  }
}

/** Shares the seeds out, each worker every so many of them, so that the first that goes wrong is found soon. */
async function all(story: string, from: number, count: number, workers: number, aloud: boolean): Promise<Told[]> {
  const share = (n: number): Share => ({ story, from: from + n, until: from + count, step: workers });
  if (workers <= 1) return [await playShare(share(0), aloud)];
  const shares = Array.from({ length: workers }, (_, n) => share(n));
  return Promise.all(
    shares.map(
      (one) =>
        new Promise<Told>((resolve, reject) => {
          const env = { ...process.env, [SHARE]: JSON.stringify(one) };
          const worker = fork(fileURLToPath(import.meta.url), { env });
          worker.once("message", (told) => resolve(told as Told));
          worker.once("exit", (code) => reject(new Error(`a worker ended with ${code}`)));
        }),
    ),
  );
}

async function playShare({ story: name, from, until, step }: Share, aloud: boolean): Promise<Told> {
  const story = STORIES.find((one) => one.name === name);
  if (story === undefined) throw new Error(`there is no story "${name}"`);
  const outcomes: Outcome[] = [];
  for (let seed = from; seed < until; seed += step) {
    const outcome = await play(seed, story);
    if (outcome.wrongs.length > 0) return { seed, outcome };
    if (aloud) console.log(outcome.trace.join("\n"));
    outcomes.push({ ...outcome, trace: [] });
  }
  return { sums: sumsOf(outcomes) };
}
