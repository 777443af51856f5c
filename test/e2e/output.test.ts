import { spawn } from "node:child_process";
import * as assert from "uvu/assert";
import type { OutputJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("output", 40_000);

const home = new CliHome();
test.after(() => home.remove());

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}`).join("\n");
const CODE = "All is well:\n\n    if (a) {\n      ● quoted\n    }\n\nThe end.";
const lines = (count: number) => ({ lines: count, perSecond: 100_000, text: "line {n}" });
const script = home.script([
  { on: "long", steps: [{ say: "I will look." }, { tool: "ls", result: "3 files" }, lines(900)] },
  { on: "code", steps: [{ say: CODE, rate: 100_000 }] },
  { on: "endless", steps: [lines(11_500)] },
  { on: "silent", steps: [{ tool: "ls", result: "nothing" }] },
  {
    on: "slow",
    steps: [
      { ask: "Begin?", options: ["Yes"] },
      { say: numbered(40), rate: 60 },
    ],
  },
  { on: "crash", steps: [{ say: "So far." }, { crash: 3 }] },
]);

async function begin(label: string, prompt: string, ...args: string[]): Promise<void> {
  await home.ok("spawn", "rehearsal", "-l", label, "-s", "work", "-p", prompt, "--", "--script", script, ...args);
}

async function ended(label: string, turn = 1): Promise<void> {
  await home.until("ended its turn", label, (a) => a.turn === turn && (a.state === "done" || a.state === "idle"));
}

const last = (label: string): Promise<OutputJson> => home.json<OutputJson>("output", label);

test("an answer that scrolled far into the history comes whole, and reading it is seeing it", async () => {
  await begin("whole", "long please");
  await home.until("is done", "whole", (agent) => agent.state === "done");
  const text = numbered(900);
  assert.equal(await last("whole"), { kind: "complete", text, source: "screen", turn: 1, lines: 900 });
  await home.until("was seen", "whole", (agent) => agent.state === "idle");
  assert.is(await home.ok("output", "whole"), `${text}\n`);
  await home.ok("send", "whole", "and the code?");
  await ended("whole", 2);
  assert.equal([(await last("whole")).text, (await last("whole")).turn], [CODE, 2]);
});

test("on the alternate screen what scrolled away is gone, and that is said; a turn of tools is none", async () => {
  await begin("alt", "long please", "--alt-screen");
  await ended("alt");
  const cut = await last("alt");
  assert.is(cut.kind, "partial");
  assert.match(cut.text, /^\[PARTIAL RESPONSE - .*lines retrieved\]\nline \d+\n(line \d+\n)+line 900$/);
  await home.ok("send", "alt", "silent please");
  await ended("alt", 2);
  assert.equal([(await last("alt")).kind, (await last("alt")).turn], ["none", 2]);
});

test("an answer longer than the history is partial", async () => {
  await begin("endless", "endless please");
  await ended("endless");
  const { kind, text } = await last("endless");
  assert.is(kind, "partial");
  assert.match(text, /^\[PARTIAL RESPONSE - .*lines retrieved\]\n/);
  assert.match(text, /\nline 11500$/);
});

test("of a program that crashed there is no response, and its end is told", async () => {
  await begin("crashes", "crash please");
  await home.until("ended", "crashes", (agent) => agent.state === "exited");
  assert.equal([(await last("crashes")).kind, (await last("crashes")).source], ["none", "screen"]);
});

test("an answer is followed line by line until its turn ends", async () => {
  await begin("slow", "slow please");
  await home.until("asks", "slow", (agent) => agent.state === "blocked");
  const [program = "", ...args] = home.command("output", "slow", "--follow");
  const child = spawn(program, args, { env: home.env, cwd: home.folder });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  // Both start as long as each other; then it has some seconds to say it all.
  await home.ok("answer", "slow", "1");
  await until("lines come before the end", () => /line 3\n/.test(out));
  assert.not.match(out, "line 40");
  assert.is(await closed, 0);
  assert.is(out, `${numbered(40)}\n`);
});

test.run();
