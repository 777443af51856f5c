import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { PaneId } from "#core/model.js";
import { isAlive } from "#host/alive.js";
import type { TmuxServer } from "#tmux/server.js";
import { suite, until } from "../kit/t.js";
import { RealTmux } from "../tmux/real-tmux.js";

const test = suite("taps", 30_000);
const folder = mkdtempSync(join(tmpdir(), "drover-taps-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const ignore = { sighting() {}, still() {}, connection() {} };

interface Scene {
  readonly tmux: RealTmux;
  readonly server: TmuxServer;
  readonly taps: string;
  readonly pane: PaneId;
  heard(): string;
  readonly hear: (bytes: Uint8Array) => void;
  pipe(): Promise<string>;
}

let scenes = 0;
/** A shell in a pane, under a folder whose name has all that a shell, a format and a time would expand. */
async function scene(play: (scene: Scene) => Promise<void>): Promise<void> {
  const tmux = new RealTmux();
  const taps = join(folder, `it's #{pid} #(exit) %H $HOME \`id\` "q" ; {x} \\n ~ ü ${++scenes}`, "taps");
  let heard = "";
  try {
    const pane = (await tmux.session("work", "sh")) as PaneId;
    await tmux.run("set-option", "-g", "remain-on-exit", "on");
    const server = tmux.server({ tapFolder: taps });
    await server.start(ignore);
    try {
      await play({
        tmux,
        server,
        taps,
        pane,
        heard: () => heard,
        hear: (bytes) => (heard += Buffer.from(bytes).toString("utf8")),
        pipe: () => tmux.run("display-message", "-p", "-t", pane, "#{pane_pipe}"),
      });
    } finally {
      await server.close();
    }
  } finally {
    await tmux.end();
  }
}

const type = (tmux: RealTmux, pane: PaneId, text: string) => tmux.run("send-keys", "-t", pane, text, "Enter");

test("every byte is heard to the program's last, and of its next start where tmux keeps the pipe, until it is closed without a trace", () =>
  scene(async ({ tmux, server, taps, pane, heard, hear, pipe }) => {
    const tap = await server.tap(pane, hear);
    assert.ok(tap !== null);
    await type(tmux, pane, "printf '\\033]7501;state=working\\007\\342\\234\\223\\n'");
    await until("the bytes came", () => heard().includes("\x1b]7501;state=working\x07✓"), { show: heard });
    assert.equal(
      readdirSync(taps).filter((name) => name.endsWith(".tap")),
      [],
    );
    await tmux.run("break-pane", "-d", "-s", pane, "-n", "elsewhere").catch(() => {});
    await type(tmux, pane, "printf 'last %s' words; exit");
    await until(
      "it is dead",
      async () => (await tmux.run("display-message", "-p", "-t", pane, "#{pane_dead}")) === "1",
    );
    await until("its last words are heard", () => heard().includes("last words"), { show: heard });
    await tmux.run("respawn-pane", "-t", pane, "printf again; exec cat");
    // tmux 3.8 has closed the pipe with the program; before, it goes on with the next one.
    const isKept = (await pipe()) === "1";
    if (!isKept) await tap.ended;
    const next = isKept ? tap : await server.tap(pane, hear);
    assert.ok(next !== null);
    await type(tmux, pane, "and on");
    await until("the next one is heard", () => heard().includes(isKept ? "again" : "and on"), { show: heard });
    next.close();
    await next.ended;
    await until("the pipe is gone", async () => (await pipe()) === "0");
  }));

test("a folder that is gone, or that nothing can be written to, costs the taps at most", () =>
  scene(async ({ tmux, server, taps, pane, heard, hear, pipe }) => {
    const tap = await server.tap(pane, hear);
    assert.ok(tap !== null);
    rmSync(taps, { recursive: true });
    await until("it is written anew", () => beat(taps).length === 1);
    rmSync(taps, { recursive: true });
    writeFileSync(taps, "no folder");
    await tap.ended;
    await until("the pipe is gone", async () => (await pipe()) === "0");
    let code = "";
    await server.tap(pane, hear).catch((fault: { code: string }) => (code = fault.code));
    assert.is(code, "INVALID");
    rmSync(taps);
    assert.ok((await server.tap(pane, hear)) !== null);
    await type(tmux, pane, "echo back again");
    await until("it is heard", () => heard().includes("back again"), { show: heard });
  }));

test("a pipe of the user's is left alone, and one that replaces ours is not closed with it", () =>
  scene(async ({ tmux, server, pane, hear, pipe }) => {
    const file = join(folder, `mine-${scenes}`);
    await tmux.run("pipe-pane", "-O", "-t", pane, `exec cat >'${file}'`);
    assert.is(await server.tap(pane, hear), null);
    await type(tmux, pane, "echo to the user");
    await until("the user's pipe has it", () => readFileSync(file, "utf8").includes("to the user"));
    await tmux.run("pipe-pane", "-t", pane);
    const tap = await server.tap(pane, hear);
    assert.ok(tap !== null);
    await tmux.run("pipe-pane", "-O", "-t", pane, `exec cat >'${file}'`);
    await tap.ended;
    tap.close();
    await type(tmux, pane, "echo once more");
    await until("the user's pipe goes on", () => readFileSync(file, "utf8").includes("once more"));
    assert.is(await pipe(), "1");
  }));

test("the pane's end ends its tap, and there is none of a pane that is not", () =>
  scene(async ({ tmux, server, pane, hear }) => {
    const tap = await server.tap(pane, hear);
    const other = (await tmux.run("new-window", "-d", "-P", "-F", "#{pane_id}", "-t", "work:", "cat")) as PaneId;
    assert.ok(other !== pane && tap !== null);
    await tmux.run("kill-pane", "-t", pane);
    await tap.ended;
    let code = "";
    await server.tap(pane, hear).catch((fault: { code: string }) => (code = fault.code));
    assert.is(code, "TMUX_REFUSED");
  }));

test("closed after the pane's program has ended, a tap leaves no process though the dead pane stays", () =>
  scene(async ({ tmux, server, taps, pane, hear }) => {
    const tap = await server.tap(pane, hear);
    assert.ok(tap !== null);
    const [shell = 0] = beat(taps);
    let pipers: number[] = [];
    await until("its program runs", () => {
      pipers = [shell, ...children(shell)];
      return pipers.length === 2;
    });
    await type(tmux, pane, "exit");
    const dead = () => tmux.run("display-message", "-p", "-t", pane, "#{pane_dead}");
    await until("it is dead", async () => (await dead()) === "1");
    tap.close();
    await tap.ended;
    await until("they are gone", () => pipers.every((pid) => !isAlive(pid)), { limitMs: 5_000 });
    assert.is(await dead(), "1");
  }));

test("closing the server ends all taps and removes their folder", async () => {
  let left = "";
  let piper: number[] = [];
  await scene(async ({ server, taps, pane, hear }) => {
    await server.tap(pane, hear);
    left = taps;
    piper = beat(taps);
    assert.is(piper.length, 1);
    await server.close();
    await until("its process is gone", () => piper.every((pid) => !isAlive(pid)));
    assert.not(existsSync(taps));
  });
  assert.not(existsSync(left));
});

const beat = (taps: string): number[] =>
  readFileSync(join(taps, "beat"), "utf8").trim().split("\n").slice(1).map(Number.parseFloat);

function children(parent: number): number[] {
  return processes().flatMap((one) => (one.parent === parent ? [one.pid] : []));
}

/** Those of this machine; without /proc by `ps`, which not every Linux has. */
function processes(): { pid: number; parent: number; words: string }[] {
  if (!existsSync("/proc/self/cmdline")) {
    const lines = execFileSync("ps", ["-A", "-ww", "-o", "ppid=,pid=,args="], { encoding: "utf8" }).trim().split("\n");
    return lines.map((line) => {
      const [parent, pid, ...words] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), words: words.join(" ") };
    });
  }
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(name), parent, words }];
    } catch {
      return []; // it has just ended
    }
  });
}

