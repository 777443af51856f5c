import * as assert from "uvu/assert";
import { suite } from "../kit/t.js";
import { play } from "./play.js";

const test = suite("sim", 30_000);

test("fleets of sixty seeds settle, with nothing lost, doubled, mistaken or touched that is the user's", async () => {
  let deaths = 0;
  let agents = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const outcome = await play(seed);
    deaths += outcome.deaths;
    agents += outcome.agents;
    assert.equal(outcome.wrongs, [], `SEED=${seed} npm run sim\n${outcome.trace.slice(-60).join("\n")}`);
  }
  assert.ok(deaths > 60, `only ${deaths} daemons died`);
  assert.ok(agents > 300, `only ${agents} agents lived`);
});

test("the same seed tells the same story", async () => {
  const once = await play(7);
  const again = await play(7);
  assert.equal(again.trace, once.trace);
});

test.run();
