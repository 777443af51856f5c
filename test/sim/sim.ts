/**
 * `npm run sim`: whole fleets on simulated machines, one from each seed of each story. Stops at the first that goes wrong
 * and prints its seed and what happened; `SEED=7 npm run sim -- --story mail` plays that one again and prints everything.
 *
 *   npm run sim -- --seeds 2000 --from 1 --story fleet
 */
import { parseArgs } from "node:util";
import { play, STORIES } from "./play.js";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { seeds: text, from: text, story: text } });
const only = process.env.SEED;
const from = Number(only ?? values.from ?? 1);
const count = only === undefined ? Number(values.seeds ?? 200) : 1;
const stories = STORIES.filter(({ name }) => values.story === undefined || name === values.story);
if (stories.length === 0) {
  console.error(`there is no story "${values.story}": ${STORIES.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
for (const story of stories) {
  const beganMs = Date.now();
  const sums = { agents: 0, messages: 0, uncertain: 0, deaths: 0 };
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await play(seed, story);
    for (const what of Object.keys(sums) as (keyof typeof sums)[]) sums[what] += outcome[what];
    if (outcome.wrongs.length > 0 || only !== undefined) console.log(outcome.trace.join("\n"));
    if (outcome.wrongs.length === 0) continue;
    console.log(`\n${story.name}: seed ${seed} went wrong after ${seed - from} good ones:`);
    for (const wrong of outcome.wrongs) console.log(`  ${wrong}`);
    console.log(`\nSEED=${seed} npm run sim -- --story ${story.name} plays it again`);
    process.exit(1);
  }
  const seconds = (Date.now() - beganMs) / 1000;
  const { agents, messages, uncertain, deaths } = sums;
  console.log(
    `${story.name}: ${count} seeds, ${agents} agents, ${messages} messages (${uncertain} uncertain), ${deaths} daemons killed, in ${seconds.toFixed(1)} s (${((1000 * seconds) / count).toFixed(0)} ms a seed): all settled`,
  );
}
