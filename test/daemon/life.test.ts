import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { AgentRecord, NewTab } from "#core/model.js";
import type { AgentJson, AgentsJson } from "#wire/agent.js";
import type { AdoptableJson, RemovedJson, RestartedJson, RestoredJson } from "#wire/requests.js";
import { isInstalled } from "../kit/program.js";
import { suite, until } from "../kit/t.js";
import type { MemoryStore } from "../twins/memory-store.js";
import { agentsOf, PracticeAgent, practice, type World, world } from "./practice.js";

const test = suite("lives over the socket");

/** Takes its prompt as an argument, and can resume. */
const talker = {
  ...practice,
  name: "talker",
  promptArgument: true,
  resume: ["--resume", "{session}"],
  shellMode: { opens: ["!"], guard: " " },
};

let w: World;
const tabs: NewTab[] = [];
async function begin(options: { store?: MemoryStore } = {}): Promise<void> {
  w = await world({ ...options, providers: [talker] });
  const create = w.tmux.createTab.bind(w.tmux);
  w.tmux.createTab = (tab) => {
    tabs.push(tab);
    return create(tab);
  };
}
test.beforeEach(async () => {
  tabs.length = 0;
  await begin();
});
test.afterEach(() => w.end());

type One = { agent: AgentJson; created: boolean };
const spawn = (label: string, more: Record<string, unknown> = {}) =>
  w.ask<One>("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label, ...more });
const { one, isIn } = agentsOf(() => w);
const restart = (ref: string, body: object = {}) => w.ask<RestartedJson>("POST", `/v1/agents/${ref}/restart`, body);
const hook = (name: string, body: object) => w.ask("POST", `/v1/hooks/talker/${name}`, body);
const recordOf = async (label: string): Promise<AgentRecord> => {
  const found = (await w.store.agents()).find((r) => r.label === label && r.archivedAtMs === null);
  if (found === undefined) throw new Error(`no record of ${label}`);
  return found;
};

test("a child's first prompt is never run in a shell; that of an agent without a parent is given as it is", async () => {
  await spawn("p");
  await spawn("a", { provider: "talker", prompt: "!ls", parent: "p" });
  await spawn("b", { provider: "talker", prompt: "!ls" });
  await spawn("c", { provider: "talker", prompt: "fix it!", parent: "p" });
  assert.equal(
    tabs.slice(1).map(({ command }) => command.at(-1)),
    [" !ls", "!ls", "fix it!"],
  );
});

test("the conversation a hook names is kept on disk, and resumed; the prompt is not given twice", async () => {
  const { agent } = (await spawn("a", { provider: "talker", prompt: "fix it", args: ["--model", "o"] })).body;
  assert.equal(tabs[0]?.command.slice(1), ["--model", "o", "fix it"]);
  await isIn("a", "idle");
  await hook("UserPromptSubmit", { DROVER_ID: agent.id, session_id: "s-123" });
  await until("it is on disk", async () => (await recordOf("a")).nativeSession === "s-123");
  assert.is((await one("a")).nativeSession, "s-123");
  w.tmux.change(agent.pane as "%1", { dead: true, exit: { code: 1, signal: null } });
  w.tmux.tick();
  await isIn("a", "exited");
  await w.store.commit({ agents: [{ ...(await recordOf("a")), turn: 1 }] });
  const { status, body } = await restart("a");
  assert.equal([status, body.how, body.created, body.agent.incarnation], [200, "prompt", false, 2], "no turn was seen");
  assert.equal(tabs[1]?.command.slice(1), ["--model", "o", "fix it"]);
});

test("an agent that had a turn goes on with its conversation", async () => {
  const { agent } = (await spawn("a", { provider: "talker", prompt: "fix it", args: ["--model", "o"] })).body;
  await isIn("a", "idle");
  await hook("UserPromptSubmit", { DROVER_ID: agent.id, session_id: "s-123" });
  const pane = w.started[0];
  if (pane === undefined) throw new Error("it was not started");
  pane.shown = "working";
  w.tmux.show(agent.pane as "%1");
  await isIn("a", "working");
  pane.shown = "finished";
  w.tmux.show(agent.pane as "%1");
  await isIn("a", "done");
  const { body } = await restart("a");
  assert.equal([body.how, body.agent.turn, body.agent.nativeSession], ["session", 1, "s-123"]);
  assert.equal(tabs[1]?.command.slice(1), ["--resume", "s-123", "--model", "o"]);
  assert.equal([tabs[1]?.mark.incarnation, tabs[1]?.env.DROVER_INCARNATION], [2, "2"]);
  assert.is(w.tmux.panes().length, 1);
});

test("a name for a conversation that could be an option is not believed", async () => {
  const { agent } = (await spawn("a", { provider: "talker" })).body;
  await hook("SessionStart", { DROVER_ID: agent.id, session_id: "--dangerous" });
  await hook("SessionStart", { DROVER_ID: agent.id, session_id: { a: 1 } });
  assert.is((await one("a")).nativeSession, null);
});

test("a prompt that was to be typed is typed again, once, after a restart", async () => {
  await spawn("a", { prompt: "fix it" });
  await until("it was typed", () => w.started[0]?.prompts.length === 1);
  const { body } = await restart("a");
  assert.is(body.how, "prompt");
  await until("it was typed again", () => w.started[1]?.prompts.length === 1);
  assert.equal(w.started[1]?.prompts, ["fix it"]);
});

test("a worker with neither prompt nor session is refused, and nothing is ended", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const { status, body } = await restart("a");
  assert.equal([status, body.error?.code], [409, "NOT_RESUMABLE"]);
  assert.is(body.error?.message, "worker has neither a prompt nor a session to resume");
  assert.equal([(await one("a")).state, w.tmux.panes().length], ["idle", 1]);
});

