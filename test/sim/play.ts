/** Plays one seed of a story: a while of accidents, then quiet, then judgement. */
import { familyStory } from "./family-story.js";
import { mailStory } from "./mail-story.js";
import { fleetStory, furnish, happen, type Story } from "./story.js";
import { World } from "./world.js";

export interface Outcome {
  readonly wrongs: readonly string[];
  readonly trace: readonly string[];
  /** What happened, to see that something did. */
  readonly deaths: number;
  readonly agents: number;
  readonly messages: number;
  readonly uncertain: number;
  readonly completions: number;
  readonly handed: number;
  readonly redelivered: number;
}

export type Sums = Record<Exclude<keyof Outcome, "wrongs" | "trace">, number>;

/** What happened in all of them. */
export function sumsOf(outcomes: readonly Outcome[]): Sums {
  const sums: Sums = { deaths: 0, agents: 0, messages: 0, uncertain: 0, completions: 0, handed: 0, redelivered: 0 };
  for (const outcome of outcomes) for (const what of Object.keys(sums) as (keyof Sums)[]) sums[what] += outcome[what];
  return sums;
}

export const STORIES: readonly Story[] = [fleetStory, mailStory, familyStory];

const MOVES = 60;
/** Longer than a lease. */
const LULL_MS = 40_000;
/** Long enough for the brake, the grace of a stop, and a few more looks. */
const SETTLE_MS = 25_000;
/** Longer than a message takes from its claim to its end. */
const UNDER_WAY_MS = 10_000;
const UNDER_WAY: ReadonlySet<string> = new Set(["claimed", "typed", "submitted"]);

export async function play(seed: number, story: Story): Promise<Outcome> {
  const world = new World(seed, story);
  const { chance, clock, checker, mail, family } = world;
  furnish(world);
  world.daemon();
  await clock.advanceAsync(200);
  for (let move = 0; move < MOVES && checker.wrongs.length === 0; move++) {
    happen(world);
    if (story.lulls !== undefined && chance.flip(story.lulls)) await clock.advanceAsync(chance.below(LULL_MS));
    await clock.advanceAsync(chance.flip(0.3) ? chance.below(20) : chance.below(1_200));
  }
  world.say("faults stop");
  world.faulty = false;
  await clock.advanceAsync(10_000);
  if (world.machine.sessions().length === 0) furnish(world);
  world.daemon();
  await clock.advanceAsync(SETTLE_MS);
  await story.tidies?.(world);
  // A turn that ended just now is being told just now.
  const isUnderWay = () => [...mail.letters.values()].some(({ state }) => UNDER_WAY.has(state));
  for (let waited = 0; waited < UNDER_WAY_MS && isUnderWay(); waited += 500) await clock.advanceAsync(500);
  if (checker.wrongs.length === 0) await checker.settled();
  if (checker.wrongs.length === 0) await mail.settled();
  if (checker.wrongs.length === 0) family.settled();
  const agents = (await world.kept.agents()).length;
  world.life?.die("at the end");
  const letters = [...mail.letters.values()];
  return {
    wrongs: checker.wrongs,
    trace: world.trace,
    deaths: world.deaths,
    agents,
    messages: letters.length,
    completions: family.entries.size,
    handed: family.handed,
    redelivered: family.redelivered,
    uncertain: letters.filter(({ state }) => state === "uncertain").length,
  };
}
