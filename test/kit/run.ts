/**
 * Runs compiled test files, one process each, a few at a time. A file passes only if it says that every test in it did:
 * an exit status alone proves nothing (see t.ts). Closes with `N passed, N failed`.
 *
 *   node dist/test/kit/run.js unit e2e      everything
 *   node dist/test/kit/run.js unit store    unit tests whose path holds "store"
 *   node dist/test/kit/run.js --limit-ms=500 dist/test/kit/bad/hangs.js    this file, whatever its name, in this time
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const built = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(built, "../../test");
const words = process.argv.slice(2);
const kinds = ["unit", "e2e"].filter((kind) => words.includes(kind));
const limit = words.find((word) => word.startsWith("--limit-ms="));
const given = words.filter((word) => word.endsWith(".js")).map((word) => relative(built, resolve(word)));
const names = words.filter((word) => !kinds.includes(word) && !word.startsWith("--") && !word.endsWith(".js"));

/** A file that hangs must not hold up the others for good; on a busy machine one takes up to a minute. */
const UNIT_LIMIT_MS = 240_000;
const E2E_LIMIT_MS = 420_000;

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

const found = readdirSync(built, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.js"))
  .filter((file) => existsSync(join(source, file.replace(/\.js$/, ".ts")))) // what was deleted may still lie in dist
  .filter((file) => kinds.length === 0 || kinds.includes(isEndToEnd(file) ? "e2e" : "unit"))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort();
const files = given.length > 0 ? given : found;

const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
const tmuxIsMissing = files.some(isEndToEnd) && spawnSync("tmux", ["-V"]).status !== 0;
const waiting = files.filter((file) => !(tmuxIsMissing && isEndToEnd(file)));
if (tmuxIsMissing) {
  total.skipped += files.length - waiting.length;
  console.log("tmux is not installed: no end-to-end test is run");
}
for (const file of files) {
  if (/\.only\(/.test(readFileSync(join(source, file.replace(/\.js$/, ".ts")), "utf8"))) {
    console.log(`${file}: .only is left in`);
    total.failed++;
  }
}
await Promise.all(Array.from({ length: 2 }, worker));
if (files.length === 0) {
  console.log("no test file matches");
  total.failed++;
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function worker(): Promise<void> {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const began = Date.now();
    const { outcome, output } = await runFile(file);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${outcome.failed === 0 ? "ok  " : "FAIL"} ${file} ${outcome.passed} in ${seconds} s`);
    if (outcome.failed > 0 || outcome.skipped > 0) console.log(output);
  }
}

function isEndToEnd(file: string): boolean {
  return file.startsWith("e2e");
}

function runFile(file: string): Promise<{ outcome: Outcome; output: string }> {
  const limitMs = limit ? Number(limit.split("=")[1]) : isEndToEnd(file) ? E2E_LIMIT_MS : UNIT_LIMIT_MS;
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  // A test must not find the tmux, or the drover, of whoever runs it; the certificates slow every start.
  for (const name of Object.keys(env)) {
    if (/^(TMUX|DROVER|XDG_)|^(FORCE_COLOR|NODE_EXTRA_CA_CERTS)$/.test(name)) delete env[name];
  }
  return new Promise((settle) => {
    const child = spawn(
      process.execPath,
      ["--unhandled-rejections=strict", "--enable-source-maps", join(built, file)],
      { env, stdio: ["ignore", "pipe", "pipe"] },
    );
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, limitMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      const sum = (word: string) =>
        [...output.matchAll(new RegExp(`^\\s*${word}:\\s+(\\d+)`, "gm"))].reduce((n, m) => n + Number(m[1]), 0);
      const tests = sum("Total");
      const passed = sum("Passed");
      const skipped = sum("Skipped");
      let failed = tests - passed;
      if (tests === 0 || timedOut || (code !== 0 && failed === 0)) failed++;
      if (timedOut) output += `\n${relative(built, file)} took longer than ${limitMs} ms`;
      settle({ outcome: { passed, failed, skipped }, output });
    });
  });
}
