/** A real daemon on a tmux server of its own, both gone without a trace at the end. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunFile } from "#daemon/run-file.js";
import { isAlive } from "#host/alive.js";
import { resolvePaths } from "#host/paths.js";
import { ask, type Following, follow, type Reply } from "../daemon/practice.js";
import { patientPath } from "../kit/patient-curl.js";
import { until } from "../kit/t.js";

const script = fileURLToPath(new URL("../../../bin/drover-daemon.js", import.meta.url));

let worlds = 0;

export class DaemonWorld {
  readonly home = mkdtempSync(join(tmpdir(), "drover-e2e-"));
  readonly server = `drover-e2e-${process.pid}-${++worlds}`;
  readonly env: NodeJS.ProcessEnv;
  readonly paths;
  readonly #children = new Set<ChildProcess>();
  readonly #following = new Set<Following>();

  constructor() {
    const { TMUX, TMUX_PANE, ...env } = process.env;
    this.env = { ...env, DROVER_HOME: this.home, PATH: patientPath(join(this.home, "patient")) };
    this.paths = resolvePaths(this.env, { serverName: this.server });
  }

  /** Starts a daemon process and does not wait for it. */
  launch(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [script, "-L", this.server, "-f", "/dev/null", ...args], {
      env: this.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#children.add(child);
    child.on("exit", () => this.#children.delete(child));
    return child;
  }

  /** Starts a daemon and waits until it answers; returns its process. */
  async start(): Promise<ChildProcess> {
    const child = this.launch();
    let said = "";
    child.stderr?.on("data", (chunk) => (said += chunk));
    await until("the daemon answers", async () => (await this.ask("GET", "/v1/health")).body.pid === child.pid, {
      limitMs: 20_000,
      show: () => said + (existsSync(this.paths.logFile) ? readFileSync(this.paths.logFile, "utf8") : "no log"),
    });
    return child;
  }

  run(): RunFile | null {
    return existsSync(this.paths.runFile) ? JSON.parse(readFileSync(this.paths.runFile, "utf8")) : null;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests name the fields that they look at
  ask<T = any>(method: string, path: string, body?: unknown): Promise<Reply<T>> {
    return ask<T>(this.paths.socket, method, path, body);
  }

  follow(path: string): Following {
    const following = follow(this.paths.socket, path);
    this.#following.add(following);
    return following;
  }

  tmux(...args: string[]): string {
    return execFileSync("tmux", ["-L", this.server, "-f", "/dev/null", ...args], {
      env: this.env,
      encoding: "utf8",
      stdio: "pipe",
    });
  }

  /** The labels marked on panes, by a listing of our own; those whose program runs, or the dead ones as well. */
  labels(dead = false): string[] {
    let listing = "";
    try {
      listing = this.tmux("list-panes", "-a", "-F", "#{pane_dead} #{@drover-label}");
    } catch {
      // With its last session the server went.
    }
    return [...listing.matchAll(/^([01]) (\S+)$/gm)].flatMap((line) =>
      dead || line[1] === "0" ? [line[2] ?? ""] : [],
    );
  }

  /** Waits until the agent is in that state, and returns it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests name the fields that they look at
  isIn(ref: string, state: string): Promise<any> {
    return until(
      `${ref} is ${state}`,
      async () => {
        const { agent } = (await this.ask("GET", `/v1/agents/${ref}`)).body;
        return agent.state === state && agent;
      },
      { show: async () => JSON.stringify((await this.ask("GET", `/v1/agents/${ref}/why`)).body, null, 1) },
    );
  }

  async end(): Promise<void> {
    for (const following of this.#following) following.leave();
    for (const child of [...this.#children]) {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await exited;
    }
    // One that a face started is nobody's child here.
    const left = this.run()?.pid;
    if (left !== undefined && isAlive(left)) process.kill(left, "SIGKILL");
    try {
      this.tmux("kill-server");
    } catch {
      // No server was left.
    }
    rmSync(this.paths.tmuxSocket, { force: true }); // tmux leaves it
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}
