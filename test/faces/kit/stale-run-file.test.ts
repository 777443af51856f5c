import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { staleRunFile } from "#faces/kit/stale-run-file.js";
import { suite } from "../../kit/t.js";

const test = suite("stale run files");
const folder = mkdtempSync(join(tmpdir(), "drover-stale-"));
const file = join(folder, "daemon.json");
test.after(() => rmSync(folder, { recursive: true }));

/** Larger than any process id that Linux or macOS give. */
const NOBODY = 2 ** 30;

test("a run file is stale where its process is gone, or another daemon answers, or none does", () => {
  const says = (pid: number, answering: number | null) => {
    writeFileSync(file, JSON.stringify({ pid, socket: "/s", owner: "persistent", version: "1" }));
    return staleRunFile(file, answering)?.replace(file, "F") ?? "";
  };
  assert.is(says(NOBODY, null), `F was left by pid ${NOBODY}, which is gone`);
  assert.is(says(process.pid, null), `F names pid ${process.pid}, which lives and does not answer`);
  assert.is(says(NOBODY, 12), `F names pid ${NOBODY}, but pid 12 answers`);
  assert.is(says(process.pid, 12), `F names pid ${process.pid}, but pid 12 answers`);
  assert.is(says(12, 12), "");
  rmSync(file);
  assert.is(staleRunFile(file, null), null);
});

test.run();
