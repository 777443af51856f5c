import { appendFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { gemini } from "#core/screen/agents/gemini.js";
import type { Provider } from "#core/screen/reading.js";
import { suite, until } from "../kit/t.js";
import { practice, type World, world } from "./practice.js";

const test = suite("debug logs that are followed");

let w: World;
let folder: string;
test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "drover-debug-"));
  const { newSession } = gemini;
  await begin("gemini", { newSession: newSession! });
});
test.afterEach(async () => {
  await w.end();
  rmSync(folder, { recursive: true, force: true });
});

const begin = async (name: string, own: Partial<Provider> = {}) => {
  w = await world({
    providers: [{ ...practice, name, debugLog: "ITS_LOG", ...own }],
    spoolDir: join(folder, "spool"),
  });
  await w.ask("POST", "/v1/agents", { provider: name, label: "a", cwd: "/" });
  await is("idle");
};
const agent = () => w.daemon.context.loop.fleet.agents.values().next().value!;
const is = (state: string) =>
  until(`it is ${state}`, () => agent().record.state === state, { show: () => agent().record.state });
const shows = (shown: "working" | "ready", state: string = shown) => {
  w.started[0]!.shown = shown;
  w.tmux.show(agent().pane!);
  return is(state);
};
const log = () => join(folder, "debug-logs", `${agent().record.id}-1.log`);
const failed = (attempt: number) => {
  const at = new Date(w.daemon.context.clock.now()).toISOString();
  return `[${at}] [WARN] Attempt ${attempt} failed with status 500. Retrying with backoff... {"message":"no luck"}\n    at x\n`;
};

test("a wait that Gemini CLI writes of is the reason of its turn, which goes on", async () => {
  await shows("working");
  appendFileSync(log(), failed(2));
  await until("it says so", () => agent().record.reason === "retrying, attempt 3: no luck");
  appendFileSync(log(), failed(3));
  await until("it says so anew", () => agent().record.reason === "retrying, attempt 4: no luck");
  assert.equal([agent().record.state, agent().record.turn], ["working", 1]);
  await shows("ready", "done");
  assert.is(agent().record.reason, null);
});

test("whoever's table names a log is heard, its conversation known or not, and proves it by its own name", async () => {
  await w.end();
  await begin("mine");
  await shows("working");
  appendFileSync(log(), failed(2));
  await until("it says so", () => agent().record.reason === "retrying, attempt 3: no luck");
  assert.is(agent().record.evidence?.rule, "mine/debug-log");
});

test("a log that gets long is cut short, and followed on", async () => {
  await shows("working");
  appendFileSync(log(), `${"x".repeat(1_000)}\n`.repeat(1_500));
  await until("it is cut", () => statSync(log()).size === 0);
  appendFileSync(log(), failed(1));
  await until("it says so", () => agent().record.reason === "retrying, attempt 2: no luck");
});

test("it goes with its launch, and what a daemon before left behind goes too", async () => {
  const path = log();
  assert.ok(existsSync(path));
  await w.ask("DELETE", "/v1/agents/a?force=true");
  await until("it is gone", () => !existsSync(path));
  const left = join(folder, "debug-logs", "01OLD-1.log");
  writeFileSync(left, "");
  const next = await world({ spoolDir: join(folder, "spool") });
  await next.end();
  assert.not.ok(existsSync(left));
});

test.run();