test("a conductor and a command of its own begin anew", async () => {
  await spawn("boss", { role: "conductor" });
  await spawn("job", { provider: "practice" });
  assert.equal([(await restart("boss")).body.how, (await one("boss")).incarnation], ["fresh", 2]);
});

test("a restart asks nobody's environment from the disk, and says what it lacks", async () => {
  await spawn("a", { prompt: "x", env: { COLOUR: "s3cret", SIZE: "9" }, path: process.env.PATH });
  assert.equal((await restart("a")).body.missingEnv, []);
  assert.is(tabs[1]?.env.COLOUR, "s3cret");
  const { store } = w;
  assert.not.match(JSON.stringify([await store.agents(), await store.latest(100)]), /s3cret/);
  assert.is((await restart("a", { env: { NESTED_X: "1" } })).status, 400);
});

test("a stop, two restarts and a removal at once happen one after the other", async () => {
  await spawn("a", { prompt: "x" });
  await until("it was typed", () => w.started[0]?.prompts.length === 1);
  const stop = w.ask("POST", "/v1/agents/a/stop", {});
  const answers = await Promise.all([stop, restart("a"), restart("a"), w.ask("DELETE", "/v1/agents/a?force=1")]);
  assert.equal(
    answers.map((r) => r.status),
    [200, 200, 200, 200],
  );
  assert.equal(answers.map((r) => (r.body as unknown as One).agent.incarnation).slice(1), [2, 3, 3]);
  assert.equal(w.tmux.panes(), []);
});

test("only a conductor is replaced; another spawn in its session is answered with it", async () => {
  assert.is((await spawn("a", { replace: true })).status, 400);
  const first = (await spawn("boss", { role: "conductor" })).body.agent;
  await isIn("boss", "idle");
  assert.is((await spawn("b", { role: "conductor" })).body.agent.id, first.id);
  const { status, body } = await spawn("boss", { role: "conductor", replace: true });
  assert.equal([status, body.created, body.agent.id === first.id], [200, true, false]);
  assert.is((await one(first.id)).archived, true);
  assert.is(w.tmux.panes().length, 1);
});

test("a conductor is not ended for one whose label is another live agent's", async () => {
  await spawn("boss", { role: "conductor" });
  await spawn("other");
  for (const label of ["boss", "other"]) await isIn(label, "idle");
  const { status, body } = await spawn("other", { role: "conductor", replace: true });
  assert.equal([status, body.error?.code, (await one("boss")).state], [409, "CONFLICT", "idle"]);
  const present = await spawn("other", { role: "conductor", replace: true, ifAbsent: true });
  assert.equal([present.body.agent.label, present.body.created], ["other", false]);
  assert.is((await one("boss")).state, "idle");
});

test("a replacement that tmux refuses leaves the old conductor on the list, ended", async () => {
  const first = (await spawn("boss", { role: "conductor" })).body.agent;
  await isIn("boss", "idle");
  w.tmux.refuseTabs = new Fault("TMUX_REFUSED", "no space for new pane");
  assert.is((await spawn("new", { role: "conductor", replace: true })).status, 502);
  w.tmux.refuseTabs = null;
  assert.equal([(await one("boss")).id, (await one("boss")).state], [first.id, "exited"]);
  assert.is((await restart("boss")).status, 200);
});

