import * as assert from "uvu/assert";
import type { PaneId } from "#core/model.js";
import { parseGate } from "#core/protocol/listing.js";
import type { Still } from "#core/screen/still.js";
import { Captures } from "#tmux/captures.js";
import { TickCost } from "#tmux/cost.js";
import { suite } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";
import { plainStills, textOf } from "./real-tmux.js";

const test = suite("captures");
const pane: PaneId = "%1";
const gate = parseGate(`${pane}\t1700000000\t80x24\t$1@1 1 0\ts\tw\t\n`);
const frame = Buffer.from("80\t24\t0\t0\t1\t0\ttitle\n");

test("a screen asked for that is older than the one told meanwhile is not given: it is asked for again", async () => {
  const said: string[] = [];
  const screens = ["thinking", "done", "done"];
  const made: (() => void)[] = [];
  const captures = new Captures({
    clock: new ManualClock(1_700_000_000_000),
    request: async () => [Buffer.from(screens.shift() ?? ""), frame],
    // As a terminal does it: what was asked for in one go is made in one go, in order.
    emulator: {
      still: (text, facts) =>
        new Promise((resolve) => made.push(() => void plainStills.still(text, facts).then(resolve))),
    },
    still: (_pane, still) => said.push(`told ${textOf(still)}`),
    failed: (_pane, error) => said.push(String(error)),
  });
  captures.start();
  captures.interest({ panes: new Set([pane]), focused: new Set(), lively: true });
  const asked = captures.capture(pane).then((still: Still) => said.push(`given ${textOf(still)}`));
  const tick = captures.tick(gate, new Map(), new TickCost().begin());
  let over = false;
  void Promise.all([asked, tick]).then(() => (over = true));
  while (!over) {
    for (const make of made.splice(0)) make();
    await new Promise(setImmediate);
  }
  assert.is(said.at(-1), "given done", said.join(", "));
  captures.stop();
});

test("after a key a pane is looked at now, and four times more within the tenth of a second in which it echoes", async () => {
  const began = 1_700_000_000_000;
  const clock = new ManualClock(began);
  const asked: number[] = [];
  const captures = new Captures({
    clock,
    request: async () => {
      asked.push(clock.now() - began);
      return [Buffer.from("$"), frame];
    },
    emulator: plainStills,
    still: () => {},
    failed: () => {},
  });
  captures.start();
  captures.interest({ panes: new Set([pane]), focused: new Set(), lively: false });
  captures.lookSoon(pane);
  await clock.advanceAsync(2_000);
  assert.equal(asked, [0, 8, 16, 33, 66]);
  captures.stop();
});

test("screens captured together are made together: none waits for the terminal to have drawn another", async () => {
  const panes: PaneId[] = ["%1", "%2", "%3"];
  const told: PaneId[] = [];
  const made: (() => void)[] = [];
  const captures = new Captures({
    clock: new ManualClock(1_700_000_000_000),
    request: async () => [Buffer.from("$"), frame],
    emulator: {
      still: (text, facts) =>
        new Promise((resolve) => made.push(() => void plainStills.still(text, facts).then(resolve))),
    },
    still: (pane) => told.push(pane),
    failed: () => {},
  });
  captures.start();
  captures.interest({ panes: new Set(panes), focused: new Set(), lively: true });
  const lines = panes.map((id) => `${id}\t1700000000\t80x24\t$1@1 1 0\ts\tw\t\n`).join("");
  const tick = captures.tick(parseGate(lines), new Map(), new TickCost().begin());
  await new Promise(setImmediate);
  assert.is(made.length, 3, "all are under way before one is drawn");
  for (const make of made) make();
  assert.is(await tick, 3);
  assert.equal(told, panes);
  captures.stop();
});

test("a screen that cannot be made costs that look alone: it is said once, and the looks go on", async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const said: string[] = [];
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", note);
  let bad = true;
  const captures = new Captures({
    clock,
    request: async () => [Buffer.from("$"), frame],
    emulator: {
      still: async (text, facts) => {
        if (bad) throw new Error("no parser");
        return plainStills.still(text, facts);
      },
    },
    still: (_pane, still) => said.push(`told ${textOf(still)}`),
    failed: (_pane, error) => said.push(`failed ${(error as Error).message}`),
  });
  try {
    captures.start();
    captures.interest({ panes: new Set([pane]), focused: new Set([pane]), lively: true });
    captures.lookSoon(pane);
    await clock.advanceAsync(40);
    await captures.tick(gate, new Map(), new TickCost().begin());
    assert.equal(said, ["failed no parser"]);
    bad = false;
    await clock.advanceAsync(40);
    assert.equal(said.slice(1, 2), ["told $"]);
    bad = true;
    // Followed while it is focused.
    captures.interest({ panes: new Set([pane]), focused: new Set(), lively: true });
    captures.interest({ panes: new Set([pane]), focused: new Set([pane]), lively: true });
    captures.lookSoon(pane);
    await clock.advanceAsync(200);
    assert.is(said.at(-1), "failed no parser");
    bad = false;
    captures.lookSoon(pane);
    await clock.advanceAsync(200);
    assert.is(said.at(-1), "told $");
    await new Promise(setImmediate);
    assert.equal(unhandled, []);
  } finally {
    process.removeListener("unhandledRejection", note);
    captures.stop();
  }
});

test.run();
