/**
 * A storm on a real tmux: callers spawn, rename and remove agents, their user moves the tabs about, and the daemon is
 * killed with SIGKILL at any moment of it, again and again. Then the fleet may settle, and is counted.
 */
import type { ChildProcess } from "node:child_process";
import { PLACEHOLDER_S } from "#core/protocol/commands.js";
import type { AgentJson } from "#wire/agent.js";
import type { EntryJson } from "#wire/events.js";
import { OwnTmux } from "../crash/own-tmux.js";
import { DaemonWorld, exited } from "../e2e/daemon-world.js";
import { until } from "../kit/t.js";
import { Chance } from "../sim/chance.js";
import { check, type Promised, type Wrong } from "./checker.js";
import { Ground, type GroundPane } from "./ground.js";

const CALLERS = 3;
const FEW = 4;
const MANY = 12;
/** What only holds a place goes by itself, a gone fleet is doubted for 5 s, and the machine may be slow. */
const SETTLE_MS = (PLACEHOLDER_S + 60) * 1000;
const SESSIONS = ["work", "desk", "lab", "den", "attic"];

export interface Outcome {
  readonly seed: number;
  readonly kills: number;
  readonly seconds: number;
  /** What was asked for and answered, by kind; `…, unanswered` where the daemon died first. */
  readonly asked: ReadonlyMap<string, number>;
  readonly wrongs: readonly Wrong[];
  /** Agents alive at the end. */
  readonly alive: number;
  /** Births whose answer was never given and that never came to be. */
  readonly unborn: number;
  readonly trace: readonly string[];
}

/**
 * Kills the daemon `kills` times, or until `limitMs` is over. The seed decides what is asked; the machine, how far it gets.
 * Throws TmuxCrashed where tmux ended by itself meanwhile.
 */
export async function storm(seed: number, kills: number, limitMs: number): Promise<Outcome> {
  const world = new DaemonWorld();
  let tmux: OwnTmux | null = null;
  try {
    tmux = await OwnTmux.start(world);
    const outcome = await new Storm(world, seed).run(kills, limitMs);
    const gone = await tmux.goneWithin(0);
    if (gone !== null) throw gone;
    return outcome;
  } catch (error) {
    throw (await tmux?.goneWithin(1_000)) ?? error;
  } finally {
    tmux?.ending();
    await world.end();
  }
}

class Storm {
  readonly #world: DaemonWorld;
  readonly #ground: Ground;
  readonly #seed: number;
  readonly #promised = new Map<string, Promised>();
  /** Agents that a caller is busy with. */
  readonly #busy = new Set<string>();
  readonly #asked = new Map<string, number>();
  readonly #trace: string[] = [];
  readonly #beganMs = performance.now();
  #labels = 0;
  #round = 0;
  #blowing = true;
  #serving = false;
  #failed: Error | null = null;

  constructor(world: DaemonWorld, seed: number) {
    this.#world = world;
    this.#seed = seed;
    this.#ground = new Ground(world.server, world.env);
  }