test("a rename is refused for a name that is none, taken, or nobody's", async () => {
  await spawn("a");
  await spawn("b");
  const rename = (ref: string, label: string) => w.ask<One>("PATCH", `/v1/agents/${ref}`, { label });
  assert.equal((await rename("a", "c")).body.agent.label, "c");
  assert.equal(
    (await Promise.all([rename("c", "b"), rename("c", "B!"), rename("x", "d")])).map((r) => r.status),
    [409, 400, 404],
  );
  assert.equal(
    w.tmux.panes().map((p) => `${p.mark?.label} ${p.windowName}`),
    ["c c", "b b"],
  );
});

test("two renames to one label at once: one wins", async () => {
  await spawn("a");
  await spawn("b");
  const answers = await Promise.all(["a", "b"].map((ref) => w.ask("PATCH", `/v1/agents/${ref}`, { label: "c" })));
  assert.equal(answers.map((r) => r.status).sort(), [200, 409]);
});

test("a pane is taken in by hand, once, and given back when its agent is removed", async () => {
  const { pane } = w.tmux.put({ windowName: "mine", program: new PracticeAgent() });
  const adopt = (body: object) => w.ask<One>("POST", "/v1/adopt", body);
  assert.equal((await w.ask<AdoptableJson>("GET", "/v1/adoptable")).body.panes, []);
  const unknown = await adopt({ pane });
  assert.equal([unknown.status, unknown.body.error?.code], [400, "INVALID"]);
  const { body } = await adopt({ pane, provider: "practice", label: "a" });
  assert.equal([body.created, body.agent.pane, body.agent.label], [true, pane, "a"]);
  await isIn("a", "idle");
  assert.equal((await adopt({ pane })).status, 409);
  assert.is((await adopt({ pane: "%77" })).status, 404);
  assert.is((await adopt({ pane: "77" })).status, 400);
  assert.is((await w.ask("DELETE", "/v1/agents/a?force=1")).status, 200);
});

test("what lived when tmux went comes back by its own rules, and one that cannot does not keep the others", async () => {
  await spawn("told", { prompt: "x" });
  await spawn("boss", { role: "conductor" });
  await spawn("blank");
  await spawn("over", { prompt: "x" });
  for (const label of ["told", "boss", "blank", "over"]) await until(label, async () => (await one(label)).pane !== "");
  await w.ask("POST", "/v1/agents/over/stop", { force: true });
  const ids = [(await one("told")).id, (await one("boss")).id];
  await w.end();
  const { store, tmux } = w;
  tmux.restart("2");
  w = await world({ store, tmux, providers: [talker] });
  await isIn("told", "lost");
  const { body } = await w.ask<RestoredJson>("POST", "/v1/restore", {});
  assert.equal(
    body.agents.map((a) => a.id),
    ids,
  );
  assert.equal(
    body.errors.map((e) => `${e.label} ${e.code}`),
    ["blank NOT_RESUMABLE"],
  );
  assert.equal(
    tmux
      .panes()
      .map((p) => p.mark?.label)
      .sort(),
    ["boss", "told"],
  );
});

test("a program that only said that it ends is out of its tab before the next one is launched", async () => {
  const { agent } = (await spawn("a", { prompt: "x" })).body;
  await isIn("a", "idle");
  const [program] = w.started;
  if (program === undefined) throw new Error("it was not started");
  program.shown = "exited";
  w.tmux.show(agent.pane as "%1");
  await isIn("a", "exited");
  const create = w.tmux.createTab.bind(w.tmux);
  let beside: number | null = null;
  w.tmux.createTab = (tab) => {
    beside = w.tmux.panes().length;
    return create(tab);
  };
  assert.is((await restart("a")).status, 200);
  assert.is(beside, 0);
});

test("an agent whose tab was closed in the tmux that still runs is not brought back by restore", async () => {
  const { agent } = (await spawn("a", { prompt: "x" })).body;
  w.tmux.kill(agent.pane as "%1");
  w.tmux.tick();
  await isIn("a", "lost");
  assert.equal((await w.ask<RestoredJson>("POST", "/v1/restore", {})).body.agents, []);
  assert.is((await restart("a")).status, 200);
});

test("an agent whose tab was closed before its tmux went is not brought back with the others", async () => {
  const { agent } = (await spawn("closed", { prompt: "x" })).body;
  await spawn("lived", { prompt: "x" });
  w.tmux.kill(agent.pane as "%1");
  w.tmux.tick();
  await isIn("closed", "lost");
  await w.end();
  const { store, tmux } = w;
  tmux.restart("2");
  w = await world({ store, tmux, providers: [talker] });
  await isIn("lived", "lost");
  const { body } = await w.ask<RestoredJson>("POST", "/v1/restore", {});
  assert.equal(
    body.agents.map(({ label }) => label),
    ["lived"],
  );
});

