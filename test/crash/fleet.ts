/**
 * A real daemon, real tmux and practice agents whose transcripts count what they were given. The daemon is killed and
 * started again as often as wanted; the agents know nothing of it.
 */
import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemDice } from "#host/dice.js";
import { readTasks, writeTask } from "#host/task-files.js";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import type { DrainedJson } from "#wire/requests.js";
import { DaemonWorld, exited } from "../e2e/daemon-world.js";
import { until } from "../kit/t.js";
import { Ledger } from "./ledger.js";
import { OwnTmux } from "./own-tmux.js";

/** Turns of a tenth of a second; longer where its prompt begins with "busy" or "long". */
const SCRIPT = JSON.stringify([
  { on: "^busy", steps: [{ wait: 500 }, { say: "done", rate: 4000 }] },
  { on: "^long", steps: [{ wait: 600_000 }] },
  { steps: [{ wait: 100 }, { say: "done", rate: 4000 }] },
]);

/** opencode as drover meets it: its API and drover's plugin in one process. Typing it hears nothing of. */
const OPENCODE = fileURLToPath(new URL("../e2e/fake-opencode.js", import.meta.url));

export type { Counted } from "./ledger.js";

export interface Crew {
  /** a1, a2 …, who are typed to. */
  readonly agents?: number;
  /** o1, o2 …, who are handed their prompts by their program's API. */
  readonly doors?: number;
  /** p is told by its Stop hook and is woken, q fetches what its tasks say. */
  readonly parent?: "p" | "q";
}

export class CrashFleet {
  readonly world = new DaemonWorld();
  readonly labels: readonly string[];
  readonly #crew: Crew;
  #tmux: OwnTmux | null = null;
  #isOver = false;
  readonly #ids = new Map<string, string>();
  readonly #ledger = new Ledger();
  readonly #transcripts: string[] = [];
  /** Asked to be removed, and not known to be gone. */
  readonly #leaving = new Set<string>();
  #daemon: ChildProcess | null = null;
  #count = 0;

  constructor(crew: Crew) {
    this.#crew = crew;
    const { agents = 0, doors = 0 } = crew;
    const name = (letter: string) => (_: unknown, n: number) => `${letter}${n + 1}`;
    this.labels = [...Array.from({ length: agents }, name("a")), ...Array.from({ length: doors }, name("o"))];
  }

  /**
   * Does that with this fleet, and takes all of it away. Throws TmuxCrashed where tmux ended by itself meanwhile: then
   * nothing that was seen counts.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      this.#tmux = await OwnTmux.start(this.world);
      // What is broken off comes to its end by itself: nothing is started any more.
      return await Promise.race([work(), this.#tmux.lost]);
    } catch (error) {
      throw (await this.#tmux?.goneWithin(1_000)) ?? error;
    } finally {
      await this.end();
    }
  }

  async begin(): Promise<void> {
    writeFileSync(join(this.world.home, "script.json"), SCRIPT);
    const { agents = 0, parent } = this.#crew;
    if (this.labels.length > agents) this.#installOpencode();
    await this.start();
    for (const label of this.labels) await (label.startsWith("o") ? this.#open(label) : this.#spawn(label));
    if (parent === "p") await this.#spawn("p", ["--hooks"]);
    if (parent === "q") await this.#spawn("q", [], { wake: "pull" });
    for (const label of this.#ids.keys()) await this.world.isIn(label, label.startsWith("o") ? "done" : "idle");
  }

  /** `dieAt`: the step at which it kills itself, maybe before it ever answers. */
  async start(dieAt?: string): Promise<void> {
    if (this.#isOver) throw new Error("the fleet is taken away");
    if (dieAt === undefined) {
      this.#daemon = await this.world.start();
      return;
    }
    const { env } = this.world;
    env.DROVER_DIE_AT = dieAt;
    const daemon = this.world.launch();
    delete env.DROVER_DIE_AT;
    this.#daemon = daemon;
    const answers = async () => (await this.world.ask("GET", "/v1/health")).body.pid === daemon.pid;
    const isUp = () => this.#isOver || daemon.signalCode !== null || answers();
    await until("the daemon answers, or died", isUp, { limitMs: 20_000 });
  }

  async kill(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === null || daemon.signalCode !== null) return;
    daemon.kill("SIGKILL");
    await exited(daemon);
  }

  /** Resolves to false where it did not die in time. */
  async dies(limitMs: number): Promise<boolean> {
    const daemon = this.#daemon;
    if (daemon === null) return false;
    if (daemon.signalCode !== null) return true;
    const timer = new Promise<false>((resolve) => setTimeout(() => resolve(false), limitMs).unref());
    return Promise.race([exited(daemon).then(() => true), timer]);
  }

  /** Sends a message of its own; whether it was acknowledged does not matter: what lies on disk has to arrive. */
  async send(to: string, { from, text: begins = "message" }: { from?: string; text?: string } = {}): Promise<void> {
    const text = `${begins} ${++this.#count} for ${to} ${"x".repeat(this.#count % 40)}.`;
    this.#ledger.wanted(text);
    const sender = from === undefined ? {} : { from };
    const status = await this.#asks<{ message?: MessageJson }>("POST", `/v1/agents/${to}/send`, { text, ...sender });
    // A 409 says that it was queued and came to no good end: it counts. Without an answer it counts if it was on disk.
    if (status === 200 || status === 409) this.#ledger.promised(text);
  }

