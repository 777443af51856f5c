import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HealthJson, MessageJson, ScreenJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("run-task", 40_000);

const home = new CliHome();
test.after(() => home.remove());

const screen = async (label: string) => (await home.json<ScreenJson>("output", label, "--screen")).rows.join("\n");
const shows = (label: string, what: string) =>
  until(`${label} shows ${what}`, async () => (await screen(label)).includes(what), {
    limitMs: 15_000,
    show: async () => `${await screen(label)}\n${await home.ok("log")}`,
  });
const tasks = () =>
  readdirSync(home.folder, { recursive: true }).filter((name) => /tasks\/.*\.json$/.test(String(name)));

test("an idle owner is woken by the end of its task, and the task's output and exit status are its own", async () => {
  await home.spawn("lead");
  await home.until("is ready", "lead", (agent) => agent.state === "idle");
  const ran = await home.run(["run-task", "--for", "lead", "--", "sh", "-c", "echo to-out; echo to-err >&2; exit 7"]);
  assert.equal([ran.status, ran.out, ran.err], [7, "to-out\n", "to-err\n"]);
  await shows("lead", "exit code 7");
  await home.until("had its turn", "lead", (agent) => agent.turn === 1 && agent.state !== "working");
  assert.equal(tasks(), []);
});

test("a signal is the program's, and told; a runner that is killed outright is missed", async () => {
  const start = (...words: string[]) => {
    const [program = "", ...rest] = home.command("run-task", "--for", "lead", "--", ...words);
    const child = spawn(program, rest, { env: home.env, cwd: home.folder, stdio: ["ignore", "pipe", "ignore"] });
    const ended = new Promise<string>((resolve) => child.on("exit", (code, signal) => resolve(`${code ?? signal}`)));
    const begun = new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
    return { child, ended, begun };
  };
  const hup = start("sh", "-c", "echo begun; exec sleep 77");
  await hup.begun;
  hup.child.kill("SIGHUP");
  assert.is(await hup.ended, "129");
  await shows("lead", "ended by SIGHUP");
  const gone = start("sh", "-c", 'echo begun; trap "" TERM; exec sleep 3');
  await gone.begun;
  gone.child.kill("SIGKILL");
  assert.is(await gone.ended, "SIGKILL");
  await shows("lead", "it was killed");
});

test("with the daemon killed under it the end is told all the same", async () => {
  const { pid } = await home.json<HealthJson>("status");
  const ran = await home.run([
    "run-task",
    "--for",
    "lead",
    "--",
    "sh",
    "-c",
    `kill -9 ${pid}; echo done-without-it; exit 3`,
  ]);
  assert.equal([ran.status, ran.out], [3, "done-without-it\n"]);
  assert.equal(tasks(), [], "a daemon was started and took it");
  await shows("lead", "done-without-it");
});

test("in an agent's own tab it is for that agent, and report is for its parent", async () => {
  await home.spawn("kid", "--parent", "lead");
  await home.until("is ready", "kid", (agent) => agent.state === "idle");
  const { id } = (await home.agents()).find(({ label }) => label === "kid")!;
  const inside = { DROVER_ID: id };
  assert.is((await home.run(["run-task", "--", "sh", "-c", "echo own-tests-pass"], "", inside)).status, 0);
  await shows("kid", "own-tests-pass");
  const reported = await home.run(
    ["report", "--json", "--status", "error", "half", "of", "it", "is", "done"],
    "",
    inside,
  );
  assert.is(reported.status, 0, reported.err);
  const { message } = JSON.parse(reported.out) as { message: MessageJson };
  assert.equal([message.kind, message.completion?.kind, message.completion?.label], ["completion", "report", "kid"]);
  await shows("lead", "[error] half of it is done");
  assert.match(await home.ok("why", message.id), /kid to lead, report/);
});

test("where no daemon can be had the program runs all the same, and the next daemon tells of its end", async () => {
  const { id } = (await home.agents()).find(({ label }) => label === "kid")!;
  await home.ok("down");
  const bare = join(home.folder, "bare");
  mkdirSync(bare);
  symlinkSync("/bin/sh", join(bare, "sh"));
  // Without tmux on its PATH no daemon starts.
  const inside = { DROVER_ID: id, DROVER_LABEL: "kid", PATH: bare };
  const ran = await home.run(["run-task", "--", "sh", "-c", "echo ran-alone; exit 9"], "", inside);
  assert.equal([ran.status, ran.out], [9, "ran-alone\n"]);
  assert.match(ran.err, "the end of the task is kept, and told when it does");
  assert.is(tasks().length, 1);
  await shows("kid", "ran-alone");
  assert.equal(tasks(), []);
});

test("nobody to tell is refused before anything runs", async () => {
  const ran = await home.run(["run-task", "--for", "nobody", "--", "sh", "-c", "echo ran"]);
  assert.equal([ran.status, ran.out], [3, ""]);
  assert.is((await home.run(["run-task", "--", "sh", "-c", "echo ran"])).status, 2);
  assert.is((await home.run(["run-task", "--for", "lead"])).status, 2);
});

test.run();
