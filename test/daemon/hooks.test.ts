/** Hooks as they reach the daemon: over the socket, late, twice, from the spool, and from those who are not the agent. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { hear } from "#daemon/hooks.js";
import { emptySpool } from "#daemon/spool.js";
import type { AgentJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { agentsOf, type World, world } from "./practice.js";

const test = suite("hooks at the daemon");

let w: World;
let spool: string;
test.beforeEach(async () => {
  spool = mkdtempSync(join(tmpdir(), "drover-spool-"));
  w = await world({ spoolDir: spool });
});
test.afterEach(async () => {
  await w.end();
  rmSync(spool, { recursive: true, force: true });
});

const { one } = agentsOf(() => w);
async function spawn(label: string): Promise<AgentJson> {
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", label });
  await until(`${label} is idle`, async () => (await one(label)).state === "idle");
  return one(label);
}

/** As the script posts it. */
function post(event: string, payload: unknown, headers: Record<string, string>, provider = "claude"): Promise<number> {
  return new Promise((done, failed) => {
    const asked = request(
      { socketPath: w.socket, method: "POST", path: `/v1/hooks/${provider}/${event}`, agent: false, headers },
      (response) => {
        response.resume();
        response.on("end", () => done(response.statusCode ?? 0));
      },
    );
    asked.on("error", failed);
    asked.end(JSON.stringify(payload));
  });
}

function leave(name: string, head: Record<string, string>, payload: unknown): void {
  const lines = Object.entries(head).map(([key, value]) => `${key} ${value}\n`);
  const file = join(spool, `${name}.hook`);
  writeFileSync(file, `${lines.join("")}\n${JSON.stringify(payload)}`);
  // The daemon's clock is not the machine's.
  const now = new Date(w.daemon.context.clock.now());
  utimesSync(file, now, now);
}

const outcomes = () => w.daemon.context.hooks.outcomes;

test("a turn is told by its hooks, with its conversation, and the proof names them", async () => {
  const { id, pane } = await spawn("a");
  const headers = { "x-drover-id": id, "x-drover-incarnation": "1", "x-drover-pane": pane };
  const agent = w.started[0];
  if (agent !== undefined) agent.shown = "working";
  assert.is(await post("UserPromptSubmit", { session_id: "s-1", prompt: "x" }, headers), 200);
  const working = await one("a");
  assert.equal([working.state, working.turn, working.nativeSession], ["working", 1, "s-1"]);
  assert.is(await post("Stop", { session_id: "s-1", background_tasks: [{ id: "b" }] }, headers), 200);
  assert.equal([(await one("a")).state, (await one("a")).reason], ["working", "waits for 1 background task"]);
  if (agent !== undefined) agent.shown = "ready";
  assert.is(await post("Stop", { session_id: "s-1", background_tasks: [] }, headers), 200);
  const done = await one("a");
  assert.equal([done.state, done.turn], ["done", 1]);
  const { body } = await w.ask<{ evidence: { source: string; rule: string }[] }>("GET", "/v1/agents/a/why");
  assert.ok(body.evidence.some(({ source, rule }) => source === "hook" && rule === "claude/Stop"));
});

test("helpers, title makers and nested programs change nothing", async () => {
  const { id, pane } = await spawn("a");
  const headers = { "x-drover-id": id, "x-drover-pane": pane };
  await post("SessionStart", { session_id: "s-1" }, headers);
  const agent = w.started[0];
  if (agent !== undefined) agent.shown = "working";
  await post("UserPromptSubmit", { session_id: "s-1" }, headers);
  await post("Stop", { session_id: "s-1", agent_id: "helper" }, headers);
  await post("SessionStart", { session_id: "nested" }, headers);
  await post("Stop", { session_id: "nested" }, headers);
  await post(
    "UserPromptSubmit",
    { session_id: "t", prompt: "Generate a concise, single-line task title of…" },
    headers,
  );
  const now = await one("a");
  assert.equal([now.state, now.turn, now.nativeSession], ["working", 1, "s-1"]);
  assert.equal([outcomes()["other-thread"], outcomes().aside], [2, 1]);
});

test("a session that opencode's user begins is the agent's from then on, one that a turn begins is not", async () => {
  const { id, pane } = await spawn("a");
  const headers = { "x-drover-id": id, "x-drover-pane": pane };
  const tell = (type: string, sessionID: string, more = {}) =>
    post(type, { type, properties: { sessionID, ...more } }, headers, "opencode");
  const begins = (sessionID: string, parentID?: string) =>
    tell("session.created", sessionID, { info: { id: sessionID, parentID } });
  const [agent] = w.started;
  await begins("ses_1");
  if (agent !== undefined) agent.shown = "working";
  await tell("session.status", "ses_1", { status: { type: "busy" } });
  assert.equal([(await one("a")).nativeSession, (await one("a")).turn], ["ses_1", 1]);
  await begins("ses_2", "ses_1");
  assert.is((await one("a")).nativeSession, "ses_1");
  // Long into a turn: of another opencode, which the agent started.
  await until("the turn is old", async () => {
    const { since } = await one("a");
    return w.daemon.context.clock.now() - Date.parse(since) > 2_500;
  });
  await begins("ses_3");
  assert.is((await one("a")).nativeSession, "ses_1");
  if (agent !== undefined) agent.shown = "ready";
  await tell("session.idle", "ses_1");
  assert.is((await one("a")).state, "done");
  await begins("ses_4");
  assert.equal([(await one("a")).nativeSession, (await one("a")).turn], ["ses_4", 2]);
});

