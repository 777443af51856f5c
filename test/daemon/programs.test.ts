import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Programs } from "#daemon/programs.js";
import { suite } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";

const test = suite("programs");

let folder = "";
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-programs-"));
  for (const dir of ["first", "second", "second/sub"]) mkdirSync(join(folder, dir));
  program("second/agent");
  writeFileSync(join(folder, "first/agent"), "not executable");
});
test.after(() => rmSync(folder, { recursive: true }));

function program(path: string): void {
  writeFileSync(join(folder, path), "#!/bin/sh\n");
  chmodSync(join(folder, path), 0o755);
}

const path = () => `${join(folder, "first")}:${join(folder, "second")}`;

test("a program is the first on the caller's PATH that can be run", async () => {
  const programs = new Programs(new ManualClock(), "/nowhere");
  assert.equal(await programs.find("agent", "/", path()), [join(folder, "second/agent")]);
  assert.is(await programs.find("agent", "/", undefined), null);
  assert.is(await programs.find("sub", "/", path()), null);
});

test("a name with a slash is a file seen from the folder, and needs no PATH", async () => {
  const programs = new Programs(new ManualClock(), "");
  assert.equal(await programs.find("./agent", join(folder, "second"), ""), [join(folder, "second/agent")]);
  assert.is(await programs.find("./agent", folder, path()), null);
});

test("the practice agent comes with drover", async () => {
  const found = await new Programs(new ManualClock(), "").find("drover-rehearsal", "/", "");
  assert.is(found?.[0], process.execPath);
  assert.match(found?.[1] ?? "", /bin\/drover-rehearsal\.js$/);
});

test("whether a program is installed is remembered for half a minute", async () => {
  const clock = new ManualClock();
  const programs = new Programs(clock, join(folder, "first"));
  assert.is(await programs.installed("late"), false);
  program("first/late");
  assert.is(await programs.installed("late"), false);
  clock.advance(30_000);
  assert.is(await programs.installed("late"), true);
});

test.run();
