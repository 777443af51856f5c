import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { AgentId } from "#core/model.js";
import { begunAt, type TaskFile, writeTask } from "#host/task-files.js";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import type { TasksJson } from "#wire/requests.js";
import { suite, until } from "../kit/t.js";
import { MemoryStore } from "../twins/memory-store.js";
import { agentsOf, type World, world } from "./practice.js";

const test = suite("background tasks", 20_000);

let w: World;
let folder: string;
let store: MemoryStore;
test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "drover-tasks-"));
  store = new MemoryStore();
  w = await world({ store, tasksDir: folder });
});
test.afterEach(async () => {
  await w.end();
  rmSync(folder, { recursive: true, force: true });
});

const { one, isIn } = agentsOf(() => w);
const ready = async (label: string): Promise<AgentJson> => {
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", label });
  await isIn(label, "idle");
  return one(label);
};
const look = async () => (await w.ask<TasksJson>("POST", "/v1/tasks", {})).body;
const journal = async () =>
  (await w.ask<{ entries: Record<string, unknown>[] }>("GET", "/v1/journal?after=0&limit=500")).body.entries;
const ids = "01JD3V9K6W2Y8R5T7N4M1P0QX";
const ENDED = { code: 1, signal: null, failed: null, tail: "2 tests failed\n", cut: false, endedAtMs: 61_000 };
const task = (owner: AgentJson, more: Partial<TaskFile> = {}): TaskFile => ({
  id: `${ids}A`,
  owner: owner.id,
  incarnation: 1,
  label: owner.label,
  pane: owner.pane,
  command: ["/usr/bin/npm", "test"],
  cwd: "/",
  pid: process.pid,
  begun: begunAt(process.pid),
  startedAtMs: 1_000,
  end: null,
  ...more,
});

test("the end of a task wakes its idle owner, once, and its file goes", async () => {
  const lead = await ready("lead");
  writeTask(folder, task(lead));
  assert.equal(await look(), { told: [], running: 1 });
  writeTask(folder, task(lead, { end: ENDED }));
  const [told] = (await look()).told;
  assert.equal([told?.task, told?.message.to, told?.message.kind], [`${ids}A`, lead.id, "completion"]);
  assert.equal(readdirSync(folder), []);
  await until("it is woken", () => w.started[0]!.prompts.length === 1);
  assert.match(
    w.started[0]!.prompts[0]!,
    /task npm test ended:\n\/usr\/bin\/npm test: exit code 1, after 60 s\n\n2 tests failed/,
  );
  writeTask(folder, task(lead, { end: ENDED }));
  assert.is((await look()).told[0]?.message.id, told?.message.id, "the same end is the same completion");
  assert.is(w.started[0]!.prompts.length, 1);
});

test("the end of a task that is told while the daemon stops is not lost with its file", async () => {
  const lead = await ready("lead");
  const looksUp = store.completion.bind(store);
  let looks = 0;
  store.completion = (key) => {
    looks++;
    w.daemon.close();
    return looksUp(key);
  };
  writeTask(folder, task(lead, { end: ENDED }));
  void look().catch(() => {});
  await until("it was looked up", () => looks > 0);
  store.completion = looksUp;
  await w.end();
  w = await world({ store, tasksDir: folder, tmux: w.tmux });
  await until("the next daemon has told it", () => readdirSync(folder).length === 0);
  const mail = await store.mail();
  const done = await store.delivered(lead.id as AgentId, 9);
  assert.is([...mail, ...done].filter(({ kind }) => kind === "completion").length, 1);
});

test("a task whose file cannot be removed is told once, and holds up no other", async () => {
  const lead = await ready("lead");
  const looksUp = store.completion.bind(store);
  store.completion = (key) => {
    const path = join(folder, `${ids}A.json`);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    return looksUp(key);
  };
  writeTask(folder, task(lead, { end: ENDED }));
  assert.is((await look()).told.length, 1);
  store.completion = looksUp;
  writeTask(folder, task(lead, { id: `${ids}B`, end: ENDED }));
  assert.equal(
    (await look()).told.map(({ task }) => task),
    [`${ids}B`],
  );
});

