import * as assert from "uvu/assert";
import { suite } from "../kit/t.js";
import { play, STORIES } from "./play.js";

const test = suite("sim", 60_000);

const SEEDS = 40;

for (const story of STORIES) {
  test(`${story.name}: fleets of forty seeds settle, with nothing lost, doubled, mistaken or touched that is the user's`, async () => {
    const sums = { deaths: 0, agents: 0, messages: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = await play(seed, story);
      for (const what of Object.keys(sums) as (keyof typeof sums)[]) sums[what] += outcome[what];
      const again = `SEED=${seed} npm run sim -- --story ${story.name}`;
      assert.equal(outcome.wrongs, [], `${again}\n${outcome.trace.slice(-60).join("\n")}`);
    }
    assert.ok(sums.deaths > SEEDS, `only ${sums.deaths} daemons died`);
    assert.ok(sums.agents > 5 * SEEDS, `only ${sums.agents} agents lived`);
    assert.ok(sums.messages > SEEDS, `only ${sums.messages} messages were sent`);
  });

  test(`${story.name}: the same seed tells the same story`, async () => {
    const once = await play(7, story);
    const again = await play(7, story);
    assert.equal(again.trace, once.trace);
  });
}

test.run();
