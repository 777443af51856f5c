import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { AgentJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { practice, type World, world } from "./practice.js";

const test = suite("transcripts that are followed");

let w: World;
const folder = mkdtempSync(join(tmpdir(), "drover-"));
test.beforeEach(async () => {
  w = await world({ providers: [{ ...practice, name: "claude" }] });
});
test.afterEach(() => w.end());
test.after(() => rmSync(folder, { recursive: true, force: true }));

const agent = () => w.daemon.context.loop.fleet.agents.values().next().value!;
const is = (state: string) =>
  until(`it is ${state}`, () => agent().record.state === state, { show: () => agent().record.state });

/** `agoMs` before now, by the daemon's clock. */
const time = (agoMs = 0) => new Date(w.daemon.context.clock.now() - agoMs).toISOString();
const line = (json: object) => `${JSON.stringify({ timestamp: time(), ...json })}\n`;
const prompt = () => line({ type: "user", message: { content: "go" } });
const over = () => line({ type: "system", subtype: "turn_duration" });
const stopped = () => line({ type: "user", message: { content: "[Request interrupted by user]" } });

/** An agent whose hook named its session and transcript, and is silent from then on. */
async function spawned(session: string, path: string): Promise<AgentJson> {
  const { body } = await w.ask<{ agent: AgentJson }>("POST", "/v1/agents", {
    provider: "claude",
    label: "a",
    cwd: "/",
  });
  await is("idle");
  await begins(body.agent, session, path);
  return body.agent;
}

function begins({ id }: AgentJson, session: string, path: string) {
  const payload = { DROVER_ID: id, session_id: session, transcript_path: path, source: "startup" };
  return w.ask("POST", "/v1/hooks/claude/SessionStart", payload);
}

test("turns are told by the file alone, with the proof, once it is there", async () => {
  const path = join(folder, "aaaaaaaa-1.jsonl");
  await spawned("aaaaaaaa-1", path);
  w.started[0]!.shown = "working";
  writeFileSync(path, prompt());
  await is("working");
  appendFileSync(path, over());
  await is("done");
  w.started[0]!.shown = "ready";
  const why = await w.ask<{ evidence: { source: string; rule: string; excerpt: string }[] }>("GET", "/v1/agents/a/why");
  const { source, rule, excerpt } = why.body.evidence[0]!;
  assert.equal([source, rule, excerpt], ["transcript", "claude/written-turn-ended", "the turn's end is written down"]);
  assert.is(agent().record.turn, 1);
  w.started[0]!.shown = "working";
  appendFileSync(path, prompt());
  await is("working");
  appendFileSync(path, stopped());
  await is("idle");
  w.started[0]!.shown = "ready";
  assert.is(agent().record.turn, 2);
});

test("a new conversation of the same program is followed instead, the old one no more", async () => {
  const [one, two] = [join(folder, "bbbbbbbb-1.jsonl"), join(folder, "cccccccc-1.jsonl")];
  const born = await spawned("bbbbbbbb-1", one);
  writeFileSync(one, "");
  writeFileSync(two, "");
  await begins(born, "cccccccc-1", two);
  assert.is(agent().record.nativeSession, "cccccccc-1");
  appendFileSync(one, prompt());
  w.started[0]!.shown = "working";
  appendFileSync(two, prompt());
  await is("working");
  assert.equal([agent().record.turn, agent().record.evidence?.source], [1, "transcript"]);
  assert.is(w.daemon.context.transcripts.count, 1);
});

test("what was written before the agent was known to talk in it is history", async () => {
  const path = join(folder, "dddddddd-1.jsonl");
  writeFileSync(path, line({ type: "user", message: { content: "go" }, timestamp: time(60_000) }));
  await spawned("dddddddd-1", path);
  appendFileSync(path, prompt());
  w.started[0]!.shown = "working";
  await is("working");
  assert.is(agent().record.turn, 1);
});

test("the file of an agent that is gone is let go", async () => {
  const path = join(folder, "eeeeeeee-1.jsonl");
  const born = await spawned("eeeeeeee-1", path);
  assert.is(w.daemon.context.transcripts.count, 1);
  await w.ask("POST", `/v1/agents/${born.id}/stop`, { force: true });
  await until("none is followed", () => w.daemon.context.transcripts.count === 0);
});

test("Gemini's next conversation is known by its log, once its first turn began", async () => {
  const gemini = await world({ providers: [{ ...practice, name: "gemini" }] });
  try {
    const record = () => gemini.daemon.context.loop.fleet.agents.values().next().value!.record;
    const chats = join(folder, ".gemini/tmp/shop/chats");
    mkdirSync(chats, { recursive: true });
    const chat = (session: string, startTime: string) =>
      writeFileSync(
        join(chats, `session-${startTime.slice(0, 16).replace(":", "-")}-${session.slice(0, 8)}.jsonl`),
        `${JSON.stringify({ sessionId: session, startTime })}\n`,
      );
    const env = { HOME: folder };
    await gemini.ask("POST", "/v1/agents", { provider: "gemini", label: "g", cwd: "/", env });
    await until("it is idle", () => record().state === "idle");
    const payload = { DROVER_ID: record().id, session_id: "aaaaaaaa-a", source: "startup" };
    await gemini.ask("POST", "/v1/hooks/gemini/SessionStart", payload);
    await until("its session is known", () => record().nativeSession === "aaaaaaaa-a");
    chat("aaaaaaaa-a", "2026-11-20T15:19:10.797Z");
    chat("bbbbbbbb-b", "2026-11-20T15:19:33.989Z");
    const cleared = { sessionId: "aaaaaaaa-a", message: "/clear", timestamp: "2026-11-20T15:19:33.750Z" };
    writeFileSync(join(chats, "../logs.json"), JSON.stringify([cleared]));
    gemini.started[0]!.shown = "working";
    gemini.tmux.show(gemini.tmux.panes()[0]!.pane);
    await until("the next one is known", () => record().nativeSession === "bbbbbbbb-b");
  } finally {
    await gemini.end();
  }
});

test.run();
