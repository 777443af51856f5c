import { connect } from "node:net";
import * as assert from "uvu/assert";
import { QUEUE_ENTRIES, WRITE_DEADLINE_MS } from "#daemon/sse.js";
import type { AgentJson, AgentsJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { type Following, type World, world } from "./practice.js";

const test = suite("events over the socket");

let w: World;
let open: Following[] = [];
test.beforeEach(async () => {
  w = await world();
});
test.afterEach(async () => {
  for (const following of open) following.leave();
  open = [];
  await w.end();
});

function follow(path: string, headers?: Record<string, string>): Following {
  const following = w.follow(path, headers);
  open.push(following);
  return following;
}

async function spawn(label: string): Promise<AgentJson> {
  const { body } = await w.ask<{ agent: AgentJson }>("POST", "/v1/agents", {
    provider: "practice",
    cwd: "/tmp",
    label,
  });
  return body.agent;
}

/** Writes `n` entries about nothing. */
async function entries(n: number, size = 10): Promise<void> {
  for (let i = 0; i < n; i++) {
    await w.daemon.context.loop.ask({ ask: "note", id: null, kind: "fault", data: { n: i, pad: "x".repeat(size) } });
  }
}

const seqs = (following: Following): number[] => following.events.map((e) => Number(e.id));
const kinds = (following: Following): string[] =>
  following.events.map((e) => (e.event === "entry" ? String(e.data.kind) : e.event));
const received = (following: Following, n: number) =>
  until(`${n} events came`, () => following.events.length >= n, { show: () => kinds(following).join(" ") });

test("a subscriber gets a snapshot, then every entry with its number", async () => {
  await spawn("a");
  await until("it is idle", () => w.daemon.context.loop.fleet.agents.values().next().value?.record.state === "idle");
  const one = follow("/v1/events");
  await received(one, 1);
  await spawn("b");
  await received(one, 4);
  assert.equal(kinds(one).slice(0, 3), ["snapshot", "born", "launched"]);
  const snapshot = one.events[0]?.data as { seq: number; agents: AgentJson[] };
  assert.equal([snapshot.agents.map((a) => a.label), String(snapshot.seq)], [["a"], one.events[0]?.id]);
  const [first = 0, ...rest] = seqs(one);
  assert.equal(
    rest,
    rest.map((_, n) => first + 1 + n),
  );
});

test("entries applied in order give what a list says", async () => {
  const one = follow("/v1/events");
  await received(one, 1);
  await spawn("a");
  await spawn("b");
  await w.ask("POST", "/v1/agents/a/stop", {});
  await until("both are settled", async () => {
    const { agents } = (await w.ask<AgentsJson>("GET", "/v1/agents")).body;
    return agents.every((a) => a.state === (a.label === "a" ? "exited" : "idle"));
  });
  const { body } = await w.ask<AgentsJson>("GET", "/v1/agents");
  await until("all came", () => seqs(one).at(-1) === body.seq);
  const held = new Map<string, Record<string, unknown>>();
  for (const { event, data } of one.events) {
    if (event !== "entry" || typeof data.agent !== "string") continue;
    held.set(data.agent, { ...held.get(data.agent), ...(data.set as object | undefined) });
  }
  assert.equal([...held.values()], body.agents as unknown[]);
});

test("a subscriber that comes back gets exactly what it missed, by query or header", async () => {
  const one = follow("/v1/events");
  await received(one, 1);
  await entries(3);
  await received(one, 4);
  one.leave();
  await entries(700);
  const last = seqs(one).at(-1) ?? 0;
  const now = w.store.seq();
  for (const again of [follow(`/v1/events?after=${last}`), follow("/v1/events", { "last-event-id": String(last) })]) {
    await received(again, 700);
    await entries(1);
    await until("the new one came too", () => (seqs(again).at(-1) ?? 0) > now);
    const came = seqs(again);
    assert.equal(
      came,
      came.map((_, n) => last + 1 + n),
    );
    assert.ok(again.events.every((e) => e.event === "entry"));
  }
});

test("who follows is told of an end that was ordered, last of all", async () => {
  const one = follow("/v1/events");
  await received(one, 1);
  await entries(2);
  w.daemon.bye();
  await one.closed;
  assert.equal(kinds(one), ["snapshot", "fault", "fault", "bye"]);
});

test("a cursor that is too old, or of another journal, is reset with a snapshot", async () => {
  await w.end();
  w = await world({ store: new MemoryStore({ journalLimit: 10 }) });
  await entries(30);
  for (const after of [3, 5_000]) {
    const one = follow(`/v1/events?after=${after}`);
    await received(one, 2);
    assert.equal(kinds(one), ["reset", "snapshot"]);
  }
  const near = follow(`/v1/events?after=${w.store.seq()}`);
  await entries(1);
  await received(near, 1);
  assert.equal(kinds(near), ["fault"]);
  const nonsense = await w.ask("GET", "/v1/events?after=yesterday");
  assert.is(nonsense.status, 400);
});

test("a stream for one agent carries that agent's events only", async () => {
  const a = await spawn("a");
  await spawn("b");
  await until("both are idle", async () => {
    const { agents } = (await w.ask<AgentsJson>("GET", "/v1/agents")).body;
    return agents.every((agent) => agent.state === "idle");
  });
  const one = follow("/v1/events?agent=a");
  await received(one, 1);
  for (const [n, label] of ["b", "a"].entries()) {
    w.started[n === 0 ? 1 : 0]!.shown = "working";
    assert.is((await w.ask("POST", `/v1/agents/${label}/interrupt`, {})).status, 200);
  }
  await received(one, 2);
  assert.equal(
    (one.events[0]!.data.agents as AgentJson[]).map((agent) => agent.id),
    [a.id],
  );
  assert.ok(
    one.events.slice(1).every((e) => e.data.agent === a.id),
    JSON.stringify(one.events),
  );
  assert.is((await w.ask("GET", "/v1/events?agent=nobody")).status, 404);
});

test("a reader that stops reading holds a bounded queue, and catches up when it reads again", async () => {
  const one = follow("/v1/events");
  await received(one, 1);
  one.pause();
  const before = seqs(one).at(-1) ?? 0;
  const n = QUEUE_ENTRIES + 400;
  await entries(n, 4_000);
  assert.ok((seqs(one).at(-1) ?? 0) < before + n);
  one.resume();
  await until("all came", () => (seqs(one).at(-1) ?? 0) >= before + n);
  const came = seqs(one).slice(1);
  assert.equal(
    came,
    came.map((_, i) => before + 1 + i),
  );
});

test("a reader that reads nothing for a whole deadline is dropped, and others go on", async () => {
  await w.end();
  const clock = new ManualClock(Date.now());
  w = await world({ clock });
  const socket = connect(w.socket);
  socket.write("GET /v1/events HTTP/1.1\r\nhost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const other = follow("/v1/events");
  await received(other, 1);
  await entries(300, 4_000);
  await received(other, 301);
  await clock.advanceAsync(WRITE_DEADLINE_MS + 1);
  socket.resume();
  await closed;
  await entries(1);
  await received(other, 302);
  assert.is(w.tmux.interested.lively, true);
});

test("a painted screen comes whole, then as the rows that changed, and only while it is watched", async () => {
  await spawn("a");
  await until("it is idle", () => w.daemon.context.loop.fleet.agents.values().next().value?.record.state === "idle");
  assert.is(w.tmux.interested.focused.size, 0);
  const one = follow("/v1/agents/a/stream");
  await received(one, 1);
  assert.equal([one.events[0]?.event, one.events[0]?.data.columns], ["screen", 200]);
  assert.equal((one.events[0]!.data.rows as unknown[]).slice(0, 2), [[["ready"]], [["> "]]]);
  assert.equal([[...w.tmux.interested.focused], w.tmux.interested.lively], [["%1"], true]);
  const agent = w.started[0];
  if (agent === undefined) throw new Error("not started");
  agent.draft = "hi";
  w.tmux.show("%1");
  w.tmux.show("%1");
  await received(one, 2);
  assert.equal(
    one.events.slice(1).map((e) => [e.event, e.data.rows]),
    [["rows", [[1, [["> hi"]]]]]],
  );
  w.tmux.change("%1", { columns: 100 });
  w.tmux.show("%1");
  await received(one, 3);
  assert.is(one.events[2]?.event, "screen");
  one.leave();
  await until("nobody watches", () => w.tmux.interested.focused.size === 0 && !w.tmux.interested.lively);
});

test("a stream ends with its agent, and an agent without a tab has none", async () => {
  await spawn("a");
  const one = follow("/v1/agents/a/stream");
  await received(one, 1);
  await w.ask("POST", "/v1/agents/a/stop", { force: true });
  assert.is((await w.ask("GET", "/v1/agents/a/stream")).status, 404);
  await w.ask("DELETE", "/v1/agents/a");
  await one.closed;
});

test("looking is lively while an agent works or a face follows, and calm otherwise", async () => {
  await spawn("a");
  await until("calm", () => !w.tmux.interested.lively);
  assert.equal([...w.tmux.interested.panes], ["%1"]);
  const one = follow("/v1/events");
  await until("lively", () => w.tmux.interested.lively);
  one.leave();
  await until("calm again", () => !w.tmux.interested.lively);
  const agent = w.started[0];
  if (agent === undefined) throw new Error("not started");
  agent.shown = "working";
  w.tmux.show("%1");
  await until("lively again", () => w.tmux.interested.lively);
});

test("the journal is read in pages, one agent's too", async () => {
  const { id } = await spawn("a");
  await entries(5);
  const { body } = await w.ask<{ entries: { seq: number; agent: string | null }[] }>(
    "GET",
    "/v1/journal?after=1&limit=3",
  );
  assert.equal(
    body.entries.map((e) => e.seq),
    [2, 3, 4],
  );
  const mine = await w.ask<{ entries: { agent: string | null }[] }>("GET", "/v1/journal?agent=a&limit=1000");
  assert.ok(mine.body.entries.length >= 2 && mine.body.entries.every((e) => e.agent === id));
});

test.run();
