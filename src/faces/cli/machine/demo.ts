/**
 * `drover demo`: the dashboard on a fleet that is not there. Everything lives in one private folder: a tmux server on a
 * socket of its own, a daemon with a home of its own, and six practice agents. Nothing of the caller's is read or
 * touched, and when the dashboard ends, in whatever way, all of it goes: a watchdog sees to it even where this process
 * is killed outright.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { Fault } from "#core/fault.js";
import { isAlive } from "#host/alive.js";
import { type Paths, resolvePaths } from "#host/paths.js";
import type { SpawnRequest } from "#wire/requests.js";
import { connect, type DaemonClient } from "../../kit/daemon-client.js";
import { installRoot } from "../../kit/install-root.js";
import { readRunFile } from "../../kit/run-file.js";
import { checkTmux } from "../../kit/tmux-check.js";
import { DEMO_FLEET, type DemoAgent } from "./demo-fleet.js";
import { DemoPlace } from "./demo-place.js";

export interface DemoIo {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/** Opens the demo and resolves with its exit status when it is over and cleared away. Throws a Fault where it cannot start. */
export async function run(args: readonly string[], io: DemoIo): Promise<number> {
  if (args.length > 0) throw new Fault("USAGE", `the demo takes no arguments, not "${args[0]}"`);
  if (!io.stdin.isTTY || !io.stdout.isTTY) throw new Fault("USAGE", "the demo needs a terminal");
  checkTmux(io.env);
  const demo = new Demo(io);
  const signalled = demo.heedSignals();
  let status: number;
  try {
    await demo.start();
    status = await demo.dashboard();
  } finally {
    await demo.clear();
  }
  const signal = signalled();
  if (signal === null) return status;
  // Node 20 aborts in its own exit where the terminal is gone, so the signal is left to end the process.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  return new Promise(() => {});
}

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT"] as const;
const END_LIMIT_MS = 3_000;

class Demo {
  private readonly place: DemoPlace;
  private readonly paths: Paths;
  private readonly size: { readonly columns: number; readonly rows: number };
  private client: DaemonClient | null = null;
  private child: ChildProcess | null = null;
  private leaving: (typeof SIGNALS)[number] | null = null;

  constructor(io: DemoIo) {
    this.place = new DemoPlace(io.env);
    this.paths = resolvePaths(this.place.env, { serverPath: this.place.tmuxSocket });
    this.place.watch(this.paths.runFile);
    this.size = tabSize(io.stdout.columns || 80, io.stdout.rows || 24);
  }

  /** The first signal ends the dashboard; the rest of the way out is the same as after `q`. */
  heedSignals(): () => (typeof SIGNALS)[number] | null {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        this.leaving ??= signal;
        this.child?.kill(signal);
      });
    }
    return () => this.leaving;
  }

  async start(): Promise<void> {
    const { env } = this.place;
    this.place.startTmux();
    this.client = await connect(this.paths, { autostart: true, env, daemonArgs: ["-f", "/dev/null"] });
    const client = this.client;
    await Promise.all(DEMO_FLEET.map((agent) => client.request("POST", "/v1/agents", this.spawnRequest(agent))));
  }

  /** Runs the dashboard in a process of its own, so that its crash is not ours. */
  async dashboard(): Promise<number> {
    if (this.leaving !== null) return 1;
    const args = [join(installRoot(), "bin/drover.cjs"), "-S", this.place.tmuxSocket, "-f", "/dev/null"];
    const child = spawn(process.execPath, args, { stdio: "inherit", env: this.place.dashboardEnv });
    this.child = child;
    this.place.tellWatchdog(`dashboard ${child.pid}`);
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.on("error", () => resolve([1, null]));
      child.on("exit", (code, signal) => resolve([code, signal]));
    });
    this.child = null;
    if (signal !== null && this.leaving === null) restoreTerminal();
    return code ?? 1;
  }

  /** Daemon, agents, tmux server, folder: in this order, so that nothing starts again what has ended. */
  async clear(): Promise<void> {
    const daemonPid = readRunFile(this.paths.runFile)?.pid;
    await this.client?.request("POST", "/v1/shutdown", {}, { timeoutMs: END_LIMIT_MS }).catch(() => {});
    this.client?.close();
    const pids = this.place.tmuxPids();
    if (daemonPid !== undefined && daemonPid > 1) pids.push(daemonPid);
    this.place.stopTmux();
    const giveUpAtMs = Date.now() + END_LIMIT_MS;
    while (pids.some(isAlive) && Date.now() < giveUpAtMs) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    this.place.remove();
  }

  private spawnRequest(agent: DemoAgent): SpawnRequest {
    const script = join(installRoot(), "fixtures/rehearsal/demo", `${agent.label}.json`);
    return {
      provider: "rehearsal",
      label: agent.label,
      session: agent.session,
      cwd: this.place.workFolder(agent.folder),
      prompt: agent.prompt,
      args: ["--script", script, ...agent.args],
      ...this.size,
    };
  }
}

/** Agents' tabs about as large as the preview that shows them: beside the list on a wide terminal, below it on others. */
function tabSize(columns: number, rows: number): { columns: number; rows: number } {
  const beside = columns >= 100;
  const width = beside ? Math.max(80, columns - Math.min(64, Math.round(columns * 0.34)) - 2) : columns - 2;
  return { columns: Math.max(60, width), rows: Math.max(16, beside ? rows - 6 : Math.round(rows * 0.6)) };
}

/** After a dashboard that died without a word: the main screen, a cursor, no mouse reports, a cooked line. */
function restoreTerminal(): void {
  process.stdout.write("\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[?1000l\x1b[?1002l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[m");
  spawnSync("stty", ["sane"], { stdio: "inherit" });
}
