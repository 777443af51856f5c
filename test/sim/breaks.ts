/**
 * `npm run breaks`: breaks the way of a message, or of a completion, in one place at a time, in a copy of what was built, and says within how
 * many seeds the simulation notices. A break that it does not notice fails the run: then the checker checks too little.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { argsOf, count, text } from "../kit/script.js";
import { BREAKS, broken } from "./break-table.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { given } = argsOf({
  run: "npm run breaks",
  does: "Breaks the way of a message in one place at a time and says within how many seeds the simulation notices.",
  options: {
    seeds: count(1000, "how many it may take"),
    only: text("TEXT", "only the breaks that are called so"),
  },
});
let unnoticed = 0;
for (const { what, also = [], story = "mail", ...first } of BREAKS) {
  if (!what.includes(given.only ?? "")) continue;
  const folder = mkdtempSync(join(tmpdir(), "drover-break-"));
  try {
    for (const name of ["package.json", "dist"]) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    for (const change of [first, ...also]) {
      const path = join(folder, "dist", change.file);
      writeFileSync(path, broken(readFileSync(path, "utf8"), change));
    }
    const args = [join(folder, "dist/test/sim/sim.js"), "--story", story, "--seeds", `${given.seeds}`];
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 64e6 });
    const found = /seed (\d+) went wrong[^\n]*\n\s*(.*)/.exec(stdout);
    if (found === null) unnoticed++;
    console.log(`${(found?.[1] ?? "NEVER").padStart(6)}  ${what}${found === null ? "" : `: ${found[2]}`}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = unnoticed > 0 ? 1 : 0;
