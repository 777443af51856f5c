import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { begunAt, isRunning, readTask, readTasks, removeTask, type TaskFile, writeTask } from "#host/task-files.js";
import { suite } from "../kit/t.js";

const test = suite("task files");

let folder: string;
test.beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "drover-tasks-")), "tasks");
});
test.afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const task = (id: string): TaskFile => ({
  id,
  owner: "01OWNER",
  incarnation: 1,
  label: "lead",
  pane: "%1",
  command: ["true"],
  cwd: "/",
  pid: process.pid,
  begun: begunAt(process.pid),
  startedAtMs: 1,
  end: null,
});
const A = "01JD3V9K6W2Y8R5T7N4M1P0QXA";
const B = "01JD3V9K6W2Y8R5T7N4M1P0QXB";

test("tasks are read in the order in which they began, and only for their owner's eyes", () => {
  assert.equal(readTasks(folder), []);
  writeTask(folder, task(B));
  writeTask(folder, task(A));
  assert.equal(
    readTasks(folder).map(({ id }) => id),
    [A, B],
  );
  assert.is(statSync(join(folder, `${A}.json`)).mode & 0o777, 0o600);
  const end = { code: 0, signal: null, failed: null, tail: "", cut: false, endedAtMs: 2 };
  writeTask(folder, { ...task(A), end });
  assert.equal(readTask(folder, A)?.end, end);
  removeTask(folder, A);
  assert.is(readTask(folder, A), null);
});

test("what is no task is passed over", () => {
  writeTask(folder, task(A));
  writeFileSync(join(folder, `${B}.json`), "{");
  writeFileSync(join(folder, "notes.json"), JSON.stringify(task(B)));
  writeFileSync(join(folder, `${A}.json.77.new`), "half");
  assert.is(readTasks(folder).length, 1);
  writeFileSync(join(folder, `${A}.json`), JSON.stringify({ ...task(B) }));
  assert.equal(readTasks(folder), [], "one under another's name");
  for (const more of [{ command: [7] }, { command: "true" }, { end: {} }, { end: 1 }, { end: undefined }]) {
    writeFileSync(join(folder, `${A}.json`), JSON.stringify({ ...task(A), ...more }));
    assert.equal(readTasks(folder), [], JSON.stringify(more));
  }
});

test("a runner that ended, or whose process id is another's by now, does not run", async () => {
  assert.is(isRunning(task(A)), true);
  assert.is(isRunning({ ...task(A), begun: "1" }), begunAt(process.pid) === null);
  const child = spawn(process.execPath, ["-e", ""]);
  const { pid = 0 } = child;
  const begun = begunAt(pid);
  await once(child, "exit");
  assert.is(isRunning({ pid, begun }), false);
});

test.run();
