/** Whose the daemon is, and how it ends: by every way there is, and with every agent alive afterwards. */
import { type ChildProcess, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { LEFT_GRACE_MS } from "#core/supervise.js";
import { isAlive } from "#host/alive.js";
import { shellLine } from "../kit/shell-line.js";
import { RUN_LIMIT_MS, suite, until } from "../kit/t.js";
import { DaemonWorld, exited } from "./daemon-world.js";

const test = suite("owner of the daemon", 30_000);
const drover = fileURLToPath(new URL("../../../bin/drover.cjs", import.meta.url));

let w: DaemonWorld;
let terminals: Terminals;
test.beforeEach(() => {
  w = new DaemonWorld();
  terminals = new Terminals(w);
});
test.afterEach(async () => {
  terminals.end();
  await w.end();
});

/** The agents' programs, by their own process ids: a tab that was opened anew would have another. */
function programs(): number[] {
  const listed = w.tmux("list-panes", "-a", "-F", "#{@drover-label} #{pane_pid} #{pane_dead}");
  return [...listed.matchAll(/^\S+ (\d+) 0$/gm)].map(([, pid]) => Number(pid));
}

async function spawnAgents(count: number): Promise<number[]> {
  for (let i = 0; i < count; i++) {
    const request = { provider: "rehearsal", cwd: w.home, session: "work", label: `a${i}` };
    assert.is((await w.ask("POST", "/v1/agents", request)).status, 200);
  }
  for (let i = 0; i < count; i++) await w.isIn(`a${i}`, "idle");
  const pids = programs();
  assert.is(pids.length, count);
  return pids;
}

function allLive(pids: readonly number[]): void {
  assert.equal(programs(), pids);
  for (const pid of pids) process.kill(pid, 0);
}

interface Way {
  readonly name: string;
  /** A daemon that ends in order takes its run file and its socket with it. */
  readonly inOrder: boolean;
  end(daemon: ChildProcess): unknown;
}

const WAYS: readonly Way[] = [
  { name: "SIGTERM", inOrder: true, end: (daemon) => daemon.kill("SIGTERM") },
  { name: "SIGINT", inOrder: true, end: (daemon) => daemon.kill("SIGINT") },
  { name: "a request", inOrder: true, end: () => w.ask("POST", "/v1/shutdown", {}) },
  { name: "drover down", inOrder: true, end: () => cli("down") },
  { name: "kill -9", inOrder: false, end: (daemon) => daemon.kill("SIGKILL") },
  { name: "an abort", inOrder: false, end: (daemon) => daemon.kill("SIGABRT") },
];

test("however the daemon ends, by a signal, by request, by a crash, no agent ends with it", async () => {
  let daemon = await w.start();
  const pids = await spawnAgents(2);
  for (const { name, inOrder, end } of WAYS) {
    await end(daemon);
    await exited(daemon);
    allLive(pids);
    assert.equal([existsSync(w.paths.runFile), existsSync(w.paths.socket)], [!inOrder, !inOrder], name);
    if (!inOrder) {
      const { status, out } = cli("status");
      assert.is(status, 4);
      assert.match(out, `pid ${daemon.pid}`);
      assert.match(cli("doctor").out, "run file");
    }
    const before = w.run();
    daemon = await w.start();
    assert.is(w.run()?.pid, daemon.pid);
    assert.is.not(w.run()?.startedAt, before?.startedAt);
    assert.equal(cli("doctor").out.includes("run file"), false);
    for (const label of ["a0", "a1"]) await w.isIn(label, "idle");
    allLive(pids);
  }
});

test("an ephemeral daemon lives as long as a dashboard does, and the agents longer", async () => {
  terminals.open("one", "--ephemeral");
  const { pid } = await until("the daemon answers", async () => (await w.ask("GET", "/v1/health")).body);
  assert.is(w.run()?.owner, "dashboard");
  const pids = await spawnAgents(2);
  await terminals.shows("one", "2 agents");
  // Without the flag: whose the daemon is stands in its run file.
  terminals.open("two");
  await terminals.shows("two", "2 agents");
  const daemon = async () => (await w.ask("GET", "/v1/health")).body.pid;

  await terminals.close("one");
  await passed(6_000);
  assert.is(await daemon(), pid, "one of two that is closed keeps it");

  await terminals.close("two");
  // At once, however long a dashboard takes to start on this machine.
  const again = w.follow("/v1/supervise");
  terminals.open("three");
  await terminals.shows("three", "2 agents");
  again.leave();
  await passed(6_000);
  assert.is(await daemon(), pid, "a dashboard that is opened again within the grace keeps it");
  allLive(pids);

  const closedAtMs = Date.now();
  await terminals.close("three");
  await until("the daemon has ended", () => !isAlive(pid), { limitMs: 9_000 });
  const tookMs = Date.now() - closedAtMs;
  assert.ok(tookMs >= LEFT_GRACE_MS, `${tookMs} ms after the last dashboard was closed`);
  assert.equal([existsSync(w.paths.runFile), existsSync(w.paths.socket)], [false, false]);
  allLive(pids);
}, 50_000);

test("a daemon that is killed under its dashboard comes back as its dashboard's, and is linked again", async () => {
  terminals.open("one", "--ephemeral");
  await until("the daemon answers", async () => (await w.ask("GET", "/v1/health")).body);
  terminals.open("two");
  const pids = await spawnAgents(1);
  await terminals.shows("two", "1 agents?");
  await terminals.close("one");
  const first = w.run()?.pid ?? 0;
  process.kill(first, "SIGKILL");
  const second = await until("another answers", async () => {
    const { pid } = (await w.ask("GET", "/v1/health")).body;
    return pid !== first && pid;
  });
  assert.is(w.run()?.owner, "dashboard");
  await until("it is held", () =>
    new RegExp(`"pid":${second},.*"now":"held"`).test(readFileSync(w.paths.logFile, "utf8")),
  );
  await terminals.close("two");
  await until("it has ended", () => !isAlive(second), { limitMs: 9_000 });
  allLive(pids);
});

test("a daemon that nobody linked goes on, and one that runs until told is not held", async () => {
  const child = w.launch("--ephemeral");
  await until("it answers", async () => (await w.ask("GET", "/v1/health")).body.pid === child.pid);
  assert.is((await w.ask("GET", "/v1/health")).body.owner, "dashboard");
  const link = w.follow("/v1/events");
  await until("somebody follows it, and does not hold it", () => link.events.length > 0);
  link.leave();
  await passed(6_000);
  assert.is(child.exitCode, null);
});

test.run();

function cli(...args: string[]): { status: number | null; out: string } {
  const done = spawnSync(process.execPath, [drover, "-L", w.server, "-f", "/dev/null", ...args], {
    env: w.env,
    encoding: "utf8",
    timeout: RUN_LIMIT_MS,
  });
  return { status: done.status, out: done.stdout + done.stderr };
}

/** Nothing is to happen for so long: what would have to come has had its time. */
async function passed(ms: number): Promise<void> {
  const untilMs = Date.now() + ms;
  await until(`${ms} ms have passed`, () => Date.now() > untilMs, { limitMs: ms + 5_000 });
}

/** Dashboards, each in a window of a tmux of their own. */
class Terminals {
  readonly #world: DaemonWorld;
  readonly #server: string;

  constructor(world: DaemonWorld) {
    this.#world = world;
    this.#server = `${world.server}-screens`;
  }

  open(name: string, ...options: string[]): void {
    const command = `${shellLine(process.execPath, drover)} -L ${this.#world.server} -f /dev/null ${options.join(" ")}; echo "status $?"; exec cat`;
    this.#tmux("new-session", "-d", "-s", name, "-x", "100", "-y", "30", command);
  }

  async close(name: string): Promise<void> {
    this.#tmux("send-keys", "-t", `=${name}:`, "q");
    await this.shows(name, "status 0");
  }

  shows(name: string, text: string): Promise<unknown> {
    return until(`dashboard ${name} shows ${text}`, () => new RegExp(text).test(this.#screen(name)), {
      limitMs: 15_000,
      show: () => this.#screen(name),
    });
  }

  end(): void {
    this.#tmux("kill-server");
    rmSync(`${this.#world.paths.tmuxSocket}-screens`, { force: true }); // tmux leaves it
  }

  #screen(name: string): string {
    return this.#tmux("capture-pane", "-p", "-t", `=${name}:`);
  }

  #tmux(...args: string[]): string {
    const env = { ...this.#world.env, LC_ALL: "C.UTF-8", TERM: "tmux-256color" };
    return spawnSync("tmux", ["-L", this.#server, "-f", "/dev/null", ...args], { env, encoding: "utf8" }).stdout;
  }
}
