/** The life of agents as a person leads it: the real command line, a real tmux, practice agents. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { AgentJson } from "#wire/agent.js";
import type { AdoptableJson, RestartedJson, RestoredJson } from "#wire/requests.js";
import { isInstalled } from "../kit/program.js";
import { shellLine } from "../kit/shell-line.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("life", 60_000);

const home = new CliHome();
test.after(() => home.remove());

type One = { agent: AgentJson; created: boolean };
/** `pane label incarnation window` of every pane, as tmux has it. */
const panes = () =>
  home
    .tmux("list-panes", "-a", "-F", "#{pane_id} #{@drover-label} #{@drover-incarnation} #{window_name} #{pane_dead}")
    .split("\n")
    .filter((line) => !line.includes("cat"));
const paneOf = (label: string) => panes().find((line) => line.split(" ")[1] === label) ?? "";
const rested = (agent: AgentJson) => agent.state === "done" || agent.state === "idle";

test("a rename changes label, mark and tab; a user's name for the tab is shown and changes nothing", async () => {
  const { id } = await home.spawn("first", "-p", "say hello");
  await home.until("rests", "first", rested);
  const { agent, created } = await home.json<One>("rename", "first", "api");
  assert.equal([agent.id, agent.label, created], [id, "api", false]);
  await until("the tab is called so", () => /^%\d+ api 1 api 0$/.test(paneOf("api")), {
    show: () => panes().join("\n"),
  });
  home.tmux("rename-window", "-t", paneOf("api").split(" ")[0] ?? "", "mine");
  const seen = await home.until("shows the name", "api", ({ windowName }) => windowName === "mine");
  assert.is(seen.id, id);
  await home.spawn("other");
  assert.is((await home.run(["rename", "other", "api"])).status, 5);
  assert.is((await home.run(["rename", "other", "Not A Label"])).status, 2);
  assert.is((await home.run(["rename", "nobody", "x"])).status, 3);
});

test("a restart ends the program, and the same agent begins anew with its prompt, in one tab", async () => {
  const before = (await home.agents()).find(({ label }) => label === "api");
  const restarted = await home.json<RestartedJson>("restart", "api");
  assert.equal([restarted.agent.id, restarted.agent.incarnation, restarted.how], [before?.id, 2, "prompt"]);
  const after = await home.until("rests again", "api", (agent) => rested(agent) && agent.turn > (before?.turn ?? 0));
  assert.is(panes().filter((line) => line.split(" ")[1] === "api").length, 1, panes().join("\n"));
  assert.match(paneOf("api"), /^%\d+ api 2 api 0$/);
  assert.is.not(after.pane, before?.pane);
});

test("a worker without prompt or session is not restarted, and goes on", async () => {
  const { status, err } = await home.run(["restart", "other", "--json"]);
  assert.is(status, 1);
  const { error } = JSON.parse(err) as { error: { code: string; message: string } };
  assert.equal([error.code, error.message], ["NOT_RESUMABLE", "worker has neither a prompt nor a session to resume"]);
  assert.match(paneOf("other"), /^%\d+ other 1 other 0$/);
});

test("a crashed agent is restarted; its dead tab goes when the new one stands", async () => {
  await home.spawn("falls", "-p", "crash");
  await home.until("has ended", "falls", ({ state }) => state === "exited");
  assert.match(paneOf("falls"), / 1$/);
  await home.ok("restart", "falls");
  await until("the old tab is gone", () => panes().filter((line) => line.split(" ")[1] === "falls").length === 1);
  await home.ok("rm", "--force", "falls");
});

test("variables are given again by the daemon that knows them, and named when it does not", async () => {
  await home.spawn("vars", "-p", "say hi", "-e", "COLOUR=s3cret");
  const environ = (pane: string) => {
    const pid = home.tmux("display-message", "-p", "-t", pane, "#{pane_pid}");
    return execFileSync("cat", [`/proc/${pid}/environ`], { encoding: "utf8" }).split("\0");
  };
  const again = await home.json<RestartedJson>("restart", "vars");
  await until("its program runs", () => environ(again.agent.pane).includes("DROVER_INCARNATION=2"));
  assert.ok(environ(again.agent.pane).includes("COLOUR=s3cret"));
  await home.ok("down");
  const forgotten = await home.json<RestartedJson>("restart", "vars");
  assert.equal(forgotten.missingEnv, ["COLOUR"]);
  const given = await home.json<RestartedJson>("restart", "vars", "-e", "COLOUR=blue");
  assert.equal(given.missingEnv, []);
  await until("its program has it", () => environ(given.agent.pane).includes("COLOUR=blue"));
  await home.ok("rm", "--force", "vars");
});

