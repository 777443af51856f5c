#!/usr/bin/env node
// drover: the dashboard, or with a command the command line. Each is a bundle that starts from V8's code cache.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const bundle = (name) => fileURLToPath(new URL(`../dist/bundle/${name}.cjs`, import.meta.url));

if (!existsSync(bundle("cli"))) {
  process.stderr.write('drover: not built yet\n  run "npm run build" in its folder, or "npm start"\n');
  process.exit(1);
}
const { launch } = await import("./launch.js");
const dashboard = (argv) => launch(bundle("dashboard")).main(argv);
const argv = process.argv.slice(2);
// Alone on a terminal, drover is the dashboard: the command line need not be loaded to find that out.
const status =
  argv.length === 0 && process.stdin.isTTY && process.stdout.isTTY
    ? await dashboard(argv)
    : await launch(bundle("cli")).main(argv, { dashboard });
process.exitCode = status ?? 0;
