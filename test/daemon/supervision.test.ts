import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { LAST_GONE_MS, Supervision } from "#daemon/supervision.js";
import { suite } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";

const test = suite("supervision");

/** Dashboards come (`+a`) and go (`-a`), time passes (`4000`); gives when the daemon began to end, in ms from the start. */
async function play(story: string): Promise<string> {
  const clock = new ManualClock();
  const began = clock.now();
  const ends: number[] = [];
  const supervision = new Supervision(clock, "dashboard", () => ends.push(clock.now() - began));
  const leave = new Map<string, () => void>();
  for (const word of story.split(" ")) {
    if (word.startsWith("+")) supervision.hold(new Promise((resolve) => leave.set(word.slice(1), resolve)));
    else if (word.startsWith("-")) leave.get(word.slice(1))?.();
    else clock.advance(Number(word));
    await Promise.resolve();
  }
  return ends.join(" ");
}

const stories: readonly (readonly [string, string, string])[] = [
  ["nobody ever came: it does not end", "60000", ""],
  ["the last is gone: it ends 5 s later", "1000 +a 1000 -a 60000", String(2_000 + LAST_GONE_MS)],
  ["somebody is still there: it does not end", "+a +b -a 60000", ""],
  ["the last came back in time: it does not end", "+a -a 4000 +b 60000", ""],
  [
    "the last came back and left again: the time runs anew",
    "+a -a 4000 +b 1000 -b 60000",
    String(5_000 + LAST_GONE_MS),
  ],
];
for (const [what, story, expected] of stories) {
  test(what, async () => {
    assert.equal(await play(story), expected);
  });
}

test("a daemon that runs until told refuses to be held", () => {
  const supervision = new Supervision(new ManualClock(), "persistent", () => {});
  assert.throws(
    () => supervision.check(),
    (error: unknown) => error instanceof Fault && error.code === "CONFLICT",
  );
});

test.run();
