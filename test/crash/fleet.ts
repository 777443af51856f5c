/**
 * A real daemon, real tmux and practice agents whose transcripts count what they were given. The daemon is killed and
 * started again as often as wanted; the agents know nothing of it.
 */
import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import { DaemonWorld, exited } from "../e2e/daemon-world.js";
import { until } from "../kit/t.js";

/** Turns of a tenth of a second. */
const SCRIPT = JSON.stringify([{ steps: [{ wait: 100 }, { say: "done", rate: 4000 }] }]);

export interface Counted {
  readonly sent: number;
  readonly lost: string[];
  readonly doubled: string[];
  readonly uncertain: number;
  readonly failed: number;
}

export class CrashFleet {
  readonly world = new DaemonWorld();
  readonly labels: readonly string[];
  /** What was acknowledged, or found on disk: message text to the label it was sent to. */
  readonly #sent = new Map<string, string>();
  #daemon: ChildProcess | null = null;
  #count = 0;

  constructor(agents: number) {
    this.labels = Array.from({ length: agents }, (_, n) => `a${n + 1}`);
  }

  async begin(): Promise<void> {
    writeFileSync(join(this.world.home, "script.json"), SCRIPT);
    await this.start();
    for (const label of this.labels) {
      const args = ["--script", join(this.world.home, "script.json"), "--transcript", this.#file(label)];
      const spawned = await this.world.ask("POST", "/v1/agents", {
        provider: "rehearsal",
        cwd: this.world.home,
        session: "crash",
        label,
        args,
      });
      if (spawned.status !== 200) throw new Error(JSON.stringify(spawned.body));
    }
    for (const label of this.labels) await this.world.isIn(label, "idle");
  }

  /** `dieAt`: the step at which it kills itself, maybe before it ever answers. */
  async start(dieAt?: string): Promise<void> {
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
    await until("the daemon answers, or died", () => daemon.signalCode !== null || answers(), { limitMs: 20_000 });
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
  async send(to: string, from?: string): Promise<void> {
    const text = `message ${++this.#count} for ${to} ${"x".repeat(this.#count % 40)}.`;
    try {
      const { status } = await this.world.ask<{ message?: MessageJson }>("POST", `/v1/agents/${to}/send`, {
        text,
        ...(from === undefined ? {} : { from }),
      });
      // A 409 says that it was queued and came to no good end: it counts.
      if (status === 200 || status === 409) this.#sent.set(text, to);
    } catch {
      // The daemon died before it answered; if the message is on disk it will be found there or in the transcripts.
    }
  }

  /** Waits until nothing is on its way any more. */
  async settle(limitMs: number): Promise<void> {
    await until(
      "all mail is delivered",
      async () => {
        const { agents } = (await this.world.ask<{ agents: AgentJson[] }>("GET", "/v1/agents")).body;
        return agents.length === this.labels.length && agents.every(({ mail }) => mail.queued === 0);
      },
      { limitMs, show: async () => JSON.stringify((await this.world.ask("GET", "/v1/inbox/a1")).body, null, 1) },
    );
  }

  /** By what the agents themselves wrote down. */
  async count(): Promise<Counted> {
    const given = new Map<string, number>();
    for (const label of this.labels) {
      for (const line of readFileSync(this.#file(label), "utf8").split("\n").filter(Boolean)) {
        const { event, text } = JSON.parse(line) as { event: string; text?: string };
        if (event === "prompt" && text !== undefined) given.set(text, (given.get(text) ?? 0) + 1);
      }
    }
    const { messages } = (await this.world.ask<{ messages: MessageJson[] }>("GET", "/v1/dead?bodies=1")).body;
    const told = new Set(messages.map(({ body }) => body ?? ""));
    return {
      sent: this.#count,
      lost: [...this.#sent.keys()].filter((text) => !given.has(text) && !told.has(text)),
      doubled: [...given].filter(([, times]) => times > 1).map(([text]) => text),
      uncertain: messages.filter(({ state }) => state === "uncertain").length,
      failed: messages.filter(({ state }) => state === "failed" || state === "dead").length,
    };
  }

  end(): Promise<void> {
    return this.world.end();
  }

  #file(label: string): string {
    return join(this.world.home, `${label}.jsonl`);
  }
}