test("of what opencode asks at once each is named anew once the one before was answered", async () => {
  const { id, pane } = await spawn("a");
  const headers = { "x-drover-id": id, "x-drover-pane": pane };
  const tell = (type: string, properties: object) =>
    post(type, { type, properties: { sessionID: "ses_1", ...properties } }, headers, "opencode");
  const question = async () => (await one("a")).question?.fingerprint ?? null;
  const agent = w.started[0]!;
  agent.shown = "blocked";
  await tell("permission.asked", { id: "per_1" });
  await tell("permission.asked", { id: "per_2" });
  await until("the first is seen", async () => (await question()) !== null);
  const first = await question();
  await tell("permission.replied", { requestID: "per_1", reply: "once" });
  const second = await question();
  assert.ok(second !== null && second !== first);
  await tell("permission.replied", { requestID: "per_1", reply: "once" });
  assert.is(await question(), second);
  agent.shown = "working";
  await tell("permission.replied", { requestID: "per_2", reply: "once" });
  assert.equal([(await one("a")).state, (await one("a")).turn], ["working", 1]);
});

test("how long after its turn began a session of opencode's did is known of those in the spool too", async () => {
  const { id, pane } = await spawn("a");
  const { context } = w.daemon;
  const beganMs = context.clock.now();
  const begins = (sessionID: string, afterMs: number) => {
    const payload = { type: "session.created", properties: { sessionID, info: { id: sessionID } } };
    const whose = { id, pane, incarnation: "1", tmux: "", token: sessionID };
    const leftAtMs = beganMs + afterMs;
    return hear(context, { ...whose, provider: "opencode", event: "session.created", payload, leftAtMs }, false);
  };
  await until("all of it is past", () => context.clock.now() > beganMs + 3_000);
  const [agent] = w.started;
  if (agent !== undefined) agent.shown = "working";
  await begins("ses_1", 0);
  await begins("ses_2", 500);
  await begins("ses_3", 2_500);
  assert.equal([(await one("a")).nativeSession, Date.parse((await one("a")).since)], ["ses_2", beganMs]);
});

test("an agent started by hand is known by its pane in this tmux server, and no stranger is", async () => {
  const { pane } = await spawn("a");
  const tmux = w.daemon.context.mux.info().socket;
  assert.is(
    await post("UserPromptSubmit", { session_id: "s-1" }, { "x-drover-pane": pane, "x-drover-tmux": tmux }),
    200,
  );
  assert.is((await one("a")).nativeSession, "s-1");
  assert.is(await post("Stop", { session_id: "s-2" }, { "x-drover-pane": pane, "x-drover-tmux": "/another" }), 404);
  assert.is(await post("Stop", { session_id: "s-1" }, {}), 200);
  assert.is(await post("Stop", { session_id: "s-1" }, { "x-drover-id": "01ANOTHER", "x-drover-pane": pane }), 404);
  assert.equal([outcomes().taken, outcomes().nobody], [2, 2]);
});

test("the same event told twice counts once, and so does one end told by two events", async () => {
  const { id } = await spawn("a");
  const headers = { "x-drover-id": id };
  await post("UserPromptSubmit", { session_id: "s" }, headers);
  await post("Stop", { session_id: "s" }, { ...headers, "x-drover-token": "t1" });
  await post("Stop", { session_id: "s" }, { ...headers, "x-drover-token": "t1" });
  assert.equal([(await one("a")).turn, outcomes().repeated], [1, 1]);
  await post("Stop", { session_id: "s", turn_id: "turn" }, headers, "codex");
  const { turn } = await one("a");
  await post("agent-turn-complete", { "thread-id": "s", "turn-id": "turn" }, headers, "codex");
  assert.is((await one("a")).turn, turn);
});