test("a runner that was killed without a word is missed, by whoever looks and by nobody else", async () => {
  const lead = await ready("lead");
  const runner = spawn("sleep", ["60"], { stdio: "ignore" });
  const { pid } = runner;
  const ended = new Promise((resolve) => runner.on("exit", resolve));
  await new Promise((resolve) => runner.on("spawn", resolve));
  writeTask(folder, task(lead, { pid: pid!, begun: begunAt(pid!) }));
  assert.is((await look()).running, 1);
  runner.kill("SIGKILL");
  await ended;
  await until("it is told", () => w.started[0]!.prompts.length === 1);
  assert.match(w.started[0]!.prompts[0]!, "it was killed, and how it ended is not known");
});

test("a process that was given the number of a runner that was killed is not taken for it", async () => {
  const lead = await ready("lead");
  writeTask(folder, task(lead, { begun: "1" }));
  assert.is((await look()).told.length, 1);
});

test("an end of which the runner could not tell is found by the sweep", async () => {
  const lead = await ready("lead");
  writeTask(folder, task(lead));
  assert.is((await look()).running, 1);
  writeTask(folder, task(lead, { end: ENDED }));
  await until("it is told", () => w.started[0]!.prompts.length === 1);
  assert.match(w.started[0]!.prompts[0]!, "exit code 1");
});

test("an end that came while the daemon started, of which nobody could tell, is found a moment later", async () => {
  const lead = await ready("lead");
  const { tmux } = w;
  await w.end();
  w = await world({ store, tmux, tasksDir: folder });
  writeTask(folder, task(lead, { end: ENDED }));
  await until("it is told", () => readdirSync(folder).length === 0);
});

test("an end that no daemon took is told by the next one", async () => {
  const lead = await ready("lead");
  const { tmux } = w;
  await w.end();
  writeTask(folder, task(lead, { end: ENDED }));
  w = await world({ store, tmux, tasksDir: folder });
  await until("it is told", async () => (await one("lead")).mail.inbox === 1 || readdirSync(folder).length === 0);
});

test("its owner of then is told, whoever has its pane and its label by now, and that is journaled", async () => {
  const lead = await ready("lead");
  const other = await ready("other");
  writeTask(folder, task(lead, { pane: other.pane, label: "other", end: ENDED }));
  const { message } = (await look()).told[0]!;
  assert.is(message.to, lead.id);
  const entry = (await journal()).find(({ what }) => what === "task-misrouted");
  assert.equal([entry?.kind, entry?.owner, entry?.other, entry?.told], ["fault", lead.id, other.id, lead.id]);
  await until("the owner is woken", () => w.started[0]!.prompts.length === 1);
  assert.equal(w.started[1]!.prompts, []);
});

test("the end for an owner that is gone, or never was, is a dead letter and told nobody", async () => {
  const lead = await ready("lead");
  const other = await ready("other");
  await w.ask("DELETE", "/v1/agents/lead?force=1");
  writeTask(folder, task(lead, { end: ENDED }));
  writeTask(folder, task(lead, { id: `${ids}B`, owner: "01NOBODY", label: "nobody", end: ENDED }));
  const said = (await look()).told.map(({ message }: { message: MessageJson }) => `${message.state} ${message.reason}`);
  assert.equal(said, ["dead parent_removed", "dead orphan"]);
  assert.is((await one(other.id)).mail.inbox, 0);
  assert.equal(readdirSync(folder), []);
});

test("while the store takes nothing the file stays, and is tried again", async () => {
  const lead = await ready("lead");
  writeTask(folder, task(lead, { end: ENDED }));
  store.refuse = new Fault("STORE_FULL", "no space");
  assert.equal(await look(), { told: [], running: 1 });
  assert.equal(readdirSync(folder).length, 1);
  store.refuse = null;
  await until("it is told", () => w.started[0]!.prompts.length === 1);
});

test.run();
