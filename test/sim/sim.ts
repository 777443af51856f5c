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
import { argsOf, count, oneOf } from "../kit/script.js";
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
  const { given } = argsOf({
    run: "npm run sim",
    does:
      "Plays whole fleets on simulated machines, one from each seed, and stops at the first that goes wrong.\n" +
      "SEED=7 npm run sim plays that one alone and prints all that happens.",
    options: {
      seeds: count(200, "how many seeds of each story"),
      from: count(1, "the first seed"),
      story: oneOf(
        "STORY",
        STORIES.map(({ name }) => name),
        "only this one",
      ),
      workers: count(availableParallelism(), "how many at once"),
    },
  });
  const only = process.env.SEED;
  const from = Number(only ?? given.from);
  const seeds = only === undefined ? given.seeds : 1;
  const workers = Math.min(seeds, given.workers);
  const stories = STORIES.filter(({ name }) => given.story === null || name === given.story);
  for (const { name } of stories) {
    const beganMs = Date.now();
    const told = await all(name, from, seeds, workers, only !== undefined);
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
      `${name}: ${seeds} seeds, ${sum("agents")} agents, ${mail}, ${carried}, ${sum("deaths")} daemons killed, in ${seconds.toFixed(1)} s (${((1000 * seconds) / seeds).toFixed(0)} ms a seed): all settled`,
    );
  }
}

/** Shares the seeds out, each worker every so many of them, so that the first that goes wrong is found soon. */
async function all(story: string, from: number, seeds: number, workers: number, aloud: boolean): Promise<Told[]> {
  const share = (n: number): Share => ({ story, from: from + n, until: from + seeds, step: workers });
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
