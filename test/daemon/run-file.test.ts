import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type RunFile, removeRunFile, writeRunFile } from "#daemon/run-file.js";
import { suite } from "../kit/t.js";

const test = suite("run file");

let folder = "";
const file = () => join(folder, "daemon.json");
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-run-"));
});
test.afterEach(() => rmSync(folder, { recursive: true }));

const run = (pid: number): RunFile => {
  return { pid, socket: "/s", owner: "persistent", version: "1", startedAt: "2026-01-01T00:00:00.000Z" };
};

test("it is whole, its user's alone, and leaves nothing beside it", () => {
  writeRunFile(file(), run(1));
  writeRunFile(file(), run(2));
  assert.is((JSON.parse(readFileSync(file(), "utf8")) as RunFile).pid, 2);
  assert.is(statSync(file()).mode & 0o777, 0o600);
  assert.equal(readdirSync(folder), ["daemon.json"]);
});

test("only its owner takes it away", () => {
  writeRunFile(file(), run(2));
  removeRunFile(file(), 1);
  assert.is(existsSync(file()), true);
  removeRunFile(file(), 2);
  assert.is(existsSync(file()), false);
  removeRunFile(file(), 2);
  writeFileSync(file(), "not ours");
  removeRunFile(file(), 2);
  assert.is(existsSync(file()), true);
});

test.run();
