import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite, until } from "../kit/t.js";
import { type Actor, PROGRAM, Stage } from "./stage.js";

const all = suite("rehearsal program");
const test = all.skipIf(spawnSync("tmux", ["-V"]).status !== 0, "tmux is not installed");
const stage = new Stage();
all.after(() => stage.close());

const ready = (actor: Actor) =>
  until("it is ready", () => /^ {2}ready/m.test(actor.screen()), { show: () => actor.screen() });
const event = (actor: Actor, kind: string, n = 1) =>
  until(`${kind} number ${n} is written down`, () => actor.events(kind)[n - 1], { show: () => actor.screen() });

test("an open dialog swallows a paste, and the Enter after it approves", async () => {
  const actor = stage.open(["--speed", "5", "permission"]);
  await event(actor, "dialog");
  actor.paste("please do not do this");
  actor.keys("Enter");
  const answered = await event(actor, "answered");
  assert.is(answered.choice, "Yes");
  assert.is(answered.by, "enter");
  await event(actor, "end");
  assert.is(actor.events("prompt").length, 1);
});

test("Escape denies a permission and ends the turn, and so does the last choice", async () => {
  const actor = stage.open(["--speed", "5", "permission"]);
  await event(actor, "dialog");
  actor.keys("Escape");
  assert.is((await event(actor, "end")).how, "interrupted");
  actor.keys("permission", "Enter");
  await event(actor, "dialog", 2);
  actor.keys("3");
  assert.is((await event(actor, "end", 2)).how, "denied");
});

test("a bracketed paste of many lines is one prompt, received as it was sent", async () => {
  const actor = stage.open(["--speed", "5"]);
  await ready(actor);
  const text = `first\n${Array.from({ length: 30 }, (_, i) => `\tline ${i}`).join("\n")}\nlast 漢字 🐢`;
  actor.paste(text);
  await until("the placeholder shows", () => actor.screen().includes("[Pasted text #1 +31 lines]"));
  actor.keys("Enter");
  assert.is((await event(actor, "prompt")).text, text.replaceAll("\t", "    "));
  await event(actor, "end");
  assert.is(actor.events("prompt").length, 1);
});

test("input sent while it is busy waits, and is played when the turn ends", async () => {
  const actor = stage.open(["go"], [{ on: "go", steps: [{ tool: "ls", ms: 4_000 }] }, { steps: [{ say: "Yes." }] }]);
  await event(actor, "turn");
  actor.keys("and then this", "Enter");
  assert.is((await event(actor, "prompt", 2)).queued, true);
  await until("it is shown as queued", () => actor.screen().includes("queued: and then this"));
  assert.is((await event(actor, "turn", 2)).text, "and then this");
  assert.is((await event(actor, "end", 2)).how, "finished");
});

test("keys typed while it starts are lost", async () => {
  const actor = stage.open(["--start-ms", "4000"]);
  await until("it paints", () => actor.screen().includes("starting"));
  actor.keys("too early", "Enter");
  await ready(actor);
  assert.is(actor.events("prompt").length, 0);
  assert.not.match(actor.screen(), /too early/);
});

test("Enter too soon after a paste is a newline where asked for", async () => {
  const actor = stage.open(["--paste-settle", "100000"]);
  await ready(actor);
  actor.paste("hello");
  actor.keys("Enter", "there");
  await until("the newline is in the box", () => /❯ hello\n {2}there/.test(actor.screen()));
  assert.is(actor.events("prompt").length, 0);
});

test("turns of the script that start by themselves go round, and stop at their number of times", async () => {
  const turns = [
    { every: 10, prompt: "one", times: 2, steps: [{ say: "a" }] },
    { every: 10, prompt: "two", times: 1, steps: [{ lines: 3, perSecond: 100, text: "row {n}" }] },
  ];
  const actor = stage.open([], turns);
  await event(actor, "end", 3);
  await ready(actor);
  assert.equal(
    actor.events("end").map((end) => end.answer),
    ["a", "row 1\nrow 2\nrow 3", "a"],
  );
});