test("a session has one conductor; a replacement takes its place, and the old one is archived", async () => {
  const boss = await home.spawn("boss", "--role", "conductor");
  const same = await home.json<One>("spawn", "rehearsal", "-s", "work", "--role", "conductor", "-l", "second");
  assert.equal([same.agent.id, same.created], [boss.id, false]);
  const next = await home.json<One>(
    "spawn",
    "rehearsal",
    "-s",
    "work",
    "--role",
    "conductor",
    "-l",
    "boss",
    "--replace",
  );
  assert.equal([next.created, next.agent.label], [true, "boss"]);
  const conductors = (await home.agents()).filter(({ role }) => role === "conductor");
  assert.equal(conductors.map(({ id, archived }) => [id === boss.id, archived]).sort(), [
    [false, false],
    [true, true],
  ]);
  assert.is(panes().filter((line) => line.split(" ")[1] === "boss").length, 1, panes().join("\n"));
});

test("two spawns of one label at once end with one agent", async () => {
  const spawn = () => home.run(["spawn", "rehearsal", "-l", "twin", "-s", "work", "--if-absent", "--json"]);
  const answers = (await Promise.all([spawn(), spawn(), spawn()])).map(({ out }) => JSON.parse(out) as One);
  assert.is(new Set(answers.map(({ agent }) => agent.id)).size, 1);
  assert.is(answers.filter(({ created }) => created).length, 1);
  assert.is(panes().filter((line) => line.split(" ")[1] === "twin").length, 1);
  await home.ok("rm", "--force", "twin");
});

const withGit = test.skipIf(!isInstalled("git"), "git is not installed");
withGit("a worktree of its own is made, kept while it holds work, and taken away clean", async () => {
  const repo = join(home.folder, "proj");
  mkdirSync(repo);
  const git = (folder: string, ...args: string[]) => {
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" });
  };
  git(repo, "init", "-q", "-b", "main");
  git(repo, "commit", "-q", "--allow-empty", "-m", "one");
  const { worktree, cwd } = await home.spawn("tree", "-c", repo, "-p", "say hi", "--worktree");
  const path = join(home.folder, "proj.worktrees", "tree");
  assert.equal([worktree, cwd], [{ path, branch: "drover/tree" }, path]);
  assert.is(git(path, "branch", "--show-current").trim(), "drover/tree");
  await home.until("rests", "tree", rested);
  await home.ok("stop", "tree");
  writeFileSync(join(path, "notes"), "");
  const refused = await home.run(["rm", "tree"]);
  assert.equal([refused.status, existsSync(path)], [5, true]);
  assert.match(refused.err, /1 uncommitted file/);
  git(path, "add", "-A");
  git(path, "commit", "-qm", "notes");
  assert.match((await home.run(["rm", "tree"])).err, /1 commit on no other branch/);
  git(repo, "merge", "-q", "drover/tree");
  assert.is(await home.ok("rm", "tree"), "tree removed\n");
  assert.equal([existsSync(path), git(repo, "branch", "--format=%(refname:short)").trim()], [false, "main"]);
  const nowhere = await home.run(["spawn", "rehearsal", "-c", "/", "--worktree"]);
  assert.match(nowhere.err, /in no git repository/);
});

