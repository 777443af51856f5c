/** Plays one seed: a while of accidents, then quiet, then judgement. */
import { furnish, happen } from "./story.js";
import { World } from "./world.js";

export interface Outcome {
  readonly wrongs: readonly string[];
  readonly trace: readonly string[];
  /** What happened, to see that something did. */
  readonly moves: number;
  readonly deaths: number;
  readonly agents: number;
}

const MOVES = 60;
/** Long enough for the brake, the grace of a stop, and a few more looks. */
const SETTLE_MS = 25_000;

export async function play(seed: number): Promise<Outcome> {
  const world = new World(seed);
  const { chance, clock, checker } = world;
  furnish(world);
  world.daemon();
  await clock.advanceAsync(200);
  for (let move = 0; move < MOVES && checker.wrongs.length === 0; move++) {
    happen(world);
    await clock.advanceAsync(chance.flip(0.3) ? chance.below(20) : chance.below(1_200));
  }
  world.say("faults stop");
  world.faulty = false;
  await clock.advanceAsync(10_000);
  if (world.machine.sessions().length === 0) furnish(world);
  world.daemon();
  await clock.advanceAsync(SETTLE_MS);
  if (checker.wrongs.length === 0) await checker.settled();
  const agents = (await world.kept.agents()).length;
  world.life?.die("at the end");
  return { wrongs: checker.wrongs, trace: world.trace, moves: MOVES, deaths: world.deaths, agents };
}
