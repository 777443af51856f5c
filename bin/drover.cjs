#!/usr/bin/env node
// drover: the dashboard, or with a command the command line. Each is a bundle that starts from V8's code cache.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const bundle = (name) => join(__dirname, "../dist/bundle", `${name}.cjs`);

if (!existsSync(bundle("cli"))) {
  process.stderr.write('drover: not built yet\n  run "npm run build" in its folder, or "npm start"\n');
  process.exit(1);
}
const { launch } = require("./launch.cjs");
const dashboard = (argv) => launch(bundle("dashboard")).main(argv);
const large = (argv) => launch(bundle("cli-large")).main(argv);
const argv = process.argv.slice(2);
// Alone on a terminal, drover is the dashboard: the command line need not be loaded to find that out.
const opens = argv.length === 0 && process.stdin.isTTY && process.stdout.isTTY;
(opens ? dashboard(argv) : launch(bundle("cli")).main(argv, { dashboard, large })).then((status) => {
  process.exitCode = status ?? 0;
});
