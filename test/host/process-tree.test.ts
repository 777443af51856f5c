import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { readProcesses, workingFolderOf } from "#host/process-tree.js";
import { suite, until } from "../kit/t.js";

const test = suite("process tree");

const folder = realpathSync(mkdtempSync(join(tmpdir(), "drover-procs-")));
const children: ChildProcess[] = [];
test.after(async () => {
  for (const child of children) {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program and waits for it to be listed: until its exec it is listed as a copy of us. */
async function start(program: string, args: string[], knownAs: string, argv0 = program) {
  const child = spawn(program, args, { cwd: folder, stdio: "ignore", argv0 });
  children.push(child);
  await once(child, "spawn");
  return until(`it is listed as ${knownAs}`, async () =>
    (await readProcesses()).find(({ pid, names }) => pid === child.pid && names.includes(knownAs)),
  );
}

if (process.platform === "linux") {
  test("a process is known by its name, argv's first word and its file", async () => {
    copyFileSync("/bin/sleep", join(folder, "real-file"));
    symlinkSync(join(folder, "real-file"), join(folder, "linked"));
    const { names, parent } = await start(join(folder, "linked"), ["60"], "real-file", "shown as");
    for (const name of ["linked", "shown as", "real-file"]) assert.ok(names.includes(name), names.join());
    assert.is(parent, process.pid);
  });

  test("a script is known by its own name, without its ending, and by where it works", async () => {
    writeFileSync(join(folder, "agent.js"), "setInterval(() => {}, 1000)");
    const { pid } = await start(process.execPath, ["--no-warnings", join(folder, "agent.js")], "agent");
    assert.is(await workingFolderOf(pid), folder);
  });

  test("a name with blanks and brackets is no obstacle", async () => {
    copyFileSync("/bin/sleep", join(folder, "a) R (b"));
    const { parent } = await start(join(folder, "a) R (b"), ["60"], "a) R (b");
    assert.is(parent, process.pid);
  });
}

test("where a process works that is not there is not known", async () => {
  assert.is(await workingFolderOf(0), "");
});

test.run();
