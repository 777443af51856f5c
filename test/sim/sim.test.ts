import * as assert from "uvu/assert";
import { suite } from "../kit/t.js";
import { type Outcome, play, STORIES, sumsOf } from "./play.js";

const test = suite("sim", 60_000);

const SEEDS = 6;

for (const story of STORIES) {
  test(`${story.name}: fleets of six seeds settle, with nothing lost, doubled, mistaken or touched that is the user's`, async () => {
    const outcomes: Outcome[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = await play(seed, story);
      outcomes.push(outcome);
      const again = `SEED=${seed} npm run sim -- --story ${story.name}`;
      assert.equal(outcome.wrongs, [], `${again}\n${outcome.trace.slice(-60).join("\n")}`);
    }
    const sums = sumsOf(outcomes);
    assert.ok(sums.deaths > SEEDS, `only ${sums.deaths} daemons died`);
    assert.ok(sums.agents > 3 * SEEDS, `only ${sums.agents} agents lived`);
    assert.ok(sums.messages > SEEDS, `only ${sums.messages} messages were sent`);
    if (story.name === "family") assert.ok(sums.handed > SEEDS, `only ${sums.handed} completions were handed over`);
  });

  test(`${story.name}: the same seed tells the same story`, async () => {
    const once = await play(7, story);
    const again = await play(7, story);
    assert.equal(again.trace, once.trace);
  });
}

test.run();
