import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { readJson, writeWhole } from "#host/files.js";
import { suite } from "../kit/t.js";

const test = suite("files");
const scratch = mkdtempSync(join(tmpdir(), "files-"));
test.after(() => rmSync(scratch, { recursive: true }));

test("a file is replaced whole, for its owner alone, and nothing else is left", () => {
  const file = join(scratch, "a.json");
  writeFileSync(file, "the old text, which is longer", { mode: 0o644 });
  writeWhole(file, '{"a": "é"}');
  assert.is(readFileSync(file, "utf8"), '{"a": "é"}');
  assert.is(statSync(file).mode & 0o777, 0o600);
  assert.equal(readdirSync(scratch), ["a.json"]);
  assert.equal(readJson(file), { a: "é" });
});

test("a file that cannot be replaced stays as it was", () => {
  mkdirSync(join(scratch, "taken", "x"), { recursive: true });
  assert.throws(() => writeWhole(join(scratch, "taken"), "text"));
  assert.equal(readdirSync(scratch).sort(), ["a.json", "taken"]);
});

test("what is missing or no JSON is null", () => {
  writeFileSync(join(scratch, "half.json"), '{"a": ');
  assert.is(readJson(join(scratch, "half.json")), null);
  assert.is(readJson(join(scratch, "none.json")), null);
});

test.run();
