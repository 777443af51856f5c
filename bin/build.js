#!/usr/bin/env node
// Builds what is out of date: TypeScript into dist/, then the bundles that start fast (command line, dashboard, daemon). `tsc -b` decides by itself what changed; the bundles are made again whenever it wrote something newer.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

const bundles = [
  // The command line twice: most commands in a file that starts at once, and all of them. The emulator is for `drover replay` alone.
  { entry: "dist/faces/cli/main.js", out: "dist/bundle/cli.cjs", options: { without: ["./load-large.js"] } },
  { entry: "dist/faces/cli/main.js", out: "dist/bundle/cli-large.cjs", options: { without: ["@xterm/headless"] } },
  { entry: "dist/faces/dashboard/main.js", out: "dist/bundle/dashboard.cjs", options: {} },
  { entry: "dist/daemon/main.js", out: "dist/bundle/daemon.cjs", options: { readable: true } },
].filter((b) => existsSync(join(root, b.entry)));
const stamp = existsSync(join(root, "dist/src.tsbuildinfo")) ? statSync(join(root, "dist/src.tsbuildinfo")).mtimeMs : 0;
const stale = bundles.filter((b) => !existsSync(join(root, b.out)) || statSync(join(root, b.out)).mtimeMs < stamp);
if (stale.length > 0) {
  const { bundle } = await import("./bundle.js");
  for (const b of stale) await bundle(join(root, b.entry), join(root, b.out), b.options);
}
