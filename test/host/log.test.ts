import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openLog } from "#host/log.js";
import { suite } from "../kit/t.js";
import { MemoryLog } from "../twins/memory-log.js";

const test = suite("log");
const scratch = mkdtempSync(join(tmpdir(), "log-"));
test.after(() => rmSync(scratch, { recursive: true }));
const lines = (file: string) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("one object a line, with level, time, words and fields, from the level asked for on", async () => {
  const file = join(scratch, "a", "drover.log");
  mkdirSync(join(scratch, "a"));
  const { log, close } = openLog({ file, level: "info" });
  log.debug("too fine");
  log.info("started", { agents: 3 });
  log.error("broke", { error: new Error("why", { cause: new Error("deeper") }) });
  await close();
  const [first, second, ...rest] = lines(file);
  assert.equal(rest, []);
  assert.is(first!.level, "info");
  assert.is(first!.msg, "started");
  assert.is(first!.agents, 3);
  assert.is(first!.pid, process.pid);
  assert.ok(!Number.isNaN(Date.parse(first!.at as string)));
  assert.match((second!.error as { message: string }).message, "why");
  assert.match((second!.error as { stack: string }).stack, "deeper");
  assert.is(statSync(file).mode & 0o777, 0o600);
});

test("what people write and what an environment holds never gets in", async () => {
  const file = join(scratch, "private.log");
  const { log, close } = openLog({ file, level: "debug" });
  log.info("asked", { request: { text: "hunter2", env: { TOKEN: "hunter2" } }, body: "hunter2", prompt: "hunter2" });
  await close();
  assert.not.match(readFileSync(file, "utf8"), "hunter2");
});

test("it rotates and keeps a few old files", async () => {
  const dir = join(scratch, "rotated");
  mkdirSync(dir);
  const { log, close } = openLog({ file: join(dir, "drover.log"), level: "info", size: "2K", keep: 2 });
  for (let i = 0; i < 200; i++) log.info("a line", { i });
  await close();
  assert.equal(readdirSync(dir).sort(), ["drover.log", "drover.log.1", "drover.log.2"]);
  for (const name of readdirSync(dir)) assert.ok(statSync(join(dir, name)).size < 4096);
});

test("a log that cannot be written stops nobody", async () => {
  writeFileSync(join(scratch, "file"), "");
  const file = join(scratch, "file", "drover.log");
  const { log, close } = openLog({ file, level: "info" });
  log.info("one");
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 10; i++) log.info("more");
  await close();
  assert.not.ok(existsSync(file));
});

test("the twin keeps its lines", () => {
  const log = new MemoryLog();
  log.warn("careful", { n: 1 });
  assert.equal(log.lines, ["warn careful"]);
  assert.equal(log.fields, [{ n: 1 }]);
});

test.run();
