import * as assert from "uvu/assert";
import { type Findings, judge } from "#faces/cli/machine/doctor-checks.js";
import { suite } from "../../kit/t.js";
import { Play } from "./play.js";

const test = suite("doctor");

const good: Findings = {
  node: "20.20.2",
  version: "0.1.0",
  tmux: "3.3a",
  tmuxSocket: "/tmp/tmux-1000/default",
  tmuxAnswers: true,
  tmuxFolder: { path: "/tmp/tmux-1000", found: { mine: true, mode: 0o700, writable: true } },
  escapeTimeMs: 10,
  stateFolder: { path: "/h/state", found: { mine: true, mode: 0o700, writable: true } },
  runtimeFolder: { path: "/run/drover", found: null },
  daemon: { pid: 7, version: "0.1.0", tmuxConnected: true, storeOk: true, losses: [] },
  daemonTrouble: null,
  staleRunFile: null,
  logFile: "/h/state/drover.log",
  env: { LANG: "C.UTF-8", TERM: "tmux-256color", TMUX: "x,1,0" },
  configTrouble: null,
  unseen: [],
  providers: [
    { name: "claude", installed: false },
    { name: "codex", installed: true },
  ],
};

/** What is not all right, one line each. */
function play(changes: Partial<Findings>): string {
  return judge({ ...good, ...changes })
    .filter((check) => check.status !== "ok")
    .map((check) => `${check.status} ${check.name}: ${check.says}${check.remedy ? "" : " (no remedy)"}`)
    .join("\n");
}

const folder = (found: Partial<NonNullable<Findings["stateFolder"]["found"]>>) => ({
  path: "/h/state",
  found: { mine: true, mode: 0o700, writable: true, ...found },
});

const cases: readonly (readonly [string, Partial<Findings>, string])[] = [
  ["a machine where all is well", {}, ""],
  ["no daemon", { daemon: null }, ""],
  ["an old Node", { node: "18.19.0" }, "wrong node: Node 18.19.0 is too old"],
  ["no tmux", { tmux: null }, "wrong tmux: tmux is not installed, or not on PATH"],
  ["an old tmux", { tmux: "3.1c" }, "wrong tmux: tmux 3.1c is too old"],
  ["somebody's own tmux", { tmux: "next-3.8" }, ""],
  ["a slow Escape", { escapeTimeMs: 500 }, "warning escape: tmux holds every Escape back for 500 ms (escape-time)"],
  ["a foreign folder", { stateFolder: folder({ mine: false }) }, "wrong state: /h/state belongs to another user"],
  ["a folder others may write", { stateFolder: folder({ mode: 0o777 }) }, "wrong state: others may write to /h/state"],
  [
    "a folder that is full of nothing",
    { stateFolder: folder({ writable: false }) },
    "wrong state: /h/state cannot be written",
  ],
  [
    "a daemon that hangs",
    { daemon: null, daemonTrouble: "the daemon did not answer within 3 s" },
    "wrong daemon: the daemon did not answer within 3 s",
  ],
  [
    "a run file that a killed daemon left",
    { daemon: null, staleRunFile: "/h/daemon.json was left by pid 7, which is gone" },
    "warning run file: /h/daemon.json was left by pid 7, which is gone",
  ],
  [
    "a daemon of another version",
    { daemon: { ...good.daemon!, version: "0.0.9" } },
    "warning daemon: is drover 0.0.9, this is 0.1.0",
  ],
  [
    "a store that was damaged",
    { daemon: { ...good.daemon!, losses: ["the store was damaged", "2 values were set aside"] } },
    "warning store: the store was damaged\nwarning store: 2 values were set aside",
  ],
  ["a store that cannot be written", { daemon: { ...good.daemon!, storeOk: false } }, "wrong store: cannot be written"],
  [
    "a tmux server that the daemon cannot reach",
    { daemon: { ...good.daemon!, tmuxConnected: false } },
    "warning connection: the daemon is not connected to tmux",
  ],
  ["no tmux server", { tmuxAnswers: false, daemon: { ...good.daemon!, tmuxConnected: false } }, ""],
  ["no locale", { env: { TERM: "xterm" } }, "warning locale: no locale is set"],
  [
    "a locale of old",
    { env: { TERM: "xterm", LANG: "C.UTF-8", LC_ALL: "C" } },
    "warning locale: the locale C is not UTF-8",
  ],
  ["a dumb terminal", { env: { LANG: "C.UTF-8", TERM: "dumb" } }, "warning terminal: TERM is dumb"],
  [
    "certificates",
    { env: { ...good.env, NODE_EXTRA_CA_CERTS: "/x" } },
    "warning start: NODE_EXTRA_CA_CERTS is set: reading the certificates slows every command by some 30 ms",
  ],
  [
    "a configuration that cannot be read",
    { configTrouble: "c:2: unknown setting colour" },
    "wrong config: c:2: unknown setting colour",
  ],
  [
    "a version that was not tried",
    { unseen: [{ name: "qwen", version: "0.24.4", seen: ["0.15.10"] }] },
    "warning version: qwen 0.24.4 was not tried with drover, 0.15.10 was",
  ],
  ["no agents", { providers: [{ name: "codex", installed: false }] }, "warning agents: none of codex is on PATH"],
];

for (const [what, changes, expected] of cases) {
  test(`${what}: ${expected || "nothing to say"}`, () => {
    assert.equal(play(changes), expected);
  });
}

test("where something is wrong the exit status is 1, and nothing is started", async () => {
  const home = new Play(() => {});
  const { out, status } = await home.run(["doctor", "--json"]);
  const found = JSON.parse(out) as { ok: boolean; checks: { name: string; status: string }[] };
  assert.equal([status, found.ok], [1, false]);
  assert.equal(
    found.checks.filter((c) => c.status === "wrong").map((c) => c.name),
    ["tmux"],
  );
  assert.match((await home.run(["doctor"])).out, /✖ tmux .*\n +install tmux[\s\S]*1 thing is wrong\.\n$/);
  await home.daemon.remove();
});

test("a daemon that answers is told of", async () => {
  const health = { pid: 4711, version: "0.0.1", tmux: { connected: true }, store: { ok: true } };
  const home = new Play((_asked, response) => response.end(JSON.stringify(health)));
  await home.daemon.listen();
  assert.match((await home.run(["doctor"])).out, /! daemon +is drover 0\.0\.1, this is /);
  await home.daemon.remove();
});

test.run();
