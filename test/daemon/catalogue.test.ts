import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { providers as known } from "#core/screen/providers.js";
import { Catalogue, type CatalogueParts } from "#daemon/catalogue.js";
import { Programs } from "#daemon/programs.js";
import { isAlive } from "#host/alive.js";
import { systemClock } from "#host/clock.js";
import { run } from "#host/processes.js";
import { suite, until } from "../kit/t.js";
import { MemoryLog } from "../twins/memory-log.js";

const test = suite("catalogue");
const folder = mkdtempSync(join(tmpdir(), "catalogue-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;
const bin = (name: string, script: string): string => {
  mkdirSync(join(folder, "bin"), { recursive: true });
  const file = join(folder, "bin", name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
};

function catalogue(more: Partial<CatalogueParts> = {}): { catalogue: Catalogue; asked: string[]; file: string } {
  const asked: string[] = [];
  const file = more.file ?? join(folder, `catalogue-${runs++}.json`);
  const parts: CatalogueParts = {
    providers: new Map([...known].filter(([name]) => name === "codex" || name === "qwen" || name === "shell")),
    programs: new Programs(systemClock, join(folder, "bin")),
    clock: systemClock,
    log: new MemoryLog(),
    env: { HOME: folder },
    file,
    ask: async (program) => {
      asked.push(program.at(-1)!.replace(/^.*\//, ""));
      return "codex-cli 0.169.0\n";
    },
    ...more,
  };
  return { catalogue: new Catalogue(parts), asked, file };
}

test("a program is asked for its version once, until its own file changes; a login does not ask it again", async () => {
  bin("codex", "echo 1");
  const first = catalogue();
  assert.is(first.catalogue.entry("codex"), null, "nobody waits");
  await first.catalogue.refresh();
  assert.equal(first.catalogue.entry("codex")?.version, "0.169.0");
  assert.equal(first.asked, ["codex"]);
  assert.is(statSync(first.file).mode & 0o777, 0o600);

  // Another daemon finds what this one knew.
  const second = catalogue({ file: first.file });
  assert.is(second.catalogue.entry("codex")?.version, "0.169.0");
  await second.catalogue.refresh();
  mkdirSync(join(folder, ".codex"), { recursive: true });
  writeFileSync(join(folder, ".codex/auth.json"), JSON.stringify({ tokens: { account_id: "a" } }));
  await second.catalogue.refresh();
  assert.equal([second.catalogue.entry("codex")?.loggedIn, second.asked], [true, []]);
  assert.not.match(readFileSync(first.file, "utf8"), /account_id|"a"/);

  bin("codex", "echo 2, which is longer");
  await second.catalogue.refresh();
  assert.equal(second.asked, ["codex"]);
});

test("after a day a program is asked again, since its file may only be a shim", async () => {
  bin("codex", "echo shim");
  const first = catalogue();
  await first.catalogue.refresh();
  const later = catalogue({ file: first.file, clock: { ...systemClock, now: () => Date.now() + 25 * 3_600_000 } });
  await later.catalogue.refresh();
  assert.equal(later.asked, ["codex"]);
});

test("what is not installed has no version, and starts nothing", async () => {
  const { catalogue: one, asked } = catalogue();
  await one.refresh();
  assert.equal([one.entry("qwen")?.version, asked.includes("qwen"), one.entry("shell")], [null, false, null]);
});

test("a program that hangs is ended within the budget, and keeps nothing from the others", async () => {
  const hangs = bin("codex", "exec sleep 300"); // longer than this test may take
  bin("qwen", "echo 0.15.10");
  const { catalogue: one } = catalogue({
    ask: async (program, limitMs) => {
      const ran = await run(program[0]!, ["--version"], { limitMs: program[0] === hangs ? 400 : limitMs }).catch(
        () => null,
      );
      return ran?.stdout ?? null;
    },
  });
  await one.refresh();
  assert.equal([one.entry("codex")?.version, one.entry("qwen")?.version], [null, "0.15.10"], hangs);
});

test("as many programs as are asked at a time may hang: the others are asked next, and every account is known", async () => {
  for (const name of ["claude", "codex", "gemini", "qwen"]) bin(name, "echo 1");
  const names = ["claude", "codex", "gemini", "qwen"];
  let letBothEnd = (): void => {};
  const bothAsked = new Promise<void>((resolve) => {
    letBothEnd = resolve;
  });
  let nowMs = Date.now();
  const asked: string[] = [];
  const { catalogue: one } = catalogue({
    providers: new Map([...known].filter(([name]) => names.includes(name))),
    clock: { ...systemClock, now: () => nowMs },
    ask: async (program, limitMs) => {
      const name = program[0]!.replace(/^.*\//, "");
      asked.push(name);
      if (name === "gemini" || name === "qwen") return "1.2.3";
      if (asked.length < 2) await bothAsked;
      else letBothEnd();
      nowMs += limitMs;
      return null;
    },
  });
  await one.refresh();
  assert.equal([asked, one.entry("gemini")?.version, one.entry("qwen")?.loggedIn], [["claude", "codex"], null, false]);
  // The question alone has it refreshed, although the last time is no minute ago.
  await until("both have answered", () => ["gemini", "qwen"].every((name) => one.entry(name)?.version === "1.2.3"));
  assert.equal(one.entry("claude")?.version, null);
  assert.equal(asked.slice(2, 4).sort(), ["gemini", "qwen"]);
});

test("of a program that hangs behind a wrapper nothing is left", async () => {
  const pidFile = join(folder, "wrapped.pid");
  const wrapper = bin("codex", `sleep 300 & echo $! >${pidFile}; wait`);
  let pid = 0;
  // Where the machine is so slow that the wrapper does not come to its end, it is given longer.
  for (let limitMs = 300; pid === 0; limitMs *= 3) {
    const failed = await run(wrapper, ["--version"], { limitMs, withDescendants: true }).catch((error) => error);
    assert.is(failed.code, "TIMED_OUT");
    pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0;
  }
  await until("it has ended", () => !isAlive(pid));
});

test("a file that is not one is as none", async () => {
  const file = join(folder, "broken.json");
  writeFileSync(file, '{"format":2,"providers":{"codex":3}}');
  assert.is(catalogue({ file }).catalogue.entry("codex"), null);
});

test.run();
