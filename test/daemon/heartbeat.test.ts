import * as assert from "uvu/assert";
import type { AgentJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { Mortal } from "./mortal.js";
import { agentsOf, type World, world } from "./practice.js";

const test = suite("heartbeats", 20_000);

let w: World;
test.beforeEach(async () => {
  w = await world();
});
test.afterEach(() => w.end());

const { one, isIn } = agentsOf(() => w);
const spawn = (label: string, more: object = {}) =>
  w.ask<{ agent: AgentJson }>("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", label, ...more });
/** Told by its heartbeat alone. */
const conductor = (heartbeatMs: number) => spawn("boss", { role: "conductor", heartbeatMs, wake: "mute" });
/** `n`: in the order in which they were started. */
const asks = (n: number, text: string) => {
  w.started[n]!.question = { text, choices: ["Yes", "No"] };
  w.tmux.show(`%${n + 1}`);
};

test("a conductor at rest is told of the children that wait for a person, again and again, as system mail", async () => {
  assert.is((await conductor(4_000)).body.agent.heartbeatMs, 4_000);
  await isIn("boss", "idle");
  await spawn("kid", { parent: "boss" });
  await isIn("kid", "idle");
  asks(1, "Run it?");
  await isIn("kid", "blocked");
  await until("it is told", () => w.started[0]!.prompts.length === 1);
  assert.match(w.started[0]!.prompts[0]!, /1 child waits for a person:\n- kid, for [^:]*: Run it\?/);
  await until("it is written", async () => {
    const { messages } = (await w.ask<{ messages: { kind: string }[] }>("GET", "/v1/inbox/boss?delivered=9")).body;
    return messages.filter(({ kind }) => kind === "system").length === 1;
  });
  w.started[0]!.shown = "ready";
  w.tmux.show("%1");
  await until("it is told again", () => w.started[0]!.prompts.length === 2);
});

test("one that asks for its inbox itself is told that something waits there", async () => {
  await spawn("boss", { role: "conductor", heartbeatMs: 4_000, wake: "pull" });
  await isIn("boss", "idle");
  await spawn("kid", { parent: "boss" });
  await isIn("kid", "idle");
  await w.ask("POST", "/v1/inbox", { from: "kid", text: "half of it is done" });
  assert.is((await one("boss")).mail.inbox, 1);
  await until("it is told", () => w.started[0]!.prompts.length === 1);
  assert.match(w.started[0]!.prompts[0]!, "1 completion waits in your inbox: drover inbox drain");
});

test("while it works nothing is typed, and with nothing to say nothing ever is", async () => {
  await conductor(1_000);
  await isIn("boss", "idle");
  const before = w.daemon.context.clock.now();
  await until("several beats have passed", () => w.daemon.context.clock.now() - before > 5_000);
  assert.equal(w.started[0]!.prompts, []);
  w.started[0]!.shown = "working";
  w.tmux.show("%1");
  await isIn("boss", "working");
  await spawn("kid", { parent: "boss" });
  await isIn("kid", "idle");
  asks(1, "Run it?");
  await isIn("kid", "blocked");
  const since = w.daemon.context.clock.now();
  await until("several more have", () => w.daemon.context.clock.now() - since > 5_000);
  assert.equal(w.started[0]!.prompts, []);
});

test("it is kept over a restart of the daemon", async () => {
  const store = new MemoryStore();
  await w.end();
  w = await world({ store });
  await conductor(3_600_000);
  await isIn("boss", "idle");
  const { tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.is((await one("boss")).heartbeatMs, 3_600_000);
});

test("one that was to be typed as the daemon died is told once, and the next when it is due", async () => {
  const store = new MemoryStore();
  const mortal = new Mortal();
  const clock = hastyClock(20);
  await w.end();
  w = await world({ store: mortal.bind(store), clock });
  await conductor(20_000);
  await isIn("boss", "idle");
  await spawn("kid", { parent: "boss" });
  await isIn("kid", "idle");
  asks(1, "Run it?");
  await isIn("kid", "blocked");
  mortal.left = 1;
  await until("it died as it was to be claimed", () => mortal.dead);
  const { tmux, started } = w;
  await w.end();
  const beats = async () =>
    (await store.latest(500)).filter(({ data }) => data.what === "system" && data.from === null);
  assert.is((await beats()).length, 1, "it is on disk");
  w = await world({ store, tmux, clock });
  w.started.push(...started);
  asks(1, "Run it?");
  await until("it is told", () => started[0]!.prompts.length === 1);
  const since = clock.now();
  await until("some time has passed", () => clock.now() - since > 8_000);
  assert.is((await beats()).length, 1);
});

test("it is set, changed and ended later, and counts from the same moment", async () => {
  await spawn("boss", { role: "conductor", wake: "mute" });
  await isIn("boss", "idle");
  await spawn("kid", { parent: "boss" });
  await isIn("kid", "idle");
  asks(1, "Run it?");
  await isIn("kid", "blocked");
  const change = async (heartbeatMs: number | null) =>
    (await w.ask<{ agent: AgentJson }>("PATCH", "/v1/agents/boss", { heartbeatMs })).body.agent.heartbeatMs;
  const passed = async (ms: number) => {
    const since = w.daemon.context.clock.now();
    await until("that time has passed", () => w.daemon.context.clock.now() - since > ms);
  };
  assert.is(await change(3_600_000), 3_600_000);
  assert.is(await change(null), null);
  await passed(5_000);
  assert.equal(w.started[0]!.prompts, []);
  assert.is(await change(2_000), 2_000);
  await until("it is told", () => w.started[0]!.prompts.length === 1);
  const refused = await w.ask("PATCH", "/v1/agents/kid", { heartbeatMs: 2_000 });
  assert.is(refused.status, 400);
  assert.is((await w.ask("PATCH", "/v1/agents/kid", { heartbeatMs: null })).status, 200);
});

test("only a conductor has one", async () => {
  const refused = await spawn("kid", { heartbeatMs: 60_000 });
  assert.is(refused.status, 400);
  assert.match(refused.body.error?.message ?? "", "only a conductor");
  assert.is((await spawn("plain")).body.agent.heartbeatMs, null);
});

test.run();
