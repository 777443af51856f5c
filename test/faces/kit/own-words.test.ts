import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ownWords } from "#faces/kit/own-words.js";
import { suite } from "../../kit/t.js";

const test = suite("own words");

const home = realpathSync(mkdtempSync(join(tmpdir(), "drover-own-")));
const root = join(home, "src/drover");
test.before(() => {
  for (const folder of ["src/drover/bin", "linked", "another"]) mkdirSync(join(home, folder), { recursive: true });
  writeFileSync(join(root, "bin/drover.cjs"), "");
  writeFileSync(join(home, "another/drover"), "");
  symlinkSync(join(root, "bin/drover.cjs"), join(home, "linked/drover"));
});
test.after(() => rmSync(home, { recursive: true }));

const words = (path: string, cwd: string) => ownWords({ env: { PATH: path, HOME: home }, cwd, root });

test("where drover on the PATH is this one, its name is enough", () => {
  assert.is(words(`/nowhere:${home}/linked`, "/"), "drover");
});

test("a fresh clone goes by the path of its script, as short as it can be said", () => {
  assert.is(words("/nowhere", root), "bin/drover.cjs");
  assert.is(words("/nowhere", "/var"), "~/src/drover/bin/drover.cjs");
  assert.is(ownWords({ env: {}, cwd: "/var", root: "/opt/my drover" }), "'/opt/my drover/bin/drover.cjs'");
});

test("a tmux server that was named is named again", () => {
  const env = { PATH: `${home}/linked` };
  assert.is(ownWords({ env, cwd: "/", root, serverName: "work" }), "drover -L work");
  assert.is(ownWords({ env, cwd: "/", root, serverPath: "/tmp/my sock" }), "drover -S '/tmp/my sock'");
});

test("another drover that comes first on the PATH is not meant", () => {
  assert.is(words(`${home}/another:${home}/linked`, root), "bin/drover.cjs");
});

test.run();
