import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { isAlive } from "#host/alive.js";
import { childEnv, findProgram, run } from "#host/processes.js";
import { suite, until } from "../kit/t.js";

const test = suite("processes");
const scratch = mkdtempSync(join(tmpdir(), "processes-"));
test.after(() => rmSync(scratch, { recursive: true }));
const node = process.execPath;

test("a short program gives its status and what it said, whatever the status", async () => {
  const script = "console.log('out'); console.error('err'); process.exit(3)";
  assert.equal(await run(node, ["-e", script]), { code: 3, signal: null, stdout: "out", stderr: "err" });
  const killed = await run(node, ["-e", "process.kill(process.pid, 'SIGKILL')"]);
  assert.equal([killed.code, killed.signal], [null, "SIGKILL"]);
  assert.is((await run(node, ["-e", "process.stdin.pipe(process.stdout)"], { input: "é\n" })).stdout, "é");
  assert.is((await run(node, ["-p", "process.cwd()"], { cwd: "/" })).stdout, "/");
});

test("a program that cannot be started or takes too long is a fault", async () => {
  const missing = await run(join(scratch, "none"), []).catch((e: unknown) => e);
  assert.ok(missing instanceof Fault && missing.code === "NOT_FOUND");
  const slow = await run(node, ["-e", "setInterval(() => {}, 1000)"], { limitMs: 200 }).catch((e: unknown) => e);
  assert.ok(slow instanceof Fault && slow.code === "TIMED_OUT");
});

test("our programs do not see the tmux we run in, nor extra certificates", () => {
  const env = { PATH: "/bin", TMUX: "x", TMUX_PANE: "%1", NODE_EXTRA_CA_CERTS: "c", HOME: "/h" };
  assert.equal(childEnv(env, { MORE: "1", HOME: undefined }), { PATH: "/bin", MORE: "1" });
});

test("a process that ended and was not yet reaped does not live", async () => {
  // The shell becomes a cat that never asks after the child started before it: that stays a zombie. A shell itself may
  // still ask, so the child ends only once the cat has answered.
  const parent = spawn("sh", ["-c", "sleep 30 & echo $!; exec cat"], { stdio: ["pipe", "pipe", "ignore"] });
  const line = () => new Promise<string>((resolve) => parent.stdout.once("data", (said: Buffer) => resolve(`${said}`)));
  try {
    const child = Number(await line());
    parent.stdin.write("cat\n");
    assert.is(await line(), "cat\n");
    process.kill(child, "SIGKILL");
    await until("it does not live", () => !isAlive(child));
    process.kill(child, 0); // though it can still be signalled
    assert.ok(isAlive(parent.pid!));
  } finally {
    parent.kill("SIGKILL");
  }
});

test("who is alive", () => {
  assert.ok(isAlive(process.pid));
  assert.ok(isAlive(1), "another user's counts");
  assert.not.ok(isAlive(0));
  assert.not.ok(isAlive(-1));
  assert.not.ok(isAlive(Number.NaN));
});

test("a program is found on PATH as a shell would, in absolute folders only", () => {
  for (const [folder, mode] of [
    ["a", 0o644],
    ["b", 0o755],
    ["c", 0o755],
  ] as const) {
    mkdirSync(join(scratch, folder));
    writeFileSync(join(scratch, folder, "tool"), "");
    chmodSync(join(scratch, folder, "tool"), mode);
  }
  mkdirSync(join(scratch, "d", "tool"), { recursive: true });
  const path = ["", ".", join(scratch, "d"), ...["a", "none", "b", "c"].map((name) => join(scratch, name))].join(":");
  assert.is(findProgram("tool", path), join(scratch, "b", "tool"));
  assert.is(findProgram("no-such-tool", path), null);
  assert.is(findProgram("", path), null);
  assert.is(findProgram(join(scratch, "c", "tool"), ""), join(scratch, "c", "tool"));
  assert.is(findProgram(join(scratch, "a", "tool"), ""), null);
  assert.is(findProgram("./tool", path), null);
});

test.run();
