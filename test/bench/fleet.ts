/** A daemon with a home of its own, a tmux server of its own, and as many rehearsal agents as a row needs. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type DaemonClient } from "#faces/kit/daemon-client.js";
import { readRunFile } from "#faces/kit/run-file.js";
import { type Paths, resolvePaths } from "#host/paths.js";
import type { AgentJson, AgentsJson } from "#wire/agent.js";
import { pause } from "./row.js";

/** Idle until told: `scroll` pours ten lines a second, `spin` only spins; `beat` goes round by itself, see below. */
const IDLE_SCRIPT = [
  { on: "^scroll", steps: [{ lines: 1_000_000, perSecond: 10 }] },
  { on: "^spin", steps: [{ wait: 3_600_000, doing: "Spinning" }] },
  { steps: [{ say: "Nothing to do." }] },
];
/** A turn starts by itself, works for a while, says something and ends: two changes of state in about 1.5 s. */
const BEAT_SCRIPT = [
  {
    every: 600,
    prompt: "beat",
    steps: [
      { wait: 310, doing: "Beating" },
      { say: "One line, and another one to make it scroll.", rate: 100 },
      { wait: 170 },
    ],
  },
];
const SPAWN_LIMIT_MS = 60_000;

export class BenchFleet {
  readonly folder = mkdtempSync("/tmp/drover-bench-");
  readonly env: NodeJS.ProcessEnv;
  readonly paths: Paths;
  readonly socketName = `drover-bench-${process.pid}`;
  client!: DaemonClient;
  private readonly labels: string[] = [];

  constructor() {
    const own = Object.entries(process.env).filter(([name]) => !/^(DROVER_|TMUX)|^NODE_EXTRA_CA_CERTS$/.test(name));
    this.env = {
      ...Object.fromEntries(own),
      ...{ DROVER_HOME: join(this.folder, "home"), TERM: "xterm-256color", COLORTERM: "truecolor" },
    };
    this.paths = resolvePaths(this.env, { serverName: this.socketName });
    writeFileSync(join(this.folder, "idle.json"), JSON.stringify(IDLE_SCRIPT));
    writeFileSync(join(this.folder, "beat.json"), JSON.stringify(BEAT_SCRIPT));
  }

  async open(): Promise<void> {
    this.tmux("start-server", ";", "set-option", "-s", "exit-empty", "off");
    await this.startDaemon();
  }

  async startDaemon(): Promise<void> {
    this.client = await connect(this.paths, { autostart: true, env: this.env, daemonArgs: ["-f", "/dev/null"] });
  }

  /** Ends the daemon and no agent. */
  async stopDaemon(): Promise<void> {
    const pid = this.daemonPid;
    await this.client.request("POST", "/v1/shutdown", {}).catch(() => {});
    this.client.close();
    for (let i = 0; i < 250 && lives(pid); i++) await pause(20);
  }

  get daemonPid(): number {
    return readRunFile(this.paths.runFile)?.pid ?? 0;
  }

  get tmuxPid(): number {
    return Number(this.tmux("display-message", "-p", "#{pid}"));
  }

  /** How many agents there are; new ones are called agent-000, agent-001 … and wait until all are idle. */
  async grow(count: number): Promise<void> {
    while (this.labels.length < count) {
      const batch = Array.from({ length: Math.min(5, count - this.labels.length) }, (_, i) => {
        return `agent-${String(this.labels.length + i).padStart(3, "0")}`;
      });
      await Promise.all(batch.map((label) => this.spawn(label, ["--script", join(this.folder, "idle.json")])));
      this.labels.push(...batch);
    }
    await this.settled();
  }

  /** An agent whose turns come and go by themselves; what it does and when is written to `transcript`. */
  spawnBeating(label: string, transcript: string): Promise<AgentJson> {
    return this.spawn(label, ["--script", join(this.folder, "beat.json"), "--transcript", transcript]);
  }

  async spawn(label: string, args: readonly string[]): Promise<AgentJson> {
    const session = `bench-${label.slice(-3, -1)}`;
    const where = { label, session, cwd: this.folder, columns: 120, rows: 40 };
    const body = { provider: "rehearsal", ...where, args };
    const limit = { timeoutMs: SPAWN_LIMIT_MS };
    return (await this.client.request<{ agent: AgentJson }>("POST", "/v1/agents", body, limit)).agent;
  }

  async remove(label: string): Promise<void> {
    await this.client.request("DELETE", `/v1/agents/${label}?force=1`, undefined, { timeoutMs: SPAWN_LIMIT_MS });
    const at = this.labels.indexOf(label);
    if (at >= 0) this.labels.splice(at, 1);
  }

  async agents(): Promise<AgentJson[]> {
    return (await this.client.request<AgentsJson>("GET", "/v1/agents")).agents;
  }

  /** Until no agent starts or works any more. */
  async settled(limitMs = 60_000): Promise<void> {
    const giveUpAtMs = Date.now() + limitMs;
    for (;;) {
      const busy = (await this.agents()).filter((agent) => agent.state === "starting" || agent.state === "working");
      if (busy.length === 0) return;
      if (Date.now() > giveUpAtMs) throw new Error(`${busy.length} agents are ${busy[0]!.state} after ${limitMs} ms`);
      await pause(100);
    }
  }

  /** Calls `during` while `agents` play the turn of this prompt, typed into their panes directly, past the daemon. */
  async whileAt<T>(prompt: string, agents: readonly AgentJson[], during: () => Promise<T>): Promise<T> {
    for (const { pane } of agents) this.tmux("send-keys", "-t", pane, prompt, "Enter");
    try {
      return await during();
    } finally {
      for (const { pane } of agents) this.tmux("send-keys", "-t", pane, "Escape");
      await this.settled();
    }
  }

  tmux(...args: string[]): string {
    return execFileSync("tmux", ["-u", "-L", this.socketName, "-f", "/dev/null", ...args], {
      env: this.env,
      encoding: "utf8",
    }).trim();
  }

  async close(): Promise<void> {
    const daemon = this.daemonPid;
    if (daemon > 1) await this.stopDaemon();
    let pids: number[] = [];
    try {
      pids = this.tmux("list-panes", "-a", "-F", "#{pane_pid}").split("\n").map(Number);
      this.tmux("kill-server");
    } catch {
      // no server
    }
    for (const pid of [daemon, ...pids]) {
      for (let i = 0; i < 100 && pid > 1 && lives(pid); i++) await pause(20);
      if (pid > 1 && lives(pid)) process.kill(pid, "SIGKILL");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