test("an agent started by hand is listed, taken in, and given back", async () => {
  const rehearsal = home.command("x")[1]?.replace("drover.cjs", "drover-rehearsal.js") ?? "";
  home.tmux("new-session", "-d", "-s", "person", "-x", "100", "-y", "30");
  const shell = home.tmux("display-message", "-p", "-t", "=person:", "#{pane_id}");
  const plain = home.tmux("split-window", "-d", "-P", "-F", "#{pane_id}", "-t", shell);
  assert.equal((await home.json<AdoptableJson>("adopt")).panes, []);
  home.tmux("send-keys", "-t", shell, shellLine(process.execPath, rehearsal), "Enter");
  const [found] = await until("it is adoptable", async () => {
    const { panes: list } = await home.json<AdoptableJson>("adopt");
    return list.length > 0 ? list : null;
  });
  assert.equal([found?.pane, found?.provider, found?.session], [shell, "rehearsal", "person"]);
  assert.match(await home.ok("adopt"), new RegExp(`^${shell} +rehearsal`, "m"));
  const shellOnly = await home.run(["adopt", plain]);
  assert.equal([shellOnly.status, shellOnly.err.includes("no agent program")], [2, true]);
  const { agent, created } = await home.json<One>("adopt", shell, "-l", "hand");
  assert.equal([agent.label, agent.provider, agent.pane, created], ["hand", "rehearsal", shell, true]);
  await home.until("is read", "hand", ({ state }) => state === "idle");
  const again = await home.run(["adopt", shell]);
  assert.equal([again.status, again.err.includes("hand's already")], [5, true]);
  assert.is((await home.run(["adopt", "%999"])).status, 3);
  // Somebody else's pane stands beside it: the window is theirs to name.
  assert.not.match(home.tmux("display-message", "-p", "-t", shell, "#{window_name}"), "hand");
  await home.ok("stop", "hand");
  await home.ok("rm", "hand");
  await until("the mark is gone", () => home.tmux("show-options", "-pqv", "-t", shell, "@drover-id") === "");
  assert.match(home.tmux("list-panes", "-a", "-F", "#{pane_id}"), shell);
});

test("wait ends at the state, at the limit, or when it cannot come; next names who needs somebody", async () => {
  await home.spawn("asks", "-p", "permission please");
  const asking = await home.json<{ agent: AgentJson }>("wait", "asks", "--state", "blocked", "--timeout", "60");
  assert.is(asking.agent.state, "blocked");
  assert.is(await home.ok("next"), "asks\n");
  assert.is((await home.run(["wait", "asks", "--state", "idle", "--timeout", "1"])).status, 6);
  await home.ok("stop", "asks");
  assert.is((await home.run(["wait", "asks", "--state", "idle"])).status, 5);
  assert.is(await home.ok("wait", "asks"), "asks is exited\n");
  await home.ok("rm", "asks");
});

test("after tmux is gone all that lived comes back: same ids, same labels, and what cannot is named", async () => {
  const before = (await home.agents()).filter(({ archived }) => !archived);
  const named = (agents: readonly AgentJson[]) => agents.map(({ id, label }) => `${id} ${label}`).sort();
  await home.ok("down");
  home.tmux("kill-server");
  const ran = await home.run(["restore", "--json"]);
  const { agents, errors } = JSON.parse(ran.out) as RestoredJson;
  assert.equal(named(agents), named(before.filter(({ label }) => label === "api" || label === "boss")));
  assert.equal([ran.status, errors.map(({ label, code }) => `${label} ${code}`)], [1, ["other NOT_RESUMABLE"]]);
  await home.until("rests", "api", rested);
  assert.match(paneOf("api"), /^%\d+ api \d+ api 0$/);
  await until("the one that did not come back is lost", async () =>
    (await home.agents()).some(({ label, state }) => label === "other" && state === "lost"),
  );
  const again = JSON.parse((await home.run(["restore", "--json"])).out) as RestoredJson;
  assert.equal(again.agents, []);
});

test('with restore = "auto" they come back with the daemon', async () => {
  writeFileSync(join(home.folder, "config.toml"), 'restore = "auto"\n');
  const [api] = (await home.agents()).filter(({ label, archived }) => label === "api" && !archived);
  await home.ok("down");
  home.tmux("kill-server");
  const back = await home.until(
    "is back",
    "api",
    ({ id, incarnation, pane }) => id === api?.id && incarnation > api.incarnation && pane !== "",
  );
  assert.is(back.label, "api");
});

test.run();
