/** A practice agent for the scripted multiplexer, the provider that reads it, and a whole daemon on twins to try them. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIGITS, USUAL_REPLIES } from "#core/screen/dialog-keys.js";
import type { Provider, Reading, Shown } from "#core/screen/reading.js";
import type { Still } from "#core/screen/still.js";
import { type Daemon, startDaemon } from "#daemon/daemon.js";
import type { Supervision } from "#daemon/supervision.js";
import type { Clock } from "#host/clock.js";
import type { Dice } from "#host/dice.js";
import { silentLog } from "#host/log.js";
import type { AgentJson } from "#wire/agent.js";
import { until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { type PaneProgram, ScriptedTmux } from "../twins/scripted-tmux.js";

/** Shows its state in its first row, a dialog or a composer below. */
export class PracticeAgent implements PaneProgram {
  shown: Shown = "ready";
  draft = "";
  question: { text: string; choices: string[] } | null = null;
  readonly prompts: string[] = [];
  readonly answers: string[] = [];
  /** A key that is pressed here is not heard. */
  deafTo = new Set<string>();
  /** Ends at `/quit`. */
  quit: () => void = () => {};

  screen(): string[] {
    if (this.question !== null) {
      const choices = this.question.choices.map((choice, n) => `${n + 1}. ${choice}`);
      return ["blocked", `? ${this.question.text}`, ...choices];
    }
    return [this.shown, ...this.draft.split("\n").map((line) => `> ${line}`)];
  }

  paste(text: string): void {
    // A dialog swallows a paste, as real ones do.
    if (this.question === null) this.draft += text;
  }

  key(key: string): void {
    if (this.deafTo.has(key)) return;
    if (this.question !== null) {
      const choice = key === "Enter" ? this.question.choices[0] : this.question.choices[Number(key) - 1];
      if (choice === undefined) return;
      this.answers.push(choice);
      this.question = null;
    } else if (key === "Enter" && this.draft !== "") {
      const prompt = this.draft;
      this.draft = "";
      if (prompt === "/quit") this.quit();
      else {
        this.prompts.push(prompt);
        this.shown = "working";
      }
    } else if (key === "Escape") {
      this.shown = "interrupted";
      this.draft = "";
    }
  }
}

export const practice: Provider = {
  name: "practice",
  title: "Practice",
  command: ["sh"],
  processNames: ["practice"],
  promptArgument: false,
  resume: null,
  pasteSettleMs: 0,
  interruptKeys: ["Escape"],
  quit: [{ text: "/quit" }],
  refusedEnv: ["NESTED*"],
  allowedEnv: [],
  read: readPractice,
  dialogKeys: () => DIGITS,
  replies: USUAL_REPLIES,
};

function readPractice(still: Still): Reading {
  const rows = still.rows.map((row) => row.text).filter((row) => row !== "");
  const [state = ""] = rows;
  const evidence = { source: "screen", rule: `practice/${state}`, excerpt: state } as const;
  const base = { evidence, reason: null, errorKind: null, question: null, composer: null };
  if (state === "blocked") {
    const text = rows[1]?.slice(2) ?? "";
    const choices = rows.slice(2).map((row, n) => ({ key: String(n + 1), text: row.slice(3), selected: n === 0 }));
    return { ...base, shown: "blocked", question: { kind: "permission", text, choices, fingerprint: `f:${text}` } };
  }
  const draft = rows
    .slice(1)
    .map((row) => row.slice(2))
    .join("\n");
  if (!["ready", "finished", "working", "interrupted", "error", "exited"].includes(state))
    return { ...base, shown: "unclear" };
  return { ...base, shown: state as Shown, composer: { text: draft, empty: draft === "", pasted: false } };
}

export interface World {
  readonly tmux: ScriptedTmux;
  readonly store: MemoryStore;
  readonly daemon: Daemon;
  readonly socket: string;
  /** The practice agents, in the order in which they were started. */
  readonly started: PracticeAgent[];
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Reply<T>>;
  /** Subscribes; what was received is in the returned object. */
  follow(path: string, headers?: Record<string, string>): Following;
  end(): Promise<void>;
}

