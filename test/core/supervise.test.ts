import * as assert from "uvu/assert";
import { stepWatchdog, UNARMED, type Watchdog, type WatchdogEvent, watchdogWakeAtMs } from "#core/supervise.js";
import { suite } from "../kit/t.js";

const test = suite("watchdog");

/** One line a moment: when, what, what it became, and whether the daemon is to stop. */
function play(moments: readonly (readonly [number, WatchdogEvent])[]): string[] {
  let watchdog: Watchdog = UNARMED;
  return moments.map(([atMs, event]) => {
    const { state, stop } = stepWatchdog(watchdog, event, atMs);
    watchdog = state;
    const links = state.at === "held" ? ` by ${state.links}` : "";
    const wake = watchdogWakeAtMs(state);
    return `${atMs} ${event}: ${state.at}${links}${wake === null ? "" : `, wake ${wake}`}${stop ? ", STOP" : ""}`;
  });
}

test("a daemon that nobody linked never stops", () => {
  assert.equal(
    play([
      [0, "clock"],
      [10_000_000, "clock"],
      [10_000_001, "unlinked"],
      [10_000_002, "clock"],
    ]),
    ["0 clock: unarmed", "10000000 clock: unarmed", "10000001 unlinked: unarmed", "10000002 clock: unarmed"],
  );
});

test("it stops once, 5 s after the last link is gone", () => {
  assert.equal(
    play([
      [0, "linked"],
      [1_000, "unlinked"],
      [5_999, "clock"],
      [6_000, "clock"],
      [6_001, "clock"],
      [7_000, "linked"],
      [8_000, "unlinked"],
      [20_000, "clock"],
    ]),
    [
      "0 linked: held by 1",
      "1000 unlinked: left, wake 6000",
      "5999 clock: left, wake 6000",
      "6000 clock: fired, STOP",
      "6001 clock: fired",
      "7000 linked: fired",
      "8000 unlinked: fired",
      "20000 clock: fired",
    ],
  );
});

test("one of two that leaves changes nothing", () => {
  assert.equal(
    play([
      [0, "linked"],
      [10, "linked"],
      [20, "unlinked"],
      [60_000, "clock"],
      [60_001, "unlinked"],
    ]),
    [
      "0 linked: held by 1",
      "10 linked: held by 2",
      "20 unlinked: held by 1",
      "60000 clock: held by 1",
      "60001 unlinked: left, wake 65001",
    ],
  );
});

test("a link within the grace cancels, and the next one that leaves has a grace of its own", () => {
  assert.equal(
    play([
      [0, "linked"],
      [0, "unlinked"],
      [4_999, "linked"],
      [5_000, "clock"],
      [9_000, "unlinked"],
      [13_999, "clock"],
      [14_000, "clock"],
    ]),
    [
      "0 linked: held by 1",
      "0 unlinked: left, wake 5000",
      "4999 linked: held by 1",
      "5000 clock: held by 1",
      "9000 unlinked: left, wake 14000",
      "13999 clock: left, wake 14000",
      "14000 clock: fired, STOP",
    ],
  );
});

test.run();
