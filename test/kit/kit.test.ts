/** The wrapper and the runner, on suites that must fail: bare uvu lets most of them pass. They lie in bad/. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite, until } from "./t.js";

const test = suite("test kit", 30_000);
const here = dirname(fileURLToPath(import.meta.url));

/** What the runner prints, at least, about each. */
const BAD: Readonly<Record<string, RegExp>> = {
  "before-throws": /the world could not be set up/,
  "after-each-throws": /could not be tidied up/,
  "after-throws": /something was left behind/,
  "throws-no-error": /thrown, and not an Error: a plain string/,
  "throws-nothing": /thrown, and not an Error: undefined/,
  "run-forgotten": /suites that did not run to their end: run is forgotten/,
  "one-of-two-run": /suites that did not run to their end: the forgotten suite/,
  only: /\.only is left in/,
  hangs: /"waits for nothing" took longer than \d+ ms/,
  "hangs-for-good": /took longer than 1500 ms/,
  "exits-early": /suites that did not run to their end: exits early/,
  unhandled: /nobody waits for this/,
  "left-running": /still running after the last test: .*Timeout/,
  fails: /is wrong/,
};

test("every bad suite is tried, and none is collected as a test", () => {
  const files = readdirSync(join(here, "bad")).filter((name) => name.endsWith(".js"));
  assert.equal(files.map((name) => name.replace(".js", "")).sort(), [...Object.keys(BAD), "good"].sort());
  assert.equal(
    files.filter((name) => name.endsWith(".test.js")),
    [],
  );
});

for (const [name, says] of Object.entries(BAD)) {
  test(`it fails: ${name}`, () => {
    const { status, output } = run(name);
    assert.is(status, 1, output);
    assert.match(output, /^\d+ passed, [1-9]\d* failed/m);
    assert.match(output, says);
  });
}

test("a good suite passes, and says what it left out and why", () => {
  const { status, output } = run("good");
  assert.is(status, 0, output);
  assert.match(output, /^2 passed, 0 failed, 1 skipped$/m);
});

test("no test file at all is a failure", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(here, "run.js"), "unit", "no-such-test"], {
    encoding: "utf8",
  });
  assert.is(status, 1);
  assert.match(stdout, "no test file matches");
});

test("until gives what was found, and shows the state of things when it gives up", async () => {
  let tries = 0;
  assert.is(await until("three tries", () => (++tries === 3 ? "three" : null)), "three");
  const error = await until("never", () => false, { limitMs: 50, show: () => "the screen" }).catch((e: Error) => e);
  assert.match((error as Error).message, /gave up waiting until never\nthe screen/);
  const failing = until("it works", () => Promise.reject(new Error("not yet")), { limitMs: 50 });
  assert.match(((await failing.catch((e: Error) => e)) as Error).message, /not yet/);
});

test.run();

function run(name: string): { status: number | null; output: string } {
  const file = join(here, "bad", `${name}.js`);
  // Each is given only the short limit that it needs: what meets another one on a busy machine fails for another reason.
  const limit = name === "hangs-for-good" ? ["--limit-ms=1500"] : [];
  const patience = name === "left-running" ? { TEST_PATIENCE: "0.04" } : {};
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(here, "run.js"), ...limit, file], {
    encoding: "utf8",
    env: { ...process.env, ...patience },
  });
  return { status, output: stdout + stderr };
}
