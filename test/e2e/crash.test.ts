/** A few kills of what `npm run crash` does at length. */
import * as assert from "uvu/assert";
import { atRandom, atStep, type Row } from "../crash/crash.js";
import { CrashFleet } from "../crash/fleet.js";
import { despiteCrashes, TmuxCrashed } from "../crash/own-tmux.js";
import { curl } from "../kit/patient-curl.js";
import { suite } from "../kit/t.js";

const test = suite("a daemon killed in the middle of deliveries", 60_000);

function isWhole({ lost, doubled, kills, what }: Row, wanted: number): void {
  assert.equal({ lost, doubled }, { lost: [], doubled: [] }, what);
  assert.is(kills, wanted, `${what}: it died`);
}

/** Of a turn that opencode takes by its door, its plugin tells by the hook's script. */
const withDoor = test.skipIf(curl === undefined, "hooks ask by curl, and there is none here");

for (const point of ["pasted", "entered", "door:handing-sent"]) {
  (point.startsWith("door:") ? withDoor : test)(
    `killed at "${point}", it loses nothing and types nothing twice`,
    async () => {
      isWhole(await despiteCrashes(() => atStep(point, 2)), 2);
    },
  );
}

withDoor("killed at any moment, while agents write to one another", async () => {
  isWhole(await despiteCrashes(() => atRandom(2, 3)), 2);
});

for (const [signal, words, isItself] of [
  ["SIGSEGV", "tmux itself ended by SIGSEGV", true],
  ["SIGKILL", "somebody ended tmux: SIGKILL", false],
] as const) {
  test(`a tmux ended by ${signal} breaks the round off${isItself ? ", and not the run" : ""}`, async () => {
    const fleet = new CrashFleet({ agents: 1 });
    const round = fleet.run(async () => {
      await fleet.begin();
      process.kill(Number(fleet.world.tmux("display-message", "-p", "#{pid}")), signal);
      await fleet.dies(60_000);
    });
    const why = await round.then(
      () => null,
      (error) => error,
    );
    assert.is(why?.message, words);
    assert.is(why instanceof TmuxCrashed, isItself);
  });
}

test.run();
