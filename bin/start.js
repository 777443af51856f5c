#!/usr/bin/env node
// `npm start`: installs what is missing, builds what is out of date, and opens drover with the arguments given. Where
// there is nothing to do it says nothing and costs a look at each file's date.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (name) => join(root, name);

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`drover needs Node 20 or newer, this is ${process.versions.node}`);
}
if (
  !existsSync(at("node_modules")) ||
  changed(at("package-lock.json")) > changed(at("node_modules/.package-lock.json"))
) {
  process.stderr.write("installing dependencies…\n");
  // What npm says belongs to the person, not to whoever reads our standard output.
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "the dependencies could not be installed");
}
if (newest([at("src"), at("bin"), at("package.json"), at("package-lock.json")]) > changed(at("dist/.built"))) {
  const began = new Date();
  process.stderr.write("building…\n");
  run(process.execPath, [at("bin/build.js")], "drover could not be built");
  writeFileSync(at("dist/.built"), `${began.toISOString()}\n`);
}
await import("./drover.js");

function run(program, args, what) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(what);
}

function fail(what) {
  process.stderr.write(`drover: ${what}\n`);
  process.exit(1);
}

/** When it was last changed, in ms; 0 where it is missing. */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** A folder's own date tells of files that were added or taken away. */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    latest = Math.max(latest, changed(path));
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) continue;
    latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}