  /** A background task of that agent's ends. Its word is on disk before anybody is asked. */
  async endTask(owner: string): Promise<void> {
    if (this.#isOver) return;
    const id = systemDice.id();
    const word = `task-${++this.#count}.`;
    const now = Date.now();
    writeTask(this.world.paths.tasksDir, {
      ...{ id, owner: this.#ids.get(owner) ?? "", incarnation: 1, label: owner, pane: null, command: ["true"] },
      ...{ cwd: "/", pid: process.pid, begun: null, startedAtMs: now - 1_000 },
      end: { code: 0, signal: null, failed: null, tail: word, cut: false, endedAtMs: now },
    });
    this.#ledger.wanted(word);
    this.#ledger.promised(word);
    await this.#asks("POST", "/v1/tasks", {});
  }

  /** Takes what waits; with `acks` says that it has arrived. */
  async drain(owner: string, acks = true): Promise<void> {
    const drained: DrainedJson[] = [];
    await this.#asks<DrainedJson>("POST", `/v1/inbox/${owner}/drain`, {}, (body) => drained.push(body));
    for (const { messages, batch } of drained) {
      if (!acks || batch === undefined) continue;
      for (const { body, redelivered } of messages) this.#ledger.gave(body ?? "", redelivered === true);
      await this.#asks("POST", `/v1/inbox/${owner}/ack`, { batch });
    }
  }

  /** An agent comes, works, is written to, and is taken off the list with what waits for it. */
  async removeOne(): Promise<void> {
    const label = `r${++this.#count}`;
    this.#leaving.add(label);
    try {
      await this.#spawn(label);
      await this.send(label, { text: "long" });
      await Promise.all([this.send(label), this.send(label)]);
    } catch {
      // The daemon is dead, or died under it.
    }
    await this.#asks("DELETE", `/v1/agents/${label}?force=1`);
  }

  /** Waits until nothing is on its way any more. */
  async settle(limitMs: number): Promise<void> {
    for (const label of this.#leaving) {
      await until(
        `${label} is removed`,
        async () => this.#isOver || (await this.world.ask("DELETE", `/v1/agents/${label}?force=1`)).status === 404,
        { limitMs: 20_000 },
      );
    }
    // What a Stop hook was answered is written down by its agent a moment later, in a turn that still goes on.
    const isSettled = ({ mail, state }: AgentJson): boolean =>
      mail.queued === 0 && mail.inbox === 0 && state !== "working";
    await until(
      "all mail is delivered",
      async () => {
        if (this.#isOver) return true;
        if (this.#crew.parent === "q") await this.drain("q");
        const { agents } = (await this.world.ask<{ agents: AgentJson[] }>("GET", "/v1/agents")).body;
        const untold = readTasks(this.world.paths.tasksDir).length;
        return untold === 0 && agents.length >= this.labels.length && agents.every(isSettled);
      },
      { limitMs, show: () => this.#unsettled() },
    );
  }

  /** By what the agents themselves wrote down. */
  async count() {
    for (const file of this.#transcripts) {
      if (!existsSync(file)) continue;
      for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
        const told = JSON.parse(line) as string | { event: string; text?: string };
        if (typeof told === "string") this.#ledger.gave(told);
        else if (told.event === "prompt" && told.text !== undefined) this.#ledger.gave(told.text);
      }
    }
    const { messages } = (await this.world.ask<{ messages: MessageJson[] }>("GET", "/v1/dead?bodies=1")).body;
    return this.#ledger.count(messages);
  }

  end(): Promise<void> {
    this.#isOver = true;
    this.#tmux?.ending();
    return this.world.end();
  }

  async #unsettled(): Promise<string> {
    const { agents } = (await this.world.ask<{ agents: AgentJson[] }>("GET", "/v1/agents")).body;
    return agents.map(({ label, state, mail }) => `${label} is ${state}: ${JSON.stringify(mail)}`).join("\n");
  }

  async #spawn(label: string, more: readonly string[] = [], fields: object = {}): Promise<void> {
    const transcript = join(this.world.home, `${label}.jsonl`);
    this.#transcripts.push(transcript);
    const args = ["--script", join(this.world.home, "script.json"), "--transcript", transcript, ...more];
    await this.#create(label, { provider: "rehearsal", args, ...fields });
  }

  async #open(label: string): Promise<void> {
    const transcript = join(this.world.home, `${label}.told`);
    this.#transcripts.push(transcript);
    await this.#create(label, { provider: "opencode", env: { FAKE_OPENCODE_TOLD: transcript } });
  }

  async #create(label: string, fields: object): Promise<void> {
    const where = { cwd: this.world.home, session: "crash" };
    const { status, body } = await this.world.ask("POST", "/v1/agents", { ...where, label, ...fields });
    if (status !== 200) throw new Error(JSON.stringify(body));
    this.#ids.set(label, (body as { agent: AgentJson }).agent.id);
  }

  #installOpencode(): void {
    const bin = join(this.world.home, "bin");
    const program = join(bin, "opencode");
    mkdirSync(bin);
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${OPENCODE}'\n`);
    chmodSync(program, 0o755);
    this.world.env.PATH = `${bin}:${this.world.env.PATH}`;
  }

  /** The answer's status; null where the daemon died before it answered. */
  async #asks<T>(
    method: string,
    path: string,
    body?: unknown,
    hear: (body: T) => void = () => {},
  ): Promise<number | null> {
    try {
      const answer = await this.world.ask<T>(method, path, body);
      if (answer.status === 200) hear(answer.body);
      return answer.status;
    } catch {
      return null;
    }
  }
}
