import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { homeOf, knownHome } from "#host/home.js";
import { suite } from "../kit/t.js";

const test = suite("home");
const base = mkdtempSync(join(tmpdir(), "drover-home-"));
test.after(() => rmSync(base, { recursive: true, force: true }));

test("a fleet is called the same each time, two fleets differ, and one that is lost whole comes back by its place", () => {
  const [a, b] = [join(base, "a"), join(base, "b")];
  mkdirSync(a);
  mkdirSync(b);
  const home = homeOf(a);
  assert.match(home, /^[0-9a-f]{12}$/);
  assert.equal([homeOf(a), knownHome(a), homeOf(b) === home], [home, home, false]);
  rmSync(a, { recursive: true });
  mkdirSync(a);
  assert.equal([knownHome(a), existsSync(join(a, "home-id"))], [home, false]);
  assert.is(homeOf(a), home);
  assert.is(typeof knownHome(join(base, "nowhere")), "string");
});

test("moved elsewhere it keeps its name, and a file that holds none is made again", () => {
  const [from, to] = [join(base, "from"), join(base, "to")];
  mkdirSync(from);
  const home = homeOf(from);
  renameSync(from, to);
  assert.is(homeOf(to), home);
  cpSync(to, from, { recursive: true });
  writeFileSync(join(from, "home-id"), "garbage\n");
  assert.is(homeOf(from), home);
  assert.is(readFileSync(join(from, "home-id"), "utf8"), `${home}\n`);
});

test.run();