/** A process that taps the pane and writes what it hears to a file; for being killed and stopped. */
function tapper(tmux: RealTmux, taps: string, pane: PaneId) {
  const script = join(dirname(fileURLToPath(import.meta.url)), "../tmux/tapper.js");
  const args = [script, tmux.name, taps, pane];
  const child = spawn(process.execPath, args, { env: tmux.env, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
  return { child, tapped: () => until("the pane is tapped", () => said.includes("tapped"), { show: () => said }) };
}

test("a daemon killed outright leaves no pipe, no process and no file, though the pane is silent", () =>
  scene(async ({ tmux, taps, pane, pipe }) => {
    const own = `${taps}-of-another`;
    const { child, tapped } = tapper(tmux, own, pane);
    await tapped();
    const [piper = 0] = beat(own);
    assert.ok(isAlive(piper));
    child.kill("SIGKILL");
    await until("the pipe is gone", async () => (await pipe()) === "0", { limitMs: 15_000 });
    // tmux closes its end first, which ends the program.
    await until("its program is gone", () => !isAlive(piper));
    await until("the folder is empty", () => readdirSync(own).length === 0);
  }));

test("one that stands still loses its tap before tmux has kept much for it", () =>
  scene(async ({ tmux, taps, pane, pipe }) => {
    const own = `${taps}-of-another`;
    const { child, tapped } = tapper(tmux, own, pane);
    await tapped();
    child.kill("SIGSTOP");
    try {
      await tmux.run("send-keys", "-t", pane, "while :; do echo all the time; sleep 0.01; done", "Enter");
      await until("the pipe is gone", async () => (await pipe()) === "0", { limitMs: 15_000 });
      const screen = (): Promise<string> => tmux.run("capture-pane", "-p", "-t", pane);
      await until("its program goes on", async () => /all the time/.test(await screen()), { show: screen });
    } finally {
      child.kill("SIGKILL");
    }
  }));

test("what one left that was killed together with its guard, the next one sweeps", () =>
  scene(async ({ tmux, taps, pane, pipe, hear }) => {
    const own = `${taps}-of-another`;
    const { child, tapped } = tapper(tmux, own, pane);
    await tapped();
    const [piper = 0] = beat(own);
    const guards = processes().filter(({ words }) => words.includes(`drover-taps ${own}`));
    assert.is(guards.length, 1);
    process.kill(guards[0]!.pid, "SIGKILL");
    child.kill("SIGKILL");
    await until("it is gone", () => child.exitCode !== null || child.signalCode !== null);
    assert.ok(isAlive(piper), "nobody has ended it");
    const next = tmux.server({ tapFolder: own });
    await next.start(ignore);
    try {
      await until("the pipe is gone", async () => (await pipe()) === "0");
      await until("the folder is empty", () => readdirSync(own).length === 0);
      assert.ok((await next.tap(pane, hear)) !== null);
    } finally {
      await next.close();
    }
  }));

test.run();
