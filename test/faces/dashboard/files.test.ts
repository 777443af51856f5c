import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { completeFolder } from "#faces/dashboard/complete-path.js";
import { readSaved, writeSaved } from "#faces/dashboard/saved-state.js";
import { suite } from "../../kit/t.js";

const test = suite("dashboard's files");
const home = mkdtempSync(join(tmpdir(), "drover-files-"));
test.after(() => rmSync(home, { recursive: true, force: true }));

test("what was left is read back, from a file for this user alone", () => {
  const path = join(home, "state", "dashboard.json");
  assert.is(readSaved(path), null);
  const saved = {
    selected: { agent: "id" },
    grouping: "parent" as const,
    folded: ["web"],
    history: ["one\ntwo"],
    drafts: { id: "half" },
  };
  writeSaved(path, saved);
  assert.equal(readSaved(path), saved);
  assert.is(statSync(path).mode & 0o777, 0o600);
  assert.equal(readdirSync(join(home, "state")), ["dashboard.json"], "nothing half-written is left");
});

test("a file that says something else is no reason not to open", () => {
  const path = join(home, "odd.json");
  const cases: [string, string][] = [
    ["", "null"],
    ["{", "null"],
    ["[]", '{"selected":null,"folded":[],"grouping":"session","history":[],"drafts":{}}'],
    [
      '{"selected":{"agent":7},"folded":"web","history":[1,"two"],"drafts":{"a":1,"b":"x"}}',
      '{"selected":null,"folded":[],"grouping":"session","history":["two"],"drafts":{"b":"x"}}',
    ],
  ];
  for (const [text, read] of cases) {
    writeFileSync(path, text);
    assert.is(JSON.stringify(readSaved(path)), read, text);
  }
});

test("a prompt too long to remember is not", () => {
  const path = join(home, "long.json");
  writeSaved(path, {
    selected: null,
    grouping: "parent" as const,
    folded: [],
    history: ["x".repeat(70_000), "short"],
    drafts: {},
  });
  assert.equal(readSaved(path)?.history, ["short"]);
});

test("a folder's name is completed as far as its candidates agree", () => {
  for (const name of ["alpha-one", "alpha-two", "beta", ".hidden"])
    mkdirSync(join(home, "c", name), { recursive: true });
  writeFileSync(join(home, "c", "alphabet.txt"), "");
  symlinkSync(join(home, "c", "beta"), join(home, "c", "link"));
  const at = (text: string) => completeFolder(join(home, "c") + text).slice(join(home, "c").length);
  assert.is(at("/al"), "/alpha-");
  assert.is(at("/alpha-t"), "/alpha-two/");
  assert.is(at("/b"), "/beta/");
  assert.is(at("/li"), "/link/");
  assert.is(at("/.h"), "/.hidden/");
  assert.is(at("/"), "/", "several, and nothing in common");
  assert.is(at("/nothing"), "/nothing");
  assert.is(completeFolder("/no such folder/at all"), "/no such folder/at all");
});

test.run();
