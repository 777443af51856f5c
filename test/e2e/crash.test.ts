/** A few kills of what `npm run crash` does at length. */
import * as assert from "uvu/assert";
import { atRandom, atStep, type Row } from "../crash/crash.js";
import { suite } from "../kit/t.js";

const test = suite("a daemon killed in the middle of deliveries", 60_000);

function isWhole({ lost, doubled, kills, what }: Row, wanted: number): void {
  assert.equal({ lost, doubled }, { lost: [], doubled: [] }, what);
  assert.is(kills, wanted, `${what}: it died`);
}

for (const point of ["pasted", "entered"]) {
  test(`killed at "${point}", it loses nothing and types nothing twice`, async () => {
    isWhole(await atStep(point, 2), 2);
  });
}

test("killed at any moment, while agents write to one another", async () => {
  isWhole(await atRandom(2, 3), 2);
});

test.run();
