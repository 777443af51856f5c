import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { RUN_LIMIT_MS, suite } from "../kit/t.js";

const test = suite("launch");
const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const folder = mkdtempSync(join(tmpdir(), "drover-launch-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the bundle's `main` through the launcher in a process of its own, with this folder as the user's cache. */
function start(bundle: string, cache: string): { status: number | null; out: string } {
  const launcher = pathToFileURL(join(root, "bin/launch.cjs")).href;
  const code = `import { launch } from ${JSON.stringify(launcher)};
    process.exitCode = await launch(${JSON.stringify(bundle)}).main(["x"]);`;
  const env = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: cache };
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    env,
    encoding: "utf8",
    timeout: RUN_LIMIT_MS,
  });
  return { status: run.status, out: run.stdout + run.stderr };
}

const cacheFiles = (cache: string): string[] => {
  try {
    return readdirSync(join(cache, "drover"), { recursive: true, encoding: "utf8" }).sort();
  } catch {
    return [];
  }
};

test("a bundle runs, and what V8 compiled is kept for the next start", () => {
  const bundle = join(folder, "a.cjs");
  const cache = join(folder, "cache-a");
  writeFileSync(bundle, "exports.main = async (argv) => { console.log('ran', argv[0], __filename); return 3; };");
  assert.equal(start(bundle, cache), { status: 3, out: `ran x ${bundle}\n` });
  const kept = cacheFiles(cache);
  assert.ok(kept.length > 0);
  assert.equal(start(bundle, cache), { status: 3, out: `ran x ${bundle}\n` });
  assert.equal(cacheFiles(cache), kept);
});

test("a process that lives long keeps what was compiled before its end, which may be a kill", () => {
  const bundle = join(folder, "long.cjs");
  const cache = join(folder, "cache-long");
  // Ends itself, hard, as soon as something is kept.
  const look = `try { kept = fs.readdirSync(${JSON.stringify(join(cache, "drover"))}, { recursive: true }).length > 0; } catch {}`;
  const wait = `let kept = false; ${look} if (kept) process.kill(process.pid, "SIGKILL");`;
  writeFileSync(bundle, `const fs = require("node:fs"); exports.main = () => setInterval(() => { ${wait} }, 10);`);
  const launcher = pathToFileURL(join(root, "bin/launch.cjs")).href;
  const code = `import { launch } from ${JSON.stringify(launcher)}; launch(${JSON.stringify(bundle)}, { keepAfterMs: 20 }).main();`;
  const env = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: cache };
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", code], { env, timeout: RUN_LIMIT_MS });
  assert.is(run.signal, "SIGKILL");
  assert.ok(cacheFiles(cache).length > 0);
});

test("a changed bundle is not answered from the old cache", () => {
  const bundle = join(folder, "b.cjs");
  const cache = join(folder, "cache-b");
  writeFileSync(bundle, "exports.main = async () => { console.log('old'); return 0; };");
  start(bundle, cache);
  writeFileSync(bundle, "exports.main = async () => { console.log('newer'); return 0; };");
  assert.is(start(bundle, cache).out, "newer\n");
});

test("a spoilt or unwritable cache never shows", () => {
  const bundle = join(folder, "c.cjs");
  const cache = join(folder, "cache-c");
  writeFileSync(bundle, "exports.main = async () => { console.log('fine'); return 0; };");
  start(bundle, cache);
  for (const name of cacheFiles(cache)) {
    const path = join(cache, "drover", name);
    try {
      writeFileSync(path, readFileSync(path).fill(0x55));
    } catch {
      // a folder
    }
  }
  assert.equal(start(bundle, cache), { status: 0, out: "fine\n" });
  assert.equal(start(bundle, "/proc/no/such/folder"), { status: 0, out: "fine\n" });
  writeFileSync(join(folder, "a-file"), "");
  assert.equal(start(bundle, join(folder, "a-file")), { status: 0, out: "fine\n" });
});

test("a bundle holds what the entry imports, and its modules know their own places", async () => {
  const out = join(folder, "bundled/x.cjs");
  mkdirSync(dirname(out));
  const { bundle } = (await import(pathToFileURL(join(root, "bin/bundle.js")).href)) as {
    bundle(entry: string, outfile: string): Promise<void>;
  };
  await bundle(join(root, "dist/faces/dashboard/driver/open-driver.js"), out);
  const text = readFileSync(out, "utf8");
  assert.match(text, /Christopher Jeffrey|_keypressDecoder/);
  assert.not.match(text, /import\.meta/);
  const code = `
    const { EventEmitter } = require("node:events");
    let written = "";
    const output = Object.assign(new EventEmitter(), { columns: 20, rows: 3, writable: true, write: (text) => (written += text) });
    const input = Object.assign(new EventEmitter(), { setRawMode() {}, resume() {}, pause() {} });
    const { openDriver } = require(${JSON.stringify(out)});
    const driver = openDriver({ library: "neo-blessed", input, output, env: {} }, {});
    driver.panel("p", (canvas) => canvas.frame({}, "bundled")).place({ left: 0, top: 0, width: 20, height: 3 });
    driver.render(true);
    driver.close();
    console.log(/bundled .*┐/.test(written));`;
  const run = spawnSync(process.execPath, ["-e", code], { encoding: "utf8", timeout: RUN_LIMIT_MS });
  assert.is(run.stdout + run.stderr, "true\n");
});

test.run();
