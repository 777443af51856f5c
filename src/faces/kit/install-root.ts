/** The folder drover is installed in: the one that holds `bin/` and `package.json`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Reckoned from this file's place below `dist/`; in a bundle `import.meta.url` still names that place. */
export function installRoot(): string {
  return fileURLToPath(new URL("../../../", import.meta.url));
}

export function installedVersion(): string {
  const file = new URL("../../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
