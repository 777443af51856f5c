import * as assert from "uvu/assert";
import type { Command } from "#core/protocol/commands.js";
import { Looker } from "#tmux/looker.js";
import { suite } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";
import { plainStills } from "./real-tmux.js";

const test = suite("looker");

test("stopped while it starts, it does not look on", async () => {
  const clock = new ManualClock();
  const answers: ((bodies: Buffer[]) => void)[] = [];
  const looker = new Looker({
    clock,
    emulator: plainStills,
    request: (command: Command) =>
      new Promise((resolve) => answers.push(() => resolve(Array(command.replies).fill(Buffer.alloc(0))))),
    seen: () => {},
    still: () => {},
    failed: () => {},
  });
  const starting = looker.start();
  await looker.stop();
  for (let asked = answers.shift(); asked !== undefined; asked = answers.shift()) {
    asked([]);
    await new Promise(setImmediate);
  }
  await starting;
  assert.is(clock.nextMs(), null, "no tick is due");
});

test.run();
