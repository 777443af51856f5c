import * as assert from "uvu/assert";
import { LEFT_GRACE_MS } from "#core/supervise.js";
import { Supervision, superviseFor } from "#daemon/supervision.js";
import { silentLog } from "#host/log.js";
import { suite, until } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";
import { MemoryLog } from "../twins/memory-log.js";
import { world } from "./practice.js";

const test = suite("dashboards that hold a daemon");

test("links are counted by the connections that are open", async () => {
  const clock = new ManualClock();
  let stops = 0;
  const supervision = new Supervision(clock, silentLog, () => stops++);
  const w = await world({ supervision });
  try {
    const one = w.follow("/v1/supervise");
    const two = w.follow("/v1/supervise");
    await until("both are linked", () => one.events.length + two.events.length === 2);
    assert.equal(one.events[0], { event: "linked", id: "", data: { pid: process.pid } });
    one.leave();
    await one.closed;
    two.leave();
    await until("the grace has begun", () => clock.nextMs() !== null);
    clock.advance(LEFT_GRACE_MS - 1);
    assert.is(stops, 0);
    const three = w.follow("/v1/supervise");
    await until("a third is linked", () => three.events.length === 1);
    clock.advance(60_000);
    assert.is(stops, 0);
    three.leave();
    await until("the grace has begun again", () => clock.nextMs() !== null);
    clock.advance(LEFT_GRACE_MS);
    assert.is(stops, 1);
  } finally {
    await w.end();
  }
});

test("links that end with the daemon's own end mean nothing", async () => {
  const clock = new ManualClock();
  const supervision = new Supervision(clock, silentLog, () => assert.unreachable("stopped twice"));
  let leave = (): void => {};
  supervision.hold({ gone: new Promise((resolve) => (leave = resolve)) });
  supervision.close();
  leave();
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(clock.nextMs(), null);
});

test("a daemon that runs until told refuses to be held", async () => {
  const w = await world();
  try {
    const { status, body } = await w.ask("GET", "/v1/supervise");
    assert.equal([status, body.error?.code], [409, "CONFLICT"]);
  } finally {
    await w.end();
  }
});

test("where links cannot be made the daemon serves all the same, and the log says so", async () => {
  const log = new MemoryLog();
  const make = (): Supervision => {
    throw new Error("no timers left");
  };
  const supervision = superviseFor("dashboard", make, log);
  assert.is(supervision, null);
  assert.match(log.lines.join("\n"), /dashboards cannot link themselves/);
  assert.is(superviseFor("persistent", make, log), null);
  assert.is(log.lines.length, 1);
  const w = await world({ supervision });
  try {
    assert.is((await w.ask("GET", "/v1/health")).status, 200);
    assert.is((await w.ask("GET", "/v1/agents")).status, 200);
  } finally {
    await w.end();
  }
});

test.run();
