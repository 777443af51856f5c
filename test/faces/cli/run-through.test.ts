import { Writable } from "node:stream";
import * as assert from "uvu/assert";
import { runThrough, statusOf } from "#faces/cli/talk/run-through.js";
import { suite } from "../../kit/t.js";

const test = suite("run through");

class Kept extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    // A reader that takes its time.
    setImmediate(done);
  }
}

const play = async (script: string) => {
  const stdout = new Kept({ highWaterMark: 1024 });
  const stderr = new Kept();
  const ran = await runThrough("sh", ["-c", script], { stdout, stderr, cwd: "/", env: process.env, terminal: false });
  return { ran, out: stdout.text, err: stderr.text, status: statusOf(ran) };
};

test("output goes through by its own way, its end is kept, and the exit code is told", async () => {
  const { ran, out, err, status } = await play("echo out; echo err >&2; exit 3");
  assert.equal([out, err, status], ["out\n", "err\n", 3]);
  assert.match(ran.tail, "out\n");
  assert.match(ran.tail, "err\n");
  assert.is(ran.cut, false);
});

test("of much output all goes through, and the end is kept", async () => {
  const { ran, out } = await play(
    'i=0; while [ $i -lt 6000 ]; do echo "line $i of much output that goes on"; i=$((i+1)); done',
  );
  assert.ok(out.endsWith("line 5999 of much output that goes on\n"));
  assert.ok(out.startsWith("line 0 "));
  assert.ok(ran.cut);
  assert.ok(ran.tail.length <= 131_072 && ran.tail.length > 100_000, String(ran.tail.length));
  assert.ok(ran.tail.endsWith("line 5999 of much output that goes on\n"));
});

test("a signal and a program that is not there have the statuses a shell gives", async () => {
  assert.is((await play("kill -TERM $$")).status, 143);
  const nothing = { stdout: new Kept(), stderr: new Kept(), cwd: "/", env: process.env, terminal: false };
  const ran = await runThrough("/nowhere/at/all", [], nothing);
  assert.equal([ran.failed, statusOf(ran)], ["there is no such program", 127]);
  const refused = await runThrough("/etc/passwd", [], nothing);
  assert.equal([refused.failed, statusOf(refused)], ["it may not be executed", 126]);
});

test("what it leaves running does not hold up its end", async () => {
  // It would run for longer than this test may take.
  const { status, out } = await play("sleep 300 & echo $!; exit 0");
  assert.is(status, 0);
  assert.match(out, /^\d+\n$/);
  process.kill(Number(out));
});

test("a reader that went away does not hold it up either", async () => {
  const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
  const script = 'i=0; while [ $i -lt 3000 ]; do echo "line $i of output that nobody reads"; i=$((i+1)); done; exit 4';
  const ran = await runThrough("sh", ["-c", script], {
    stdout: gone,
    stderr: gone,
    cwd: "/",
    env: process.env,
    terminal: false,
  });
  assert.is(statusOf(ran), 4);
  assert.match(ran.tail, "line 2999 ");
});

test.run();