test("a hook is answered, and one in the spool removed, once what it told is on disk", async () => {
  const { id } = await spawn("a");
  let written = () => {};
  const held = () => {
    w.store.busy = new Promise<void>((resolve) => (written = resolve));
  };
  const events: string[] = [];
  const onDisk = async () => (await w.store.agents())[0]?.nativeSession;

  held();
  const answer = post("SessionStart", { session_id: "s-1" }, { "x-drover-id": id }).then(() => events.push("answered"));
  await until("it is heard", async () => (await one("a")).nativeSession === "s-1");
  assert.equal([await onDisk(), events], [null, []]);
  written();
  await answer;
  assert.is(await onDisk(), "s-1");

  held();
  leave("a", { provider: "claude", event: "SessionStart", id, token: "t" }, { session_id: "s-2", source: "clear" });
  const emptied = emptySpool(w.daemon.context);
  await until("it is heard", async () => (await one("a")).nativeSession === "s-2");
  assert.equal([await onDisk(), readdirSync(spool)], ["s-1", ["a.hook"]]);
  written();
  await emptied;
  assert.equal([await onDisk(), readdirSync(spool)], ["s-2", []]);
});

test("what lies in the spool is taken in when a hook says so, oldest first and before it", async () => {
  const { id } = await spawn("a");
  const head = { provider: "claude", id, incarnation: "1", pane: "", tmux: "" };
  leave("a", { ...head, event: "UserPromptSubmit", token: "t1" }, { session_id: "s" });
  leave("b", { ...head, event: "Stop", token: "t2" }, { session_id: "s" });
  writeFileSync(join(spool, "c.hook"), "nonsense");
  writeFileSync(join(spool, ".half"), "provider cl");
  const agent = w.started[0];
  if (agent !== undefined) agent.shown = "working";
  await post("UserPromptSubmit", { session_id: "s" }, { "x-drover-id": id, "x-drover-spooled": "1" });
  assert.equal([(await one("a")).state, (await one("a")).turn], ["working", 2]);
  assert.equal(readdirSync(spool), [".half"]);
});

test("what lies in the spool under a name that no event has, or is too large, is nobody's, and goes", async () => {
  const { id } = await spawn("a");
  const head = { provider: "claude", id, incarnation: "1" };
  leave("a", { ...head, event: "Sto\u001b]0;x\u0007p" }, {});
  leave("b", { ...head, event: "constructor" }, {});
  leave("c", { ...head, event: "Stop", provider: "__proto__" }, {});
  leave("d", { ...head, event: "UserPromptSubmit" }, { prompt: "x".repeat(5 * 1_048_576) });
  await emptySpool(w.daemon.context);
  assert.equal([outcomes(), readdirSync(spool)], [{}, []]);
  assert.is((await one("a")).state, "idle");
});

test("what was left there while the daemon started is taken in though no other hook tells of it, and so is what comes later", async () => {
  const { id } = await spawn("a");
  for (const session of ["s-7", "s-8"]) {
    leave(
      session,
      { provider: "claude", event: "SessionStart", id, token: session },
      { session_id: session, source: "clear" },
    );
    await until("it is heard", async () => (await one("a")).nativeSession === session, { limitMs: 10_000 });
    await until("it is gone", () => readdirSync(spool).length === 0);
  }
});

test("what lies in the spool is taken in when the daemon starts", async () => {
  const { id } = await spawn("a");
  const { store, tmux } = w;
  await w.end();
  leave(
    "a",
    { provider: "claude", event: "UserPromptSubmit", id, incarnation: "1", token: "t" },
    { session_id: "s-9" },
  );
  leave("b", { provider: "claude", event: "Stop", id, incarnation: "0", token: "u" }, { session_id: "s-9" });
  w = await world({ spoolDir: spool, store, tmux });
  assert.equal(readdirSync(spool), []);
  assert.is((await one("a")).nativeSession, "s-9");
  assert.ok((await store.latest(50)).some((entry) => entry.kind === "stale-event"));
});

test("what is left while the spool is being read is taken in before the hook that saw it there", async () => {
  const { id } = await spawn("a");
  const begin = (session: string) => ({ session_id: session, source: "clear" });
  let written = () => {};
  w.store.busy = new Promise<void>((resolve) => (written = resolve));
  leave("a", { provider: "claude", event: "SessionStart", id, token: "t1" }, begin("s-1"));
  const emptied = emptySpool(w.daemon.context);
  await until("the first is heard", async () => (await one("a")).nativeSession === "s-1");
  leave("b", { provider: "claude", event: "SessionStart", id, token: "t2" }, begin("s-2"));
  const answered = post("SessionStart", begin("s-3"), { "x-drover-id": id, "x-drover-spooled": "1" });
  written();
  await Promise.all([emptied, answered]);
  assert.equal([readdirSync(spool), (await one("a")).nativeSession], [[], "s-3"]);
});

test("a spool asked for by many at once is read once", async () => {
  const { id } = await spawn("a");
  leave("a", { provider: "claude", event: "UserPromptSubmit", id, token: "t" }, {});
  const counts = await Promise.all([emptySpool(w.daemon.context), emptySpool(w.daemon.context)]);
  assert.equal([counts, outcomes().taken], [[1, 1], 1]);
  const told = { provider: "claude", event: "Stop", id, incarnation: "", pane: "", tmux: "", token: "t", payload: {} };
  assert.is((await hear(w.daemon.context, told, false)).outcome, "repeated");
});

test.run();
