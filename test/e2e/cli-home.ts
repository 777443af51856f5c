/**
 * A fleet of its own for a test: a folder for state and socket, a tmux server by a unique name, and the command line as
 * people start it. `remove` ends the daemon and the tmux server and leaves nothing.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AgentJson, AgentsJson } from "#wire/agent.js";
import { patientPath } from "../kit/patient-curl.js";
import { RUN_LIMIT_MS, until } from "../kit/t.js";

const DROVER = fileURLToPath(new URL("../../../bin/drover.cjs", import.meta.url));
let count = 0;

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export class CliHome {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "drover-e-")));
  readonly server: string;
  readonly env: NodeJS.ProcessEnv;

  /** `beside`: another home on the tmux server of that one. */
  constructor(beside?: CliHome) {
    this.server = beside?.server ?? `drover-test-${process.pid}-${++count}`;
    const { TMUX: _tmux, TMUX_PANE: _pane, ...env } = process.env;
    const PATH = patientPath(join(this.folder, "bin"));
    this.env = { ...env, PATH, DROVER_HOME: this.folder, HOME: this.folder };
  }

  /** `drover` with this fleet's server, as an argument list for whoever starts it. */
  command(...args: string[]): string[] {
    return [process.execPath, DROVER, "-L", this.server, "-f", "/dev/null", ...args];
  }

  /** A script for practice agents, as a file: what they do on which prompt. */
  script(rules: readonly object[]): string {
    const file = join(this.folder, "script.json");
    writeFileSync(file, JSON.stringify(rules));
    return file;
  }

  /** `env` stands beside this fleet's own environment. */
  run(args: readonly string[], stdin = "", env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const [program = "", ...rest] = this.command(...args);
    const child = spawn(program, rest, { env: { ...this.env, ...env }, cwd: this.folder, timeout: RUN_LIMIT_MS });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ out, err, status: signal ? -1 : (code ?? -1) }));
    });
  }

  /** Fails with what was said where the command did. */
  async ok(...args: string[]): Promise<string> {
    const { out, err, status } = await this.run(args);
    if (status !== 0) throw new Error(`drover ${args.join(" ")} exited with ${status}: ${err}`);
    return out;
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.ok(...args, "--json")) as T;
  }

  async agents(): Promise<AgentJson[]> {
    return (await this.json<AgentsJson>("ls", "--all")).agents;
  }

  /** Starts a practice agent with the script it has by itself, fast. */
  async spawn(label: string, ...args: string[]): Promise<AgentJson> {
    const out = await this.ok("spawn", "rehearsal", "--json", "-l", label, "-s", "work", ...args, "--", "--speed", "2");
    return (JSON.parse(out) as { agent: AgentJson }).agent;
  }

  until(what: string, label: string, holds: (agent: AgentJson) => boolean): Promise<AgentJson> {
    let last: AgentJson[] = [];
    return until(
      `${label} ${what}`,
      async () => {
        last = await this.agents();
        return last.find((agent) => agent.label === label && holds(agent));
      },
      { limitMs: 15_000, show: () => this.#shown(label, last) },
    );
  }

  /** All that is known of one agent: for a test that gives up waiting for it. */
  async #shown(label: string, agents: readonly AgentJson[]): Promise<string> {
    const told = [
      ["why", label],
      ["output", label, "--screen"],
      ["log", "--agent", label],
    ];
    const said = await Promise.all(told.map(async (args) => (await this.run(args)).out));
    const agent = agents.find((one) => one.label === label);
    return [JSON.stringify(agent, null, 1), ...said, agents.map((one) => `${one.label} ${one.state}`).join()].join(
      "\n",
    );
  }

  tmux(...args: string[]): string {
    const ran = spawnSync("tmux", ["-L", this.server, "-f", "/dev/null", ...args], { env: this.env, encoding: "utf8" });
    return ran.status === 0 ? ran.stdout.trim() : "";
  }

  async remove(): Promise<void> {
    await this.run(["down"]);
    this.tmux("kill-server");
    // A shell that ends with its server may still write its history here.
    await until("the folder is gone", () => {
      rmSync(this.folder, { recursive: true, force: true });
      return !existsSync(this.folder);
    });
  }
}
