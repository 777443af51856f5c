/**
 * `npm run sim`: whole fleets on simulated machines, one from each seed. Stops at the first that goes wrong and prints its
 * seed and what happened; `SEED=7 npm run sim` plays that one again and prints everything.
 *
 *   npm run sim -- --seeds 2000 --from 1
 */
import { parseArgs } from "node:util";
import { play } from "./play.js";

const { values } = parseArgs({ options: { seeds: { type: "string" }, from: { type: "string" } } });
const only = process.env.SEED;
const from = Number(only ?? values.from ?? 1);
const count = only === undefined ? Number(values.seeds ?? 200) : 1;
const beganMs = Date.now();
let deaths = 0;
let agents = 0;
for (let seed = from; seed < from + count; seed++) {
  const outcome = await play(seed);
  deaths += outcome.deaths;
  agents += outcome.agents;
  if (outcome.wrongs.length > 0 || only !== undefined) console.log(outcome.trace.join("\n"));
  if (outcome.wrongs.length === 0) continue;
  console.log(`\nseed ${seed} went wrong after ${seed - from} good ones:`);
  for (const wrong of outcome.wrongs) console.log(`  ${wrong}`);
  console.log(`\nSEED=${seed} npm run sim plays it again`);
  process.exit(1);
}
const seconds = (Date.now() - beganMs) / 1000;
console.log(
  `${count} seeds, ${agents} agents, ${deaths} daemons killed, in ${seconds.toFixed(1)} s (${((1000 * seconds) / count).toFixed(0)} ms a seed): all settled`,
);
