// Loads a bundle with the code V8 compiled for it last time, which halves the time to the first line of ours.
// In CommonJS, since Node needs 10 ms more to its first line where it starts with an ES module that imports anything.
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require("node:fs");
const module_ = require("node:module");
const { homedir } = require("node:os");
const { basename, dirname, isAbsolute, join } = require("node:path");
const { Script } = require("node:vm");

/**
 * Runs the CommonJS file at this absolute path and returns its exports. A cache that cannot be used never shows. What was
 * compiled is kept at the end, or, for a process that lives long, already `keepAfterMs` after its start.
 */
exports.launch = launch;

function launch(bundleFile, { keepAfterMs = null } = {}) {
  const cache = cacheFolder();
  if (cache && typeof module_.enableCompileCache === "function") {
    // Node 22 and later do this themselves
    if (makeFolders(cache)) module_.enableCompileCache(join(cache, "compiled"));
    if (keepAfterMs !== null && module_.flushCompileCache) setTimeout(module_.flushCompileCache, keepAfterMs).unref();
    return module_.createRequire(bundleFile)(bundleFile);
  }
  const source = readFileSync(bundleFile, "utf8");
  const cached = cache && cacheFile(cache, bundleFile);
  const script = new Script(module_.wrap(source), {
    filename: bundleFile,
    cachedData: cached ? read(cached.path) : undefined,
  });
  if (cached && script.cachedDataRejected !== false) {
    if (keepAfterMs === null) process.once("exit", () => write(cached, script));
    else setTimeout(() => write(cached, script), keepAfterMs).unref();
  }
  const own = { exports: {} };
  script.runInThisContext()(own.exports, module_.createRequire(bundleFile), own, bundleFile, dirname(bundleFile));
  return own.exports;
}

/** Only below the user's own home: whoever can write there decides what we run. */
function cacheFolder() {
  try {
    const set = process.env.XDG_CACHE_HOME;
    const base = set && isAbsolute(set) ? set : join(homedir(), ".cache");
    return isAbsolute(base) ? join(base, "drover") : null;
  } catch {
    return null;
  }
}

/** V8 itself refuses data of another version or other flags; the name keeps several versions from undoing each other. */
function cacheFile(folder, bundleFile) {
  const { mtimeMs, size } = statSync(bundleFile);
  const prefix = `${basename(bundleFile)}-${process.versions.v8}-${process.arch}-`;
  return { folder, prefix, path: join(folder, `${prefix}${Math.round(mtimeMs).toString(36)}-${size.toString(36)}`) };
}

/**
 * Whether the folder is there now. One level at a time: Node's own `recursive`, and so its compile cache, never returns
 * below /proc, and a stray XDG_CACHE_HOME can say that.
 */
function makeFolders(folder) {
  for (const path of [dirname(folder), folder]) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      if (error.code !== "EEXIST") return false;
    }
  }
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** At exit, when every function that was needed is compiled; leaves out what older bundles left behind. */
function write({ folder, prefix, path }, script) {
  if (!makeFolders(folder)) return;
  try {
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, script.createCachedData(), { mode: 0o600 });
    renameSync(draft, path);
    for (const name of readdirSync(folder)) {
      if (name.startsWith(prefix) && name !== basename(path)) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // a home that is full or read-only: the next start is as slow as this one was
  }
}
