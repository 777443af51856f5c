import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import * as assert from "uvu/assert";
import type { AgentJson, HealthJson, MessageJson, OutputJson, QuestionJson, ScreenJson, WhyJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("cli", 40_000);

const home = new CliHome();
test.after(() => home.remove());

test("an agent is spawned, seen waiting with its dialog, answered, and seen to be done", async () => {
  const born = await home.spawn("asks", "-p", "permission please");
  assert.equal([born.label, born.provider, born.session, born.incarnation], ["asks", "rehearsal", "work", 1]);
  const blocked = await home.until("waits", "asks", (agent) => agent.state === "blocked");
  assert.is(blocked.id, born.id);
  assert.match(blocked.question?.text ?? "", "npm test");

  const table = await home.ok("ls");
  assert.match(table, /◆ {2}asks +blocked .* {2}npm test$/m);
  const stale = await home.run(["answer", "asks", "1", "--if", "another", "--json"]);
  assert.equal([stale.status, stale.out], [5, ""]);
  const refusal = JSON.parse(stale.err) as { error: { code: string }; question: QuestionJson };
  assert.equal([refusal.error.code, refusal.question.fingerprint], ["STALE", blocked.question?.fingerprint]);

  const answered = await home.json<{ answered: boolean }>(
    "answer",
    "asks",
    "1",
    "--if",
    blocked.question?.fingerprint ?? "",
  );
  assert.is(answered.answered, true);
  await home.until("is done", "asks", (agent) => agent.state === "done" || agent.state === "idle");
  const screen = await home.json<ScreenJson>("output", "asks", "--screen");
  assert.match(screen.rows.join("\n"), "All 42 tests pass");
  assert.is(screen.rows.length, screen.size.rows);
  await home.until("was seen", "asks", (agent) => agent.state === "idle");

  const why = await home.json<WhyJson>("why", "asks");
  assert.is(why.state, "idle");
  assert.ok(
    why.history.some((h) => h.to === "blocked" && h.rule !== ""),
    JSON.stringify(why.history),
  );
  assert.match(await home.ok("why", "asks"), "asks is idle");
});

test("a prompt of three lines arrives as one, and what is not sent says why", async () => {
  await home.spawn("hears");
  await home.until("is ready", "hears", (agent) => agent.state === "idle");
  const sent = await home.run(["send", "hears", "-", "--json"], "one\ntwo\nthree\n");
  assert.is(sent.status, 0, sent.err);
  const { message } = JSON.parse(sent.out) as { message: MessageJson };
  assert.is(message.state, "delivered");
  await home.until("had its turn", "hears", (agent) => agent.turn === 1 && agent.state !== "working");
  const idle = await home.run(["interrupt", "hears"]);
  assert.equal([idle.status, idle.err], [5, "drover: hears has no turn under way\n"]);
  assert.match((await home.json<ScreenJson>("output", "hears", "--screen")).rows.join("\n"), /one\n.*two\n.*three/);

  await home.ok("send", "hears", "a question now");
  await home.until("asks", "hears", (agent) => agent.state === "blocked");
  const refused = await home.run(["send", "--now", "hears", "do something else"]);
  assert.is(refused.status, 5, refused.out);
  // The key that interrupts a turn would answer the dialog.
  assert.is((await home.run(["interrupt", "hears"])).status, 5);
  await home.ok("answer", "hears", "1");
  await home.until("stopped asking", "hears", (agent) => agent.state !== "blocked");
});

test("a daemon killed outright is started again by the next command, with the same agents", async () => {
  const before = await home.agents();
  const { pid } = await home.json<HealthJson>("status");
  process.kill(pid, "SIGKILL");
  const after = await home.agents();
  const who = (agents: AgentJson[]) => agents.map((a) => `${a.id} ${a.label} ${a.pane}`).sort();
  assert.equal(who(after), who(before));
  assert.is.not((await home.json<HealthJson>("status")).pid, pid);
  await home.until("is seen again", "hears", (agent) => agent.state === "idle" || agent.state === "done");
});

test("twelve commands at once start one daemon, and all are served", async () => {
  await home.ok("down");
  assert.is((await home.run(["status"])).status, 4);
  const served = await Promise.all(Array.from({ length: 12 }, () => home.json<HealthJson>("daemon")));
  assert.is(new Set(served.map((health) => health.pid)).size, 1);
  assert.is((await home.agents()).length, 2);
});

test("attach hands the terminal to tmux on the agent's tab, and detaching gives it back", async () => {
  const pane = (await home.agents()).find((agent) => agent.label === "asks")?.pane ?? "";
  const quoted = home.command("attach", "asks").map((word) => `'${word}'`);
  home.tmux(
    "new-session",
    "-d",
    "-s",
    "person",
    "-x",
    "100",
    "-y",
    "30",
    `env -u TMUX ${quoted.join(" ")}; echo back again; cat`,
  );
  const clients = () => home.tmux("list-clients", "-F", "#{client_name} #{pane_id}").split("\n");
  const client = await until("a client shows the agent's pane", () => clients().find((c) => c.endsWith(` ${pane}`)));
  home.tmux("detach-client", "-t", client.split(" ")[0] ?? "");
  const shown = () => home.tmux("capture-pane", "-p", "-t", "=person:");
  await until("the terminal is back", () => shown().includes("back again"), { show: shown });
});

test("inside the same tmux server attach switches the client that asked", async () => {
  const [asks, hears] = ["asks", "hears"].map((label) => home.until("lives", label, () => true));
  const target = (await hears)?.pane ?? "";
  home.tmux("new-session", "-d", "-s", "desk", "-x", "100", "-y", "30");
  home.tmux(
    "new-session",
    "-d",
    "-s",
    "outer",
    "-x",
    "100",
    "-y",
    "30",
    `env -u TMUX tmux -L ${home.server} attach -t =desk`,
  );
  const clients = () =>
    home.tmux("list-clients", "-F", "#{session_name} #{pane_id} #{client_control_mode}").split("\n");
  await until("a client shows the desk", () => clients().some((c) => c.startsWith("desk ")));
  const quoted = home.command("attach", "hears").map((word) => `'${word}'`);
  home.tmux(
    "send-keys",
    "-t",
    "=desk:",
    `DROVER_HOME='${home.folder}' HOME='${home.folder}' ${quoted.join(" ")}`,
    "Enter",
  );
  await until("the client shows the agent", () => clients().some((c) => c === `work ${target} 0`), {
    show: () => clients().join("\n"),
  });
  assert.not(
    clients().some((c) => c.startsWith("desk ")),
    clients().join("\n"),
  );
  assert.is.not((await asks)?.pane, target);
});

test("self is the agent whose mark the pane bears", async () => {
  const { id, pane } = await home.until("lives", "hears", () => true);
  const socket = home.tmux("display-message", "-p", "#{socket_path}");
  const self = await home.run(["why", "self", "--json"], "", { TMUX: `${socket},1,0`, TMUX_PANE: pane });
  assert.is((JSON.parse(self.out) as WhyJson).label, "hears", self.err);
  const byId = await home.run(["why", "self", "--json"], "", { DROVER_ID: id });
  assert.is((JSON.parse(byId.out) as WhyJson).label, "hears");
  const desk = home.tmux("list-panes", "-t", "=desk:", "-F", "#{pane_id}");
  const nobody = await home.run(["why", "self"], "", { TMUX: `${socket},1,0`, TMUX_PANE: desk });
  assert.equal([nobody.status, nobody.out], [2, ""]);
});

test("the log tells what happened, as text and as one JSON object a line", async () => {
  const text = await home.ok("log", "--agent", "asks");
  assert.match(text, /asks {2}born/);
  assert.match(text, /asks {2}state {2}\w+ -> blocked/);
  const lines = (await home.ok("log", "--after", "0", "--json")).trimEnd().split("\n");
  const entries = lines.map(
    (line) => JSON.parse(line) as { seq: number; at: string; kind: string; agent: string | null },
  );
  assert.equal(
    entries.map((e) => e.seq),
    entries.map((_, i) => (entries[0]?.seq ?? 0) + i),
  );
  for (const { at, kind } of entries) assert.ok(at.endsWith("Z") && kind !== "");
});

test("the log is followed while things happen, across a daemon's death, until its reader leaves", async () => {
  const [program = "", ...args] = home.command("log", "--follow", "--json");
  const child = spawn(program, args, { env: home.env });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const seqs = () =>
    out
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
  const newest = async () => (await home.json<HealthJson>("status")).seq;
  await until("all that happened is told", async () => seqs().at(-1) === (await newest()), { show: () => out });
  process.kill((await home.json<HealthJson>("status")).pid, "SIGKILL");
  await home.ok("spawn", "rehearsal", "--label", "late", "-s", "work");
  await until("what happened later is told", async () => seqs().at(-1) === (await newest()), { show: () => out });
  assert.match(out, '"late"');
  assert.equal(
    seqs(),
    seqs().map((_, i) => (seqs()[0] ?? 0) + i),
  );
  child.kill("SIGINT");
  assert.is(await ended, 0);
});

test("a log that is followed ends with the daemon where that was told to end", async () => {
  const [program = "", ...args] = home.command("log", "--follow");
  const child = spawn(program, args, { env: home.env });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await home.ok("spawn", "rehearsal", "--label", "followed", "-s", "work");
  await until("it follows", () => out.includes("followed"), { show: () => out });
  await home.ok("down");
  assert.equal([await ended, err], [0, "the daemon was stopped\n"]);
  await home.ok("rm", "--force", "followed");
});

test("a reader that has seen enough is no failure", async () => {
  const [program = "", ...args] = home.command("ls");
  const child = spawn(program, args, { env: home.env });
  child.stdout.destroy();
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.equal([status, err], [0, ""]);
});

test("a stopped agent stays in the list, a removed one is found under --all, and its label is free", async () => {
  assert.equal(await home.ok("stop", "asks"), "asks stopped\n");
  await home.until("has ended", "asks", (agent) => agent.state === "exited" && !agent.archived);
  assert.equal(await home.ok("rm", "asks"), "asks removed\n");
  assert.not.match(await home.ok("ls"), "asks");
  assert.match(await home.ok("ls", "--all"), /asks +exited, removed/);
  const again = await home.spawn("asks");
  const old = (await home.agents()).find((agent) => agent.label === "asks" && agent.archived);
  assert.is.not(again.id, old?.id);
});

test("a label already taken is a conflict, unless any live agent of that name will do", async () => {
  const taken = await home.run(["spawn", "rehearsal", "--label", "hears"]);
  assert.is(taken.status, 5, taken.err);
  const same = await home.json<{ agent: AgentJson; created: boolean }>(
    "spawn",
    "rehearsal",
    "--label",
    "hears",
    "--if-absent",
  );
  assert.is(same.created, false);
});

test("down ends the daemon and no agent", async () => {
  const panes = () => home.tmux("list-panes", "-a", "-F", "#{pane_id} #{@drover-label} #{pane_dead}");
  const before = panes();
  assert.match(before, "hears");
  assert.equal(await home.ok("down"), "the daemon has stopped; the agents go on\n");
  const left = () =>
    panes()
      .split("\n")
      .filter((line) => !line.includes("hears") || line.endsWith(" 0"));
  assert.ok(
    left().some((line) => line.includes("hears")),
    panes(),
  );
});

test("the answer to a prompt is waited for, also where it has to be queued first; a time-out says so", async () => {
  await home.spawn("answers");
  const first = await home.run(["send", "answers", "--wait", "--timeout", "30", "quote"]);
  const last = await home.json<OutputJson>("output", "answers");
  assert.equal([first.status, first.out], [0, `${last.text}\n`]);
  await home.ok("send", "answers", "permission please");
  await home.until("waits", "answers", (agent) => agent.state === "blocked");
  const late = await home.run(["send", "answers", "--wait", "--timeout", "1", "hello"]);
  assert.is(late.status, 6, late.err);
  assert.match(late.err, /no answer after 1 s: it is queued/);
  const waits = home.run(["send", "answers", "--wait", "--json", "and hello"]);
  await home.until("both are queued", "answers", (agent) => agent.mail.queued === 2);
  await home.ok("answer", "answers", "1");
  const { out, status } = await waits;
  const told = JSON.parse(out) as { message: MessageJson; output: OutputJson };
  assert.equal([status, told.message.state, told.output.turn], [0, "delivered", told.message.turn]);
  assert.is((await home.run(["send", "answers", "--timeout", "1", "x"])).status, 2);
});

test("what cannot be written out is said in a line, and the exit status is 1", () => {
  if (!existsSync("/dev/full")) return;
  const [node = "", ...args] = home.command("ls", "--json");
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(node, args, {
    env: home.env,
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
  });
  closeSync(full);
  assert.is(status, 1, stderr);
  assert.match(stderr, /^drover: standard output cannot be written: .*\n$/);
});

test.run();