test("a silent tmux restores nobody: who cannot be seen may live", async () => {
  await spawn("a", { prompt: "x" });
  w.tmux.blind = "tmux-slow";
  w.tmux.tick();
  assert.is((await w.ask("POST", "/v1/restore", {})).status, 503);
  assert.is((await restart("a")).status, 503);
});

// ------------------------------------------------------------ worktrees

const hasGit = isInstalled("git");
const withGit = test.skipIf(!hasGit, "git is not installed");
const root = realpathSync(mkdtempSync(join(tmpdir(), "drover-life-")));
test.after(() => rmSync(root, { recursive: true, force: true }));
const repo = join(root, "proj");

function git(folder: string, ...args: string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" }).trim();
}

test.before(() => {
  if (!hasGit) return;
  mkdirSync(join(repo, "pkg"), { recursive: true });
  git(repo, "init", "-q", "-b", "main");
  writeFileSync(join(repo, "pkg/file"), "");
  git(repo, "add", "-A");
  git(repo, "commit", "-qm", "one");
});

withGit("an agent with a worktree works in it, at the same place below its root", async () => {
  const { agent } = (await spawn("t1", { cwd: join(repo, "pkg"), worktree: true })).body;
  const path = join(root, "proj.worktrees", "t1");
  assert.equal([agent.worktree, agent.cwd], [{ path, branch: "drover/t1" }, join(path, "pkg")]);
  assert.is(tabs[0]?.cwd, join(path, "pkg"));
  assert.ok(existsSync(join(path, "pkg/file")));
});

withGit("a worktree that cannot be made is a refusal, and leaves nobody on the list", async () => {
  const refused = await spawn("t2", { cwd: repo, worktree: "main" });
  assert.equal([refused.status, refused.body.error?.code], [400, "INVALID"]);
  assert.match(refused.body.error?.message ?? "", /git made no worktree: .*main/);
  assert.is((await spawn("t2", { cwd: repo, worktree: "no branch" })).status, 400);
  assert.is((await spawn("t2", { cwd: "/", worktree: true })).status, 400);
  assert.equal((await w.ask<AgentsJson>("GET", "/v1/agents")).body.agents, []);
  assert.equal(tabs, []);
});

withGit("a removal counts what would be lost and does nothing; by force it goes", async () => {
  const { agent } = (await spawn("t3", { cwd: repo, worktree: true })).body;
  const path = agent.worktree?.path ?? "";
  await isIn("t3", "idle");
  await w.ask("POST", "/v1/agents/t3/stop", { force: true });
  writeFileSync(join(path, "left"), "");
  const refused = await w.ask<{ loss: object }>("DELETE", "/v1/agents/t3");
  assert.equal([refused.status, refused.body.error?.code], [409, "CONFLICT"]);
  assert.equal(refused.body.loss, { files: 1, commits: 0, path, branch: "drover/t3" });
  assert.equal([existsSync(path), (await one("t3")).archived], [true, false]);
  const { body } = await w.ask<RemovedJson>("DELETE", "/v1/agents/t3?force=1");
  assert.equal([body.removed, body.errors, existsSync(path)], [true, [], false]);
});

withGit("a worktree that another agent works in is not taken from under it", async () => {
  const { agent } = (await spawn("t4", { cwd: repo, worktree: true })).body;
  const path = agent.worktree?.path ?? "";
  await spawn("guest", { cwd: path });
  await w.ask("POST", "/v1/agents/t4/stop", { force: true });
  assert.match((await w.ask("DELETE", "/v1/agents/t4")).body.error?.message ?? "", /guest works in/);
});

withGit("a part of a removal that fails is told, and the rest is done", async () => {
  const { agent } = (await spawn("t5", { cwd: repo, worktree: true })).body;
  await isIn("t5", "idle");
  await w.ask("POST", "/v1/agents/t5/stop", { force: true });
  git(repo, "worktree", "lock", agent.worktree?.path ?? "");
  const { status, body } = await w.ask<RemovedJson>("DELETE", "/v1/agents/t5");
  assert.equal([status, body.removed, body.agent.archived], [200, true, true]);
  assert.equal(
    body.errors.map((e) => e.label),
    ["worktree"],
  );
});

withGit("a restart finds its worktree, or makes it again", async () => {
  const { agent } = (await spawn("t6", { cwd: repo, worktree: true, prompt: "x" })).body;
  await isIn("t6", "working");
  await w.ask("POST", "/v1/agents/t6/stop", { force: true });
  rmSync(agent.worktree?.path ?? "", { recursive: true });
  assert.is((await restart("t6")).status, 200);
  assert.ok(existsSync(agent.worktree?.path ?? ""));
});

test.run();
