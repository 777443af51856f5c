import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { AgentJson, OutputJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { MemoryStore } from "../twins/memory-store.js";
import { practice, type World, world } from "./practice.js";

const test = suite("output over the socket");

let w: World;
const folder = mkdtempSync(join(tmpdir(), "drover-"));
test.beforeEach(async () => {
  w = await world({ providers: [{ ...practice, name: "claude" }] });
});
test.afterEach(() => w.end());
test.after(() => rmSync(folder, { recursive: true, force: true }));

const state = () => w.daemon.context.loop.fleet.agents.values().next().value?.record.state;

async function spawned(provider = "practice"): Promise<AgentJson> {
  const { body } = await w.ask<{ agent: AgentJson }>("POST", "/v1/agents", { provider, label: "a", cwd: "/" });
  await until("it is idle", () => state() === "idle");
  return body.agent;
}

async function output(): Promise<OutputJson> {
  return (await w.ask<OutputJson>("GET", "/v1/agents/a/output")).body;
}

/** What `provider`'s hook says, and the screen with it: a screen that goes on saying otherwise would be believed. */
function hook(agent: AgentJson, name: string, more: Record<string, unknown> = {}, provider = "claude") {
  if (name === "UserPromptSubmit") w.started[0]!.shown = "working";
  if (
    name === "Stop" &&
    more.DROVER_INCARNATION === undefined &&
    (more.background_tasks as unknown[] | undefined)?.length !== 1
  )
    w.started[0]!.shown = "ready";
  return w.ask("POST", `/v1/hooks/${provider}/${name}`, { DROVER_ID: agent.id, ...more });
}

async function turn(agent: AgentJson, stop: Record<string, unknown>, provider = "claude"): Promise<void> {
  await hook(agent, "UserPromptSubmit", {}, provider);
  await hook(agent, "Stop", stop, provider);
}

test("a response that a hook hands over is given verbatim, with its turn, and reading it is seeing it", async () => {
  const agent = await spawned();
  assert.equal([(await output()).kind, (await output()).turn], ["none", 0]);
  const text = "Done:\n\n```ts\n\tconst a = 1;\n```\n\n  - ünïcode 界\n";
  await turn(agent, { last_assistant_message: text, background_tasks: [] });
  assert.is(state(), "done");
  assert.equal(await output(), { kind: "complete", text, source: "hook", turn: 1, lines: 7 });
  assert.is(state(), "idle");
});

test("while the next turn runs the last response stays; one without text replaces it by none", async () => {
  const agent = await spawned();
  await turn(agent, { last_assistant_message: "first" }, "codex");
  await hook(agent, "UserPromptSubmit", {}, "codex");
  assert.equal([(await output()).text, (await output()).turn], ["first", 1]);
  await hook(agent, "Stop", { last_assistant_message: null }, "codex");
  const { kind, text, source, turn: number } = await output();
  assert.equal([kind, text, source, number], ["none", "[NO RESPONSE - the turn ended without text]", "hook", 2]);
});

test("a turn whose hook did not name its response is not given the one before", async () => {
  const agent = await spawned();
  await turn(agent, { last_assistant_message: "first" });
  await turn(agent, {});
  assert.equal([(await output()).kind, (await output()).turn], ["none", 2]);
});

test("a hook with agents still at work, and one of an older launch, hand over nothing", async () => {
  const agent = await spawned();
  await hook(agent, "UserPromptSubmit");
  await hook(agent, "Stop", { last_assistant_message: "so far", background_tasks: [{ id: "x" }] });
  await hook(agent, "Stop", { last_assistant_message: "of another", DROVER_INCARNATION: 7 });
  assert.is((await output()).kind, "none");
  await hook(agent, "Stop", { last_assistant_message: "at last", background_tasks: [] });
  assert.is((await output()).text, "at last");
});

test("a daemon that starts again still has it", async () => {
  const store = new MemoryStore();
  await w.end();
  w = await world({ store });
  await turn(await spawned(), { last_assistant_message: "kept" });
  const { tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.equal([(await output()).text, (await output()).source], ["kept", "hook"]);
});

test("without a hook that names it the transcript has it, a line that is being written left out", async () => {
  const agent = await spawned("claude");
  const session_id = "5622b148-db7f-4a24-9fd9-7ed7271507e7";
  const file = join(folder, `${session_id}.jsonl`);
  const line = (json: unknown) => `${JSON.stringify(json)}\n`;
  const prompt = (text: string) => ({ type: "user", message: { content: text } });
  const answer = (text: string) => ({ type: "assistant", message: { content: [{ type: "text", text }] } });
  const over = { type: "system", subtype: "turn_duration" };
  writeFileSync(file, line(prompt("go")) + line(answer("**One**\n\n\ttwo")) + line(over));
  await turn(agent, { transcript_path: file, session_id });
  assert.equal(await output(), { kind: "complete", text: "**One**\n\n\ttwo", source: "transcript", turn: 1, lines: 3 });
  await hook(agent, "UserPromptSubmit");
  appendFileSync(file, `${line(prompt("again"))}{"type":"assistant","message":{"content":[{"ty`);
  assert.equal([(await output()).text, (await output()).turn], ["**One**\n\n\ttwo", 1]);
  await hook(agent, "Stop", { transcript_path: file, session_id });
  assert.equal([(await output()).kind, (await output()).source, (await output()).turn], ["none", "screen", 2]);
  appendFileSync(file, `pe":"text","text":"Two."}]}}\n${line(over)}`);
  assert.equal([(await output()).text, (await output()).source], ["Two.", "transcript"]);
  await hook(agent, "SessionStart", { session_id: "00000000-db7f-4a24-9fd9-7ed7271507e7", source: "startup" });
  assert.is((await output()).source, "screen");
});

test("one who follows gets the end at once where no turn is under way", async () => {
  const agent = await spawned();
  await turn(agent, { last_assistant_message: "over" });
  const following = w.follow("/v1/agents/a/output?follow=1");
  await until("it ended", () => following.events.length > 0);
  await following.closed;
  assert.equal(
    following.events.map(({ event, data }) => [event, data.text]),
    [["end", "over"]],
  );
  await until("it was seen", () => state() === "idle");
});

test("one who follows the screen gets its new rows, and the end with the turn's", async () => {
  const agent = await spawned();
  await hook(agent, "UserPromptSubmit");
  const following = w.follow("/v1/agents/a/output?follow=1&screen=1");
  await until("it watches", () => w.tmux.interested.focused.size === 1);
  w.started[0]!.draft = "one\ntwo";
  w.tmux.show("%1");
  await until("rows came", () => following.events.length > 0);
  await hook(agent, "Stop", { last_assistant_message: "over" });
  await following.closed;
  const lines = following.events.flatMap(({ event, data }) => (event === "lines" ? (data.lines as string[]) : []));
  assert.equal(lines, ["working", "> one", "> two"]);
  assert.equal([following.events.at(-1)?.event, following.events.at(-1)?.data.text], ["end", "over"]);
  assert.is(w.tmux.interested.focused.size, 0);
});

test.run();