/** Looks at the agents of the world that there is just now. */
export function agentsOf(w: () => World) {
  const one = async (ref: string) => (await w().ask<{ agent: AgentJson }>("GET", `/v1/agents/${ref}`)).body.agent;
  const isIn = (ref: string, state: string) =>
    until(`${ref} is ${state}`, async () => (await one(ref)).state === state);
  return { one, isIn };
}

export interface Reply<T> {
  readonly status: number;
  readonly body: T & { error?: { code: string; message: string; hint?: string } };
}

export interface Following {
  readonly events: { event: string; id: string; data: Record<string, unknown> }[];
  readonly closed: Promise<void>;
  pause(): void;
  resume(): void;
  leave(): void;
}

/** A daemon on twins, listening on a real socket in a folder of its own. */
export async function world(
  options: {
    store?: MemoryStore;
    tmux?: ScriptedTmux;
    clock?: Clock;
    providers?: Provider[];
    supervision?: Supervision | null;
    spoolDir?: string;
    tasksDir?: string;
  } = {},
): Promise<World> {
  const started: PracticeAgent[] = [];
  const tmux =
    options.tmux ??
    new ScriptedTmux((tab) => {
      const agent = new PracticeAgent();
      agent.quit = () => {
        const pane = tmux.panes().find((p) => p.mark?.id === tab.mark.id);
        if (pane !== undefined) tmux.change(pane.pane, { dead: true, exit: { code: 0, signal: null } });
        setImmediate(() => tmux.tick());
      };
      started.push(agent);
      return agent;
    });
  const store = options.store ?? new MemoryStore();
  const folder = mkdtempSync(join(tmpdir(), "drover-"));
  const socket = join(folder, "s");
  const providers = new Map([practice, ...(options.providers ?? [])].map((p) => [p.name, p]));
  let ids = 0;
  const dice: Dice = { below: () => 0, id: () => `01ID${String(++ids + store.seq() * 100).padStart(22, "0")}` };
  const daemon = await startDaemon({
    store,
    mux: tmux,
    clock: options.clock ?? hastyClock(20),
    dice,
    log: silentLog,
    providers,
    identity: { pid: process.pid, version: "0.0.0", owner: "persistent" },
    socket,
    path: process.env.PATH ?? "",
    ...(options.spoolDir === undefined ? {} : { spoolDir: options.spoolDir }),
    ...(options.tasksDir === undefined ? {} : { tasksDir: options.tasksDir }),
    shutdown() {},
    supervision: options.supervision ?? null,
  });
  await new Promise<void>((resolve) => daemon.server.listen(socket, resolve));
  return {
    tmux,
    store,
    daemon,
    socket,
    started,
    ask: (method, path, body) => ask(socket, method, path, body),
    follow: (path, headers) => follow(socket, path, headers),
    async end() {
      daemon.close();
      daemon.server.closeAllConnections();
      await new Promise((resolve) => daemon.server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function ask<T>(socket: string, method: string, path: string, body?: unknown): Promise<Reply<T>> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    // Without it Node frames no body of a DELETE.
    const headers = { "content-length": Buffer.byteLength(bytes) };
    const asked = request({ socketPath: socket, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    asked.on("error", reject);
    asked.end(bytes);
  });
}

export function follow(socket: string, path: string, headers: Record<string, string> = {}): Following {
  const events: Following["events"] = [];
  let resume = (): void => {};
  let pause = (): void => {};
  const asked = request({ socketPath: socket, path, headers, agent: false });
  const closed = new Promise<void>((resolve) => {
    asked.on("error", () => resolve());
    asked.on("response", (response) => {
      pause = () => response.pause();
      resume = () => response.resume();
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          const field = (name: string) => block.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1] ?? "";
          if (field("event") !== "")
            events.push({ event: field("event"), id: field("id"), data: JSON.parse(field("data")) });
        }
      });
      response.on("error", () => {});
      response.on("close", () => resolve());
    });
  });
  asked.end();
  return { events, closed, pause: () => pause(), resume: () => resume(), leave: () => void asked.destroy() };
}
