import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { providers as known } from "#core/screen/providers.js";
import { Catalogue, type CatalogueParts } from "#daemon/catalogue.js";
import { Programs } from "#daemon/programs.js";
import { systemClock } from "#host/clock.js";
import { suite } from "../kit/t.js";
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
      const { run } = await import("#host/processes.js");
      const ran = await run(program[0]!, ["--version"], { limitMs: program[0] === hangs ? 400 : limitMs }).catch(
        () => null,
      );
      return ran?.stdout ?? null;
    },
  });
  await one.refresh();
  assert.equal([one.entry("codex"), one.entry("qwen")?.version], [null, "0.15.10"], hangs);
});

test("a file that is not one is as none", async () => {
  const file = join(folder, "broken.json");
  writeFileSync(file, '{"format":2,"providers":{"codex":3}}');
  assert.is(catalogue({ file }).catalogue.entry("codex"), null);
});

test.run();
