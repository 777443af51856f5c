import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openFiles } from "#host/open-files.js";
import { suite, until } from "../kit/t.js";

const test = suite("open files");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "drover-open-")));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const isOurs = (path: string) => path.startsWith(folder);

test.skipIf(process.platform !== "linux", "there is no /proc")(
  "what a program holds open is found, and what one that it started does; not what another's process does",
  async () => {
    const [mine, childs] = [join(folder, "mine"), join(folder, "childs")];
    const script = `exec 3>'${mine}'; (exec 4>'${childs}' 3>&-; read x) <&0; :`;
    const child = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"] });
    try {
      const { pid = 0 } = child;
      await until("both are open", async () => (await openFiles(pid, isOurs)).length === 2);
      assert.equal((await openFiles(pid, isOurs)).sort(), [childs, mine]);
      assert.equal(await openFiles(pid, (path) => path === mine), [mine]);
      assert.equal(await openFiles(pid, isOurs, (line) => line.startsWith("sh -c")), []);
    } finally {
      child.stdin.end();
      child.kill();
    }
  },
);

test("of a process that is not there nothing is known", async () => {
  assert.equal(await openFiles(2 ** 30, () => true), []);
});

test.run();
