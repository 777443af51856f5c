import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parseCast } from "#host/cast.js";
import { recordedFacts } from "#host/recorded-facts.js";
import type { HealthJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("record", 50_000);

const home = new CliHome();
test.after(() => home.remove());

const script = home.script([
  {
    on: "ask",
    steps: [
      { say: "I will ask, and take my time about it.", rate: 40 },
      { permission: "npm test" },
      { say: "Thanks." },
    ],
  },
  { on: "fail", steps: [{ say: "So far." }, { error: "api" }] },
  { on: "", steps: [{ say: "line one of the answer, slowly enough to be seen at work", rate: 60 }] },
]);

/** The command line as a process of its own, which a signal ends. */
function recording(label: string, file: string): { end: () => Promise<number | null> } {
  const [program = "", ...args] = home.command("record", label, "-o", file);
  const child = spawn(program, args, { env: home.env, stdio: "ignore" });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    end: () => {
      child.kill("SIGINT");
      return ended;
    },
  };
}

const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { t: number; state?: string; rule?: string | null; question?: unknown });

test("a recording played back decides as the daemon did, dialogs and hooks with it", async () => {
  await home.ok("spawn", "rehearsal", "-l", "rec", "-s", "work", "--", "--script", script);
  const agent = await home.until("is ready", "rec", ({ state }) => state === "idle");
  const file = join(home.folder, "rec.cast");
  const recorder = recording("rec", file);
  await until("the recording has begun", () => existsSync(file) && readFileSync(file, "utf8").includes('"o"'));
  assert.is(statSync(file).mode & 0o777, 0o600);

  await home.ok("send", "rec", "hello");
  await home.until("ended its turn", "rec", ({ state, turn }) => turn === 1 && state === "done");
  await home.ok("send", "rec", "ask me");
  await home.until("asks", "rec", ({ state }) => state === "blocked");
  await home.ok("answer", "rec", "1");
  await home.until("ended its second turn", "rec", ({ state, turn }) => turn === 2 && state === "done");
  await home.ok("output", "rec");
  await home.until("was seen", "rec", ({ state }) => state === "idle");
  // A hook says what the screen does not show, and goes on contradicting until the screen is believed.
  await hook(agent.id, "UserPromptSubmit", { prompt: "said aside" });
  // That it works is believed for a moment: on a busy machine nobody may ask within it, but it is recorded.
  await home.until("is seen at rest again", "rec", ({ state, turn }) => turn === 3 && state !== "working");
  await until("both are recorded", () => {
    const { decided } = recordedFacts(parseCast(readFileSync(file, "utf8")));
    const worked = decided.findIndex(({ state, rule }) => state === "working" && rule?.endsWith("/UserPromptSubmit"));
    return worked >= 0 && decided.slice(worked).some(({ state }) => state !== "working");
  });
  assert.is(await recorder.end(), 0);

  const { decided, begins, hookEvents } = recordedFacts(parseCast(readFileSync(file, "utf8")));
  assert.equal([begins?.state, hookEvents.map(({ name }) => name)], ["idle", ["UserPromptSubmit"]]);
  const replayed = lines(await home.ok("replay", file, "--json")).filter(({ state }) => state !== undefined);
  assert.equal(proven(replayed), proven(merged(decided)));
  assert.ok(replayed.some(({ state }) => state === "blocked"));
  assert.ok(replayed.some(({ rule }) => rule === "claude/UserPromptSubmit" || rule === "rehearsal/UserPromptSubmit"));
});

/** Each state with the rule that decided it. */
function proven(all: readonly { state?: string; rule?: string | null }[]): string[] {
  return all.map(({ state, rule }) => `${state} ${rule}`);
}

/** Entries that only mark something as unread, or a dialog as another, change no state. */
function merged<T extends { state: string }>(all: readonly T[]): T[] {
  return all.filter((one, index) => one.state !== all[index - 1]?.state);
}

async function hook(id: string, name: string, payload: object): Promise<void> {
  const { tmux: _ } = await home.json<HealthJson>("status");
  const { socket } = JSON.parse(
    readFileSync(join(home.folder, "state", "servers", home.server, "daemon.json"), "utf8"),
  ) as { socket: string };
  await new Promise<void>((resolve, reject) => {
    const asked = request(
      { socketPath: socket, method: "POST", path: `/v1/hooks/rehearsal/${name}`, headers: { "x-drover-id": id } },
      (response) => {
        response.resume();
        response.on("end", () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)),
        );
      },
    );
    asked.on("error", reject);
    asked.end(JSON.stringify(payload));
  });
}

