import * as assert from "uvu/assert";
import { commandWords, plainText, type TaskEnding, taskLabel, taskSummary } from "#core/delivery/task-end.js";
import { suite } from "../../kit/t.js";

const test = suite("task's end");

const ending = (more: Partial<TaskEnding> = {}): TaskEnding => ({
  command: ["npm", "test"],
  code: 1,
  signal: null,
  failed: null,
  tookMs: 192_000,
  tail: "one\ntwo\n",
  cut: false,
  ...more,
});

const bytes = (text: string) => Buffer.byteLength(text);

test("it says what ran, how it ended and after how long, and then the end of its output", () => {
  assert.is(taskSummary(ending(), 32_768), "npm test: exit code 1, after 3 min\n\none\ntwo");
  assert.is(taskSummary(ending({ tail: "" }), 32_768), "npm test: exit code 1, after 3 min");
  assert.match(taskSummary(ending({ code: null, signal: "SIGKILL", tookMs: 900 }), 999), "ended by SIGKILL, after 1 s");
  assert.match(
    taskSummary(ending({ code: null, failed: "there is no such program" }), 999),
    "could not be started: there",
  );
  assert.match(taskSummary(ending({ code: null }), 999), "it was killed, and how it ended is not known, after 3 min");
});

test("of long output the end is kept, within the limit in bytes, whole characters, and it says so", () => {
  for (const unit of ["line of text\n", "漢字と\n", "🐢", "é"]) {
    for (const limit of [300, 301, 302, 303, 32_768]) {
      const text = taskSummary(ending({ tail: `first ${unit.repeat(20_000)}last` }), limit);
      assert.ok(bytes(text) <= limit, `${bytes(text)} of ${limit}`);
      assert.ok(bytes(text) > limit * 0.7, `${bytes(text)} of ${limit}`);
      assert.match(text, /\[only the end of what it wrote\]\n\n[\s\S]*last$/);
      assert.is(Buffer.from(text).toString(), text, "no half character");
      assert.not.match(text, "first");
    }
  }
  assert.match(taskSummary(ending({ cut: true }), 32_768), "[only the end of what it wrote]\n\none");
});

test("colours, titles, progress bars and control characters are not told", () => {
  assert.is(
    plainText("\u001b[31mred\u001b[0m \u001b]0;title\u0007plain\u0008\r\n10%\r55%\r100%\nend\u001b(B\n\n"),
    "red plain\n100%\nend",
  );
});

test("a long run of blanks or line ends within the output takes no time", () => {
  const text = `x${" ".repeat(60_000)}y${"\r".repeat(60_000)}z${"\n".repeat(60_000)}.\n\n`;
  const began = process.cpuUsage(); // not the clock: the machine has others to serve
  assert.match(plainText(text), /^z\n+\.$/);
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 500_000, `${user + system} µs`);
});

test("a task is called by its command, short, and without the folder of its program", () => {
  assert.is(taskLabel(["/usr/bin/npm", "test", "--", "check out"]), "task npm test -- 'check out'");
  assert.is(taskLabel(["make", "x".repeat(60)]), `task make ${"x".repeat(27)}...`);
});

test("a command is told as one would type it, in one line, and not endlessly", () => {
  assert.is(commandWords(["sh", "-c", "echo it's\nhere"]), "sh -c 'echo it'\\''s here'");
  assert.is(commandWords(["x".repeat(5_000)]).length, 300);
});

test.run();
