#!/usr/bin/env node
// The daemon: started by whichever face first finds that none answers, by systemd, or by hand with --foreground. A
// bundle that starts from V8's code cache, as the faces are: half of its start would be loading modules one by one.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { launch } = require("./launch.cjs");

const bundle = join(__dirname, "../dist/bundle/daemon.cjs");
if (!existsSync(bundle)) {
  process.stderr.write('drover: not built yet\n  run "npm run build" in its folder, or "npm start"\n');
  process.exit(1);
}
// It ends in days, or by being killed: what V8 compiled is kept as soon as it has come to rest.
launch(bundle, { keepAfterMs: 3_000 }).main(process.argv.slice(2));
