/**
 * Wakes conductors that have a heartbeat: one timer for each that rests, set anew when its state changes. What is due and
 * what is said is decided in core/delivery/heartbeat.ts. It is typed now or not at all: mail that says how things stood
 * does not wait.
 */
import { asksInShort, beat, beatAtMs, type Pulse } from "#core/delivery/heartbeat.js";
import { isReady } from "#core/delivery/recipient.js";
import type { AgentChange } from "#core/fleet/changes.js";
import type { Agent } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";

interface Timer {
  readonly atMs: number;
  readonly cancel: () => void;
}

export class Heartbeats {
  readonly #context: Context;
  readonly #timers = new Map<AgentId, Timer>();
  /** When each was last asked by us whether there is anything to say. */
  readonly #last = new Map<AgentId, number>();
  #closed = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** To be called with what every event changed, and once at the start with all that are known. */
  changed(changes: readonly AgentChange[]): void {
    for (const { id, now } of changes) {
      if (now?.record.heartbeatMs === undefined) this.#drop(id);
      else this.#set(now);
    }
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#timers.keys()]) this.#drop(id);
  }

  #set(agent: Agent): void {
    const { id } = agent.record;
    const atMs = this.#closed ? null : beatAtMs(this.#pulse(agent));
    const timer = this.#timers.get(id);
    if (timer?.atMs === atMs) return;
    timer?.cancel();
    this.#timers.delete(id);
    if (atMs === null) return;
    const cancel = this.#context.clock.wake(atMs, () => this.#due(id));
    this.#timers.set(id, { atMs, cancel });
  }

  #drop(id: AgentId): void {
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
    this.#last.delete(id);
  }

  #due(id: AgentId): void {
    this.#timers.delete(id);
    const { loop, clock, mail, dice, log } = this.#context;
    const agent = loop.fleet.agents.get(id);
    if (agent === undefined || this.#closed) return;
    const nowMs = clock.now();
    const text = beat(this.#pulse(agent), nowMs);
    this.#last.set(id, nowMs);
    this.#set(agent);
    if (text === null) return;
    mail
      .enqueue({ id: dice.id(), to: id, from: null, kind: "system", text, now: true, beatAtMs: nowMs })
      .catch((error) => {
        log.warn("a heartbeat was not given", { agent: id, code: asFault(error).code });
      });
  }

  #pulse({ record, mail, pane }: Agent): Pulse {
    const waiting = [...this.#context.loop.fleet.agents.values()].flatMap(({ record: child, told }) =>
      child.parent === record.id && child.state === "blocked"
        ? [{ label: child.label, asks: asksInShort(told.question?.text ?? ""), sinceMs: child.sinceMs }]
        : [],
    );
    return {
      heartbeatMs: record.heartbeatMs ?? 0,
      ready: pane !== null && isReady(record.state),
      sinceMs: record.sinceMs,
      lastMs: this.#last.get(record.id) ?? record.beatAtMs ?? null,
      inbox: mail?.inbox ?? 0,
      waiting,
    };
  }
}