  async run(kills: number, limitMs: number): Promise<Outcome> {
    const chance = new Chance(this.#seed);
    await this.#prepare();
    const all = Array.from({ length: CALLERS }, (_, n) => this.#call(new Chance(this.#seed * 100 + n)));
    all.push(this.#move(new Chance(this.#seed * 100 + 99)));
    const over = Promise.all(all).catch((error: unknown) => {
      this.#failed = new Error(`the storm broke off\n${this.#trace.slice(-40).join("\n")}`, { cause: error });
    });
    let killed = 0;
    while (killed < kills && performance.now() - this.#beganMs < limitMs && this.#failed === null) {
      this.#round++;
      // One time in six it does not live to answer.
      const early = chance.flip(1 / 6);
      const child = early ? this.#world.launch() : await this.#world.start();
      this.#serving = true;
      await pause(early ? chance.between(20, 500) : chance.between(0, 400));
      await kill(child);
      this.#serving = false;
      killed++;
      this.#say(`killed${early ? " as it started" : ""}`);
    }
    if (this.#failed === null) {
      await this.#world.start();
      // Where the machine is so slow that no daemon lived to answer, this one does.
      this.#serving = true;
      await until("something was done", () => this.#failed !== null || this.#hasBlown());
    }
    this.#blowing = false;
    await over;
    if (this.#failed !== null) throw this.#failed;
    const { wrongs, agents } = await this.#settle();
    const listed = agents.filter(({ archived }) => !archived);
    return {
      seed: this.#seed,
      kills: killed,
      seconds: (performance.now() - this.#beganMs) / 1000,
      asked: this.#asked,
      wrongs,
      alive: listed.filter(({ state }) => state !== "lost" && state !== "exited").length,
      unborn: listed.filter(({ id, state }) => state === "lost" && !this.#promised.has(id)).length,
      trace: this.#trace,
    };
  }

  #hasBlown(): boolean {
    const anyLives = [...this.#promised.values()].some(({ fate }) => fate === "lives");
    return anyLives && this.#asked.has("moves");
  }

  /** The user's own windows, in two sessions. */
  async #prepare(): Promise<void> {
    for (const session of ["desk", "lab"]) {
      await this.#ground.tmux("new-session", "-d", "-x", "160", "-y", "50", "-s", session, "-n", "mine", "cat");
      await this.#ground.tmux("new-window", "-d", "-t", `${session}:`, "-n", "also", "cat");
      await this.#ground.tmux("split-window", "-d", "-t", `${session}:also`, "cat");
    }
    for (const { pane, pid } of await this.#ground.panes()) this.#ground.users.set(pane, pid);
  }

  async #call(chance: Chance): Promise<void> {
    while (this.#blowing) {
      if (!this.#serving) await pause(10);
      else if (!(await this.#ask(chance))) await pause(10);
    }
  }

  /** False where the daemon did not answer. */
  #ask(chance: Chance): Promise<boolean> {
    const living = [...this.#promised.values()].filter(({ fate }) => fate === "lives");
    const agent = chance.pick(living.filter(({ id }) => !this.#busy.has(id)));
    const wish = chance.next();
    if (agent === undefined || living.length < FEW || (living.length < MANY && wish < 0.4)) return this.#spawn(chance);
    this.#busy.add(agent.id);
    const asking = wish < 0.7 && living.length < MANY ? this.#rename(agent) : this.#remove(agent);
    return asking.finally(() => this.#busy.delete(agent.id));
  }

  async #spawn(chance: Chance): Promise<boolean> {
    const label = this.#label();
    const session = chance.flip(0.2) ? `s${label}` : chance.pick(SESSIONS);
    const args = ["sh", "-c", "exec cat"];
    const request = { provider: "shell", cwd: this.#world.home, label, session, args, ifAbsent: true };
    const body = await this.#answer(`spawn ${label}`, "POST", "/v1/agents", request);
    if (body?.agent !== undefined) {
      this.#promised.set(body.agent.id, { id: body.agent.id, labels: new Set([label]), fate: "lives" });
    }
    return body !== null;
  }

  async #rename(agent: Promised): Promise<boolean> {
    const label = this.#label();
    agent.labels.add(label);
    const body = await this.#answer(`rename ${agent.id} ${label}`, "PATCH", `/v1/agents/${agent.id}`, { label });
    if (body?.agent !== undefined) {
      agent.labels.clear();
      agent.labels.add(label);
    }
    return body !== null;
  }

  async #remove(agent: Promised): Promise<boolean> {
    agent.fate = "may-go";
    const body = await this.#answer(`rm ${agent.id}`, "DELETE", `/v1/agents/${agent.id}?force=1`);
    if (body?.agent !== undefined) agent.fate = "gone";
    return body !== null;
  }

  /** Null where the daemon died before it answered. */
  async #answer(
    what: string,
    method: string,
    path: string,
    request?: unknown,
  ): Promise<{ agent?: AgentJson; error?: unknown } | null> {
    const [kind = ""] = what.split(" ");
    try {
      const { status, body } = await this.#world.ask<{ agent?: AgentJson }>(method, path, request);
      this.#count(status === 200 ? kind : `${kind}, refused`);
      this.#say(`${what}: ${status} ${status === 200 ? (body.agent?.id ?? "") : JSON.stringify(body)}`);
      return body;
    } catch (error) {
      const unheard = /ECONNREFUSED|ENOENT/.test(String(error));
      if (!unheard) this.#count(`${kind}, unanswered`);
      if (!unheard) this.#say(`${what}: no answer`);
      return null;
    }
  }

  /** What a person does to tabs, theirs and the agents', whether a daemon runs or not. */
  async #move(chance: Chance): Promise<void> {
    while (this.#blowing) {
      await pause(chance.between(5, 60));
      const panes = await this.#ground.panes();
      const agents = panes.filter(({ pane }) => !this.#ground.users.has(pane));
      const one = chance.pick(agents);
      const other = chance.pick(panes);
      if (one === undefined || other === undefined || one.pane === other.pane) continue;
      const command = moves(one, other, chance);
      const done = await this.#ground.tmux(...command).catch(() => null);
      this.#count(done === null ? "moves, refused" : "moves");
      this.#say(`${command.join(" ")}${done === null ? ": refused" : ""}`);
    }
  }

  /** Waits until nothing is wrong any more, or so long that it stays wrong. */
  async #settle(): Promise<{ wrongs: Wrong[]; agents: AgentJson[] }> {
    const giveUpAtMs = performance.now() + SETTLE_MS;
    for (;;) {
      const { agents } = (await this.#world.ask<{ agents: AgentJson[] }>("GET", "/v1/agents?all=1")).body;
      const [panes, clients] = [await this.#ground.panes(), await this.#ground.clients()];
      const wrongs = check({ promised: this.#promised, agents, panes, users: this.#ground.users, clients });
      if (wrongs.length === 0) return { wrongs, agents };
      if (performance.now() > giveUpAtMs) {
        await this.#tellOf(wrongs);
        return { wrongs, agents };
      }
      await pause(200);
    }
  }

  /** What the journal knows of those who are named. */
  async #tellOf(wrongs: readonly Wrong[]): Promise<void> {
    for (let after = 0; ; ) {
      const { entries } = (await this.#world.ask<{ entries: EntryJson[] }>("GET", `/v1/journal?after=${after}`)).body;
      for (const { set: _, ...entry } of entries) {
        const isNamed = entry.agent !== null && wrongs.some(({ what }) => what.includes(entry.agent ?? ""));
        if (isNamed) this.#say(`${entry.agent} in the journal: ${JSON.stringify(entry)}`);
        after = entry.seq;
      }
      if (entries.length === 0) return;
    }
  }

  #label(): string {
    return `a${++this.#labels}`;
  }

  #count(what: string): void {
    this.#asked.set(what, (this.#asked.get(what) ?? 0) + 1);
  }

  #say(what: string): void {
    this.#trace.push(`${((performance.now() - this.#beganMs) / 1000).toFixed(3)} [${this.#round}] ${what}`);
  }
}

function moves(one: GroundPane, other: GroundPane, chance: Chance): string[] {
  const all = [
    ["move-window", "-d", "-s", one.pane, "-t", `${other.session}:`],
    ["move-window", "-r", "-t", `${one.session}:`],
    ["break-pane", "-d", "-s", one.pane],
    ["join-pane", "-d", "-s", one.pane, "-t", other.pane],
    ["swap-pane", "-d", "-s", one.pane, "-t", other.pane],
    ["swap-window", "-d", "-s", one.pane, "-t", other.pane],
    ["rename-window", "-t", one.pane, `mine${chance.below(5)}`],
  ];
  return chance.pick(all) ?? [];
}

/** Only ever the one that was started here. */
async function kill(child: ChildProcess): Promise<void> {
  const gone = exited(child);
  child.kill("SIGKILL");
  await gone;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
