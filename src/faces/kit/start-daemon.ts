/**
 * Starts the daemon when none answers. Whoever starts it does not own it: it is detached, writes to its own log and
 * goes on when its starter ends. Two starters at once are harmless: the store's lock lets one daemon live, the other
 * ends quietly, and both starters find the one that lives.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FAULTS, Fault, type FaultCode } from "#core/fault.js";
import { makeFolder } from "#host/paths.js";
import { installRoot } from "./install-root.js";
import { takeTurn } from "./start-turn.js";
import { checkTmux } from "./tmux-check.js";

export interface DaemonStart {
  /** What the daemon prints goes to the end of this file. */
  readonly log: string;
  /** The daemon's own arguments: which tmux server, who owns it. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The script to run; default `bin/drover-daemon.cjs` of this installation. */
  readonly script?: string;
}

/**
 * Starts a daemon, or waits for the one that somebody else is starting, until `answers`. Throws what kept it from coming
 * up: TMUX_MISSING, TMUX_TOO_OLD, what the daemon itself said, or DAEMON_UNREACHABLE after `limitMs`.
 */
export async function awaitDaemon(start: DaemonStart, answers: () => Promise<boolean>, limitMs: number): Promise<void> {
  checkTmux(start.env);
  try {
    makeFolder(dirname(start.log));
  } catch (cause) {
    const { message, hint } = cause as Fault;
    throw new Fault("DAEMON_UNREACHABLE", message, { cause, ...(hint === undefined ? {} : { hint }) });
  }
  const giveUpAtMs = Date.now() + limitMs;
  let daemon: StartingDaemon | null = null;
  let endTurn: (() => void) | null = null;
  try {
    while (!(await answers())) {
      // Whoever had the turn may have failed; then it is ours to fail, and to say why.
      endTurn ??= takeTurn(`${start.log}.turn`);
      if (endTurn) daemon ??= launchDaemon(start);
      const refusal = daemon?.refusal();
      if (refusal) throw refusal;
      if (Date.now() > giveUpAtMs) throw late(start.log, limitMs, daemon);
      // Not all at the same beat, where a dozen commands wait for one daemon.
      await new Promise((resolve) => setTimeout(resolve, 15 + Math.random() * 15));
    }
  } finally {
    daemon?.release();
    endTurn?.();
  }
}

function late(log: string, limitMs: number, daemon: StartingDaemon | null): Fault {
  const what = `the daemon did not answer within ${limitMs / 1000} s`;
  return daemon?.explain(what) ?? new Fault("DAEMON_UNREACHABLE", what, { hint: hintFor(log) });
}

function hintFor(log: string): string {
  return `read ${log}, or run "drover daemon --foreground" to watch it start`;
}

function launchDaemon(start: DaemonStart): StartingDaemon {
  const log = openSync(start.log, "a+", 0o600);
  const before = fstatSync(log).size;
  const env = { ...start.env };
  // It stands in another folder than whoever gave it.
  if (env.DROVER_HOME) env.DROVER_HOME = resolve(env.DROVER_HOME);
  // Reading the certificates costs every Node start 30 ms, and the daemon speaks to nobody over TLS.
  delete env.NODE_EXTRA_CA_CERTS;
  const script = start.script ?? join(installRoot(), "bin/drover-daemon.cjs");
  const child = spawn(process.execPath, [script, ...start.args], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
    env,
  });
  child.unref();
  return new StartingDaemon(child, log, before, start.log);
}

class StartingDaemon {
  readonly #child: ChildProcess;
  readonly #log: number;
  readonly #before: number;
  readonly #logPath: string;
  #failed: Error | null = null;

  constructor(child: ChildProcess, log: number, before: number, logPath: string) {
    this.#child = child;
    this.#log = log;
    this.#before = before;
    this.#logPath = logPath;
    child.on("error", (error) => {
      this.#failed = error;
    });
  }

  /** Null while it may still come up. A daemon that ends with 0 found another one holding the store: that one answers. */
  refusal(): Fault | null {
    if (this.#failed === null && (this.#child.exitCode === null || this.#child.exitCode === 0)) {
      if (this.#child.signalCode === null) return null;
    }
    return this.explain(this.#failed ? this.#failed.message : `the daemon ended at once`);
  }

  /** Ends the watching; the daemon itself goes on. */
  release(): void {
    this.#child.removeAllListeners("error");
    this.#child.on("error", () => {});
    closeSync(this.#log);
  }

  explain(what: string): Fault {
    const said = this.#said();
    const fault = said.map(faultOf).find((found) => found !== null);
    if (fault) return fault;
    const last = said.find((line) => /^\w*Error\b/.test(line)) ?? said.at(-1);
    return new Fault("DAEMON_UNREACHABLE", last ? `${what}: ${last}` : what, {
      hint: hintFor(this.#logPath),
    });
  }

  /** What it wrote, newest line last, without stack frames. */
  #said(): string[] {
    const size = fstatSync(this.#log).size;
    const buffer = Buffer.alloc(Math.min(Math.max(0, size - this.#before), 16_384));
    readSync(this.#log, buffer, 0, buffer.length, size - buffer.length);
    return buffer
      .toString("utf8")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !/^at |^Node\.js v|^node:|^\^+$/.test(line));
  }
}

/** A line in which the daemon says as JSON why it will not start. */
function faultOf(line: string): Fault | null {
  if (!line.startsWith("{")) return null;
  try {
    const { error } = JSON.parse(line) as { error?: { code?: string; message?: string; hint?: string } };
    if (!error?.code || !error.message || !(error.code in FAULTS)) return null;
    return new Fault(error.code as FaultCode, error.message, error.hint ? { hint: error.hint } : {});
  } catch {
    return null;
  }
}
