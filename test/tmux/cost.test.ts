import * as assert from "uvu/assert";
import { TickCost } from "#tmux/cost.js";
import { suite } from "../kit/t.js";

const test = suite("what looking costs");

/** Keeps the processor busy. */
function burn(ms: number): void {
  const until = process.cpuUsage().user + ms * 1_000;
  while (process.cpuUsage().user < until);
}

test("a dear tick is followed by a long rest, cheap ones by a short one again", () => {
  const cost = new TickCost();
  assert.is(cost.restMs(), 0);
  const dear = cost.begin();
  dear.listed();
  burn(20);
  dear.end();
  assert.ok(cost.restMs() >= 400, `${cost.restMs()} ms for 20 ms of work`);
  for (let i = 0; i < 12; i++) {
    const cheap = cost.begin();
    cheap.listed();
    cheap.end();
  }
  assert.ok(cost.restMs() < 100, `${cost.restMs()} ms`);
});

test("however dear one tick was, the next comes within two seconds", () => {
  const cost = new TickCost();
  const tick = cost.begin();
  tick.listed();
  burn(150);
  tick.end();
  assert.is(cost.restMs(), 2_000);
});

test("of the server's answers the quickest is believed, for as many captures as the last tick made", () => {
  const cost = new TickCost();
  const tick = cost.begin();
  tick.listed();
  tick.captured(8, 80);
  tick.captured(8, 4);
  tick.end();
  assert.ok(cost.ms >= 8 && cost.ms < 40, `${cost.ms} ms`);
});

test.run();