/** tmux 3.3a now and then leaves an ended program a zombie until its next child ends: `run-shell` gives it one. */
const exitStatus = (actor: Actor) =>
  until("the pane is dead", () => {
    stage.tmux("run-shell", "-b", ":");
    return /^1 (\d+)$/.exec(actor.format("#{pane_dead} #{pane_dead_status}"))?.[1];
  });

test("a crash leaves the exit status it was given, and quitting leaves none", async () => {
  const crashed = stage.open(["--speed", "5", "crash"]);
  assert.is(await exitStatus(crashed), "7");
  const left = stage.open([]);
  await ready(left);
  left.keys("/quit", "Enter");
  assert.is(await exitStatus(left), "0");
  const hurried = stage.open(["long"]);
  await event(hurried, "turn");
  hurried.keys("C-c", "C-c");
  assert.is(await exitStatus(hurried), "0");
  const closed = stage.open([]);
  await ready(closed);
  closed.keys("C-d");
  assert.is(await exitStatus(closed), "0");
});

test("on the main screen a long answer is in tmux's history, row by row; on the alternate screen nowhere", async () => {
  const turns = [{ steps: [{ lines: 60, perSecond: 1000, text: "row {n} of the answer" }] }];
  const main = stage.open(["go"], turns);
  await event(main, "end");
  await ready(main);
  const history = stage.tmux("capture-pane", "-p", "-S", "-", "-t", main.pane);
  assert.equal(
    [...history.matchAll(/row (\d+) of the answer/g)].map((m) => Number(m[1])),
    Array.from({ length: 60 }, (_, i) => i + 1),
  );
  const alternate = stage.open(["--alt-screen", "go"], turns);
  await event(alternate, "end");
  await ready(alternate);
  assert.is(alternate.format("#{history_size} #{alternate_on}"), "0 1");
});

test("the state is told by OSC 7501 where asked for", async () => {
  const actor = stage.open(["--osc7501", "--speed", "5"]);
  await ready(actor);
  const log = join(stage.folder, "raw");
  stage.tmux("pipe-pane", "-t", actor.pane, `cat > '${log}'`);
  actor.keys("permission", "Enter");
  await event(actor, "dialog");
  actor.keys("1");
  await event(actor, "end");
  const told = await until("all is told", () => {
    const states = [...actorBytes(log).matchAll(/\x1b\]7501;state=([^\x1b]*)\x1b\\/g)].map((m) => m[1]);
    return states.length >= 4 ? states : null;
  });
  assert.equal(told, [
    "working:app=rehearsal",
    "blocked:app=rehearsal:kind=permission",
    "working:app=rehearsal",
    "done:app=rehearsal",
  ]);
});

function actorBytes(file: string): string {
  return spawnSync("cat", [file], { encoding: "utf8" }).stdout;
}

all("a bad script, a bad option and a missing terminal are one sentence and exit 2", () => {
  const bad = join(stage.folder, "bad.json");
  const sentence = (args: string[], script?: string) => {
    if (script !== undefined) writeFileSync(bad, script);
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" });
    assert.is(status, 2);
    assert.is(stderr.trim().split("\n").length, 1, stderr);
    return stderr.trim().replace(bad, "FILE");
  };
  assert.is(
    sentence(["--script", bad], '[{"steps": [{"say": "a"}, {"shout": "b"}]}]'),
    "drover-rehearsal: the script FILE is no use: turn 1 step 2 is none of say, lines, tool, permission, ask, error, crash, wait",
  );
  assert.match(sentence(["--script", bad], "not json"), /^drover-rehearsal: the script FILE is no use: it is not JSON/);
  assert.match(sentence(["--script", join(stage.folder, "nowhere")]), /cannot be read \(ENOENT\)$/);
  assert.match(sentence(["--speed", "0"]), /--speed must be more than 0$/);
  assert.match(sentence(["--wings"]), /--wings/);
  assert.is(sentence([]), "drover-rehearsal: it needs a terminal");
});

all.run();