test("what a program writes is recorded through its pane's pipe, OSC 7501 with it, and decides the same", async () => {
  const own = new CliHome();
  try {
    writeFileSync(join(own.folder, "config.toml"), "[providers.rehearsal]\ntap = true\nhooks = false\n");
    await own.ok("spawn", "rehearsal", "-l", "raw", "-s", "work", "--", "--script", script, "--osc7501");
    const { pane } = await own.until("is ready", "raw", ({ state }) => state === "idle");
    await until("its pane is tapped", () => own.tmux("display-message", "-p", "-t", pane!, "#{pane_pipe}") === "1");
    const file = join(own.folder, "raw.cast");
    const [program = "", ...args] = own.command("record", "raw", "-o", file);
    const child = spawn(program, args, { env: own.env, stdio: "ignore" });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    await until("the recording has begun", () => existsSync(file) && readFileSync(file, "utf8").includes('"o"'));

    await own.ok("send", "raw", "hello");
    await own.until("ended its turn", "raw", ({ state, turn }) => turn === 1 && state === "done");
    await own.ok("send", "raw", "ask me");
    await own.until("asks", "raw", ({ state }) => state === "blocked");
    await own.ok("answer", "raw", "1");
    await own.until("ended its second turn", "raw", ({ state, turn }) => turn === 2 && state === "done");
    await own.ok("send", "raw", "fail");
    await own.until("failed", "raw", ({ state }) => state === "error");
    const cast = () => parseCast(readFileSync(file, "utf8"));
    await until("that is recorded", () => recordedFacts(cast()).decided.at(-1)?.state === "error");
    child.kill("SIGINT");
    assert.is(await ended, 0);

    const why = await own.json<{ history: { source: string; rule: string }[] }>("why", "raw");
    assert.ok(why.history.some(({ source, rule }) => source === "api" && rule === "rehearsal/osc-7501"));
    assert.ok(cast().raw);
    const bytes = cast()
      .events.map((event) => (event.kind === "output" ? event.text : ""))
      .join("");
    assert.match(bytes, /\x1b\]7501;state=blocked:app=rehearsal:kind=permission\x1b\\/);
    const replayed = lines(await own.ok("replay", file, "--json")).filter(({ state }) => state !== undefined);
    assert.equal(proven(replayed), proven(merged(recordedFacts(cast()).decided)));
    // Screen and status tell of the same; which is heard first is the machine's to say.
    assert.ok(replayed.some(({ rule }) => rule === "rehearsal/osc-7501"));
    // The agent is tapped on, since its provider is.
    assert.is(own.tmux("display-message", "-p", "-t", pane!, "#{pane_pipe}"), "1");
    await own.ok("down");
    await until("the pipe is given back", () => own.tmux("display-message", "-p", "-t", pane!, "#{pane_pipe}") === "0");
  } finally {
    await own.remove();
  }
});

test("where the pane's pipe is the user's, pictures are recorded, and it is said so", async () => {
  const { pane } = await home.spawn("piped");
  await home.until("is ready", "piped", ({ state }) => state === "idle");
  home.tmux("pipe-pane", "-O", "-t", pane!, `exec cat >${join(home.folder, "mine.log")}`);
  const file = join(home.folder, "piped.cast");
  const ran = await home.run(["record", "piped", "-o", file, "--seconds", "1"]);
  assert.is(ran.status, 0);
  assert.match(ran.err, /recording pictures: its pane is piped by somebody else/);
  assert.not(parseCast(readFileSync(file, "utf8")).raw);
  assert.is(home.tmux("display-message", "-p", "-t", pane!, "#{pane_pipe}"), "1");
  home.tmux("pipe-pane", "-t", pane!);
  const bytes = join(home.folder, "bytes.cast");
  await home.ok("record", "piped", "-o", bytes, "--seconds", "1");
  assert.ok(parseCast(readFileSync(bytes, "utf8")).raw);
  await until("it is given back", () => home.tmux("display-message", "-p", "-t", pane!, "#{pane_pipe}") === "0");
});

test("a file that is there is left alone, and an agent that is not leaves none", async () => {
  const file = join(home.folder, "mine.txt");
  writeFileSync(file, "mine");
  const there = await home.run(["record", "rec", "-o", file]);
  assert.equal([there.status, readFileSync(file, "utf8")], [5, "mine"]);
  assert.match(there.err, /is there already/);
  const nobody = join(home.folder, "nobody.cast");
  assert.is((await home.run(["record", "nobody", "-o", nobody])).status, 3);
  assert.not(existsSync(nobody));
  assert.is((await home.run(["record", "rec"])).status, 2);
});

test("an agent that is removed ends its recording in order", async () => {
  await home.ok("spawn", "rehearsal", "-l", "short", "-s", "work", "--", "--script", script);
  await home.until("is ready", "short", ({ state }) => state === "idle");
  const file = join(home.folder, "short.cast");
  const ran = home.run(["record", "short", "-o", file]);
  await until("the recording has begun", () => existsSync(file) && readFileSync(file, "utf8").includes('"o"'));
  await home.ok("rm", "short", "--force");
  assert.is((await ran).status, 0);
  assert.match(readFileSync(file, "utf8"), /"source\\":\\"process\\"/);
});

test("a provider of the configuration and any program are spawned and read by their tables", async () => {
  const own = new CliHome();
  try {
    const program = join(own.folder, "mine.sh");
    writeFileSync(
      program,
      '#!/bin/sh\nprintf "\\033]2;Ready\\007ask me\\n"\nwhile printf "> "; read -r x; do sleep 0.4; done\n',
      {
        mode: 0o755,
      },
    );
    writeFileSync(
      join(own.folder, "config.toml"),
      `[providers.mine]\ncommand = ["${program}"]\nprocess_names = []\ncomposer = { prompt = "^> $" }\n[[providers.mine.signs]]\nrule = "at-prompt"\nshows = "ready"\nwhere = "line"\nlooks_like = "^> $"\n`,
    );
    await own.ok("spawn", "mine", "-l", "mine", "-s", "work");
    await own.until("is ready", "mine", ({ state }) => state === "idle");
    assert.match(await own.ok("why", "mine"), /mine\/at-prompt/);
    await own.ok("spawn", "-l", "any", "-s", "work", "--", "sh", "-c", 'printf "name> "; read -r x; exec sleep 60');
    await own.until("is ready", "any", ({ state }) => state === "idle");
    assert.match(await own.ok("why", "any"), /generic\/prompt/);
    assert.match(await own.ok("providers"), /^mine +mine/m);
    assert.match((await own.run(["spawn"])).err, /needs a PROVIDER, or a command behind --/);
  } finally {
    await own.remove();
  }
});

test.run();
