/** The daemon's own end cannot reach an agent: what it may import, as data, and what it is handed. */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { endDaemon, onlyClose } from "#daemon/ending.js";
import { silentLog } from "#host/log.js";
import { suite } from "../kit/t.js";
import { MemoryLog } from "../twins/memory-log.js";
import { ScriptedTmux } from "../twins/scripted-tmux.js";

const test = suite("the daemon's own end");
const src = fileURLToPath(new URL("../../../src", import.meta.url));

/**
 * Every file of ours that these reach, types included, and every package and module of Node's. What ends the daemon
 * (ending.ts), what decides that its dashboards are gone (core/supervise.ts, supervision.ts) and its run file.
 */
const REACHED: Readonly<Record<string, readonly string[]>> = {
  "core/supervise.ts": [],
  "daemon/ending.ts": ["host/log.ts"],
  "daemon/supervision.ts": ["core/supervise.ts", "host/clock.ts", "host/log.ts"],
  "daemon/run-file.ts": ["node:fs"],
};
/** Reached by the above for their types: leaves as far as agents go, and nothing in them acts when imported. */
const LEAVES = new Set(["host/log.ts", "host/clock.ts"]);
/** What could end, or touch, an agent's program. */
const REACHES_AGENTS =
  /^(tmux\/|store\/|daemon\/(stop|carry-out|context|loop|spawn|send|daemon|backend|routes)\.ts)|child_process|execa/;

test("what ends the daemon imports nothing that could end an agent", () => {
  for (const [file, wanted] of Object.entries(REACHED)) {
    assert.equal(importsOf(file), wanted, file);
    for (const name of wanted) assert.not.match(name, REACHES_AGENTS);
    for (const name of wanted) assert.ok(name.startsWith("node:") || LEAVES.has(name) || name in REACHED, name);
  }
  for (const leaf of LEAVES) {
    for (const name of importsOf(leaf)) assert.not.match(name, REACHES_AGENTS, `${leaf}: ${name}`);
  }
});

test("what ends the daemon signals no process and speaks to no tmux", () => {
  for (const file of Object.keys(REACHED)) {
    const text = withoutComments(read(file));
    assert.not.match(text, /process\.(kill|exit)|killPane|signal\(|\bmux\b|spawn/, file);
  }
});

test("an import that could would be seen", () => {
  assert.ok(importsOf("daemon/stop.ts").includes("daemon/context.ts"));
  assert.match("daemon/stop.ts", REACHES_AGENTS);
  assert.match("tmux/server.ts", REACHES_AGENTS);
  assert.match("node:child_process", REACHES_AGENTS);
});

test("main ends through it alone, with parts that have nothing but a close", () => {
  const main = withoutComments(read("daemon/main.ts"));
  const handed = /const parts = \[([\s\S]*?)\];\n\s*await endDaemon\(parts, log\);/.exec(main)?.[1] ?? "";
  const parts = handed.split("\n").filter((line) => line.trim() !== "");
  assert.ok(parts.length >= 5, handed);
  for (const part of parts) assert.match(part, "onlyClose(");
  assert.not.match(main, /stopAgent|removeAgent|killPane|process\.kill/);
});

test("a part keeps its close and loses everything else, at run time too", async () => {
  const tmux = new ScriptedTmux();
  const part = onlyClose("multiplexer", tmux);
  assert.equal(Object.keys(part), ["name", "close"]);
  assert.is((part as unknown as { killPane?: unknown }).killPane, undefined);
  // @ts-expect-error what ends the daemon sees no kill method on what it is handed
  assert.is(part.killPane, undefined);
  assert.ok(Object.isFrozen(part));
  await endDaemon([part], silentLog);
  assert.equal([tmux.closed, tmux.calls], [true, []]);
});

test("what cannot be closed holds up nothing", async () => {
  const log = new MemoryLog();
  const closed: string[] = [];
  const broken = onlyClose("store", () => Promise.reject(new Error("disk full")));
  await endDaemon([onlyClose("a", () => closed.push("a")), broken, onlyClose("b", () => closed.push("b"))], log);
  assert.equal(closed, ["a", "b"]);
  assert.equal([log.lines, log.fields[0]?.name], [["error something could not be closed"], "store"]);
});

test.run();

const read = (file: string): string => readFileSync(join(src, file), "utf8");

/** Ours as paths from src/ on, others by name; sorted, each once. */
function importsOf(file: string): string[] {
  const named = withoutComments(read(file)).matchAll(/\b(?:from|import)\s*\(?\s*["']([^"'\n]+)["']/g);
  const found = [...named].map(([, name = ""]) => {
    const path = name.replace(/\.js$/, ".ts");
    if (path.startsWith("#")) return path.slice(1);
    return path.startsWith(".") ? normalize(join(dirname(file), path)) : name;
  });
  return [...new Set(found)].sort();
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
