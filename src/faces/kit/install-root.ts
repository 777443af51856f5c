/** The folder drover is installed in: the one that holds `bin/` and `package.json`. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let found: string | null = null;

/** Looked for upwards from this file, which lies at another depth in a bundle (where only `__filename` is known). */
export function installRoot(): string {
  if (found !== null) return found;
  let folder = dirname(typeof __filename === "string" ? __filename : fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "bin/drover.js")) && dirname(folder) !== folder) folder = dirname(folder);
  found = folder;
  return folder;
}
