/**
 * `npm run storm -- --kills 200`: the daemon killed so many times in the middle of a storm, then everything counted.
 * Exits 1 unless nothing is wrong; prints then what happened to those it concerns, and with `--trace` everything.
 *
 *   npm run storm -- --kills 200 --seed 7 --minutes 5
 */
import { despiteCrashes } from "../crash/own-tmux.js";
import { amount, argsOf, count, flag } from "../kit/script.js";
import { KINDS } from "./checker.js";
import { storm } from "./storm.js";

const { given } = argsOf({
  run: "npm run storm",
  does: "Kills the daemon in the middle of a storm of wishes, on a real tmux, then counts everything.",
  options: {
    kills: count(200, "how often it is killed"),
    minutes: amount(10, "how long it may take"),
    seed: count(null, "of the chances; another one each time where it is not said"),
    trace: flag("everything that happened, not only of what went wrong"),
  },
});
const seed = given.seed ?? Date.now() % 100_000;
const outcome = await despiteCrashes(() => storm(seed, given.kills, given.minutes * 60_000));
if (given.trace) console.log(outcome.trace.join("\n"));
const row = (what: string, count: number): void => console.log(`${what.padEnd(24)}${String(count).padStart(6)}`);
row("daemons killed", outcome.kills);
for (const [what, count] of [...outcome.asked].sort()) row(what, count);
row("agents alive", outcome.alive);
row("births never answered", outcome.unborn);
console.log();
for (const kind of KINDS) row(kind, outcome.wrongs.filter((wrong) => wrong.kind === kind).length);
for (const { kind, what } of outcome.wrongs) console.log(`\n${kind}: ${what}${history(what)}`);
console.log(`\nseed ${seed}, ${outcome.seconds.toFixed(0)} s`);
process.exitCode = outcome.wrongs.length === 0 ? 0 : 1;

/** What was said of the agents and panes that are named in it. */
function history(what: string): string {
  const names = what.match(/\b01[0-9A-Z]{24}\b|%\d+\b/g) ?? [];
  const lines = outcome.trace.filter((line) => names.some((name) => line.split(/[\s:]/).includes(name)));
  return lines.map((line) => `\n    ${line}`).join("");
}
