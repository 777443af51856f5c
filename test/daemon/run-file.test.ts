import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type RunFile, readRunFile, removeRunFile, writeRunFile } from "#daemon/run-file.js";
import { suite } from "../kit/t.js";

const test = suite("run file");

let folder = "";
const file = () => join(folder, "daemon.json");
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-run-"));
});
test.afterEach(() => rmSync(folder, { recursive: true }));

const ours: RunFile = {
  pid: 41,
  socket: "/run/s",
  owner: "dashboard",
  version: "1.2.3",
  startedAt: "2026-01-01T00:00:00.000Z",
};

test("it is whole, its user's alone, and leaves nothing beside it", () => {
  writeFileSync(file(), "{ half");
  assert.is(readRunFile(file()), null);
  writeRunFile(file(), { ...ours, pid: 1 });
  writeRunFile(file(), ours);
  assert.equal(readRunFile(file()), ours);
  assert.is(statSync(file()).mode & 0o777, 0o600);
  assert.equal(readdirSync(folder), ["daemon.json"]);
});

test("only the daemon that wrote it takes it away", () => {
  writeRunFile(file(), ours);
  removeRunFile(file(), { ...ours, pid: 42 });
  // Another daemon under a pid that was given again.
  removeRunFile(file(), { ...ours, startedAt: "2026-01-01T00:00:01.000Z" });
  assert.ok(existsSync(file()));
  removeRunFile(file(), ours);
  assert.not(existsSync(file()));
  removeRunFile(file(), ours);
  writeFileSync(file(), "not ours");
  removeRunFile(file(), ours);
  assert.ok(existsSync(file()));
});

test.run();
