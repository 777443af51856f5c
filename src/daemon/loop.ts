/**
 * The daemon's one inbox and its only timer. Events come in one at a time, `decide` says what follows, `carry-out.ts`
 * carries it out and posts what came of it. Nothing here waits: a slow effect of one agent never holds up another's event.
 */
import {
  type Answer,
  type Ask,
  decide,
  type Effect,
  type Event,
  type Ticket,
  type Weighed,
  wakeAtMs,
} from "#core/decide.js";
import { Fault } from "#core/fault.js";
import type { Agent, Fleet } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import type { Clock } from "#host/clock.js";

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: Fault) => void;
}

interface Watch {
  readonly id: AgentId;
  readonly see: (agent: Agent | undefined) => void;
}

/** Between two wakes, at least. */
const REST_MS = 100;

export class Loop {
  readonly #clock: Clock;
  readonly #inbox: Event[] = [];
  readonly #tickets = new Map<Ticket, Waiting>();
  readonly #watches = new Set<Watch>();
  #fleet: Fleet;
  #carryOut: (effects: readonly Effect[]) => void = () => {};
  #changed: (before: Fleet, now: Fleet) => void = () => {};
  #weighed: (weighed: Weighed, atMs: number) => void = () => {};
  #deciding = false;
  #closed = false;
  #lastTicket = 0;
  #wake: { atMs: number; cancel: () => void } | null = null;
  #wokenAtMs = 0;

  constructor(fleet: Fleet, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  get fleet(): Fleet {
    return this.#fleet;
  }

  /** Must be called once, before the first event. `weighed` hears of each fact, once it is decided what follows from it. */
  begin(
    carryOut: (effects: readonly Effect[]) => void,
    changed: (before: Fleet, now: Fleet) => void,
    weighed: (weighed: Weighed, atMs: number) => void = () => {},
  ): void {
    this.#carryOut = carryOut;
    this.#changed = changed;
    this.#weighed = weighed;
  }

  /** Takes an event in; it is decided before this returns, unless another is being decided just now. */
  post(event: Event): void {
    if (this.#closed) return;
    this.#inbox.push(event);
    if (this.#deciding) return;
    this.#deciding = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#take(next);
    } finally {
      this.#deciding = false;
    }
    this.#setTimer();
  }

  /** Asks the core; throws the Fault with which it refuses. What it granted is on disk when this resolves. */
  ask(ask: Ask): Promise<Answer> {
    const ticket = ++this.#lastTicket;
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new Fault("DAEMON_UNREACHABLE", "the daemon is stopping"));
        return;
      }
      this.#tickets.set(ticket, { resolve, reject });
      this.post({ kind: "request", ticket, ask });
    });
  }

  settle(ticket: Ticket, outcome: Answer | Fault): void {
    const waiting = this.#tickets.get(ticket);
    if (waiting === undefined) return;
    this.#tickets.delete(ticket);
    if (outcome instanceof Fault) waiting.reject(outcome);
    else waiting.resolve(outcome);
  }

  /** Waits until `test` holds for the agent (undefined once it left the fleet); false where `limitMs` passed first. */
  until(id: AgentId, limitMs: number, test: (agent: Agent | undefined) => boolean): Promise<boolean> {
    if (test(this.#fleet.agents.get(id))) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (held: boolean): void => {
        unwatch();
        cancel();
        resolve(held);
      };
      const unwatch = this.watch(id, (agent) => {
        if (test(agent)) done(true);
      });
      const cancel = this.#clock.wake(this.#clock.now() + limitMs, () => done(false));
    });
  }

  /** Shows the agent at every change of the fleet (undefined once it left it), until what is returned is called. */
  watch(id: AgentId, see: (agent: Agent | undefined) => void): () => void {
    const watch: Watch = { id, see };
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  /** Resolves after `ms`. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.wake(this.#clock.now() + ms, resolve);
    });
  }

  /** No event is taken after this; who still waits is refused. */
  close(): void {
    this.#closed = true;
    this.#wake?.cancel();
    const stopping = new Fault("DAEMON_UNREACHABLE", "the daemon is stopping");
    for (const ticket of [...this.#tickets.keys()]) this.settle(ticket, stopping);
  }

  #take(event: Event): void {
    const before = this.#fleet;
    const nowMs = this.#clock.now();
    const { fleet, effects, weighed } = decide(before, event, nowMs);
    this.#fleet = fleet;
    for (const one of weighed) this.#weighed(one, nowMs);
    if (effects.length > 0) this.#carryOut(effects);
    if (fleet === before) return;
    this.#changed(before, fleet);
    for (const { id, see } of [...this.#watches]) {
      const agent = fleet.agents.get(id);
      if (agent !== before.agents.get(id)) see(agent);
    }
  }

  #setTimer(): void {
    const wantedAtMs = wakeAtMs(this.#fleet);
    // What a wake asked for takes a moment to come; until then the fleet still wants the same wake, already past.
    const atMs = wantedAtMs === null ? null : Math.max(wantedAtMs, this.#wokenAtMs + REST_MS);
    if (atMs === (this.#wake?.atMs ?? null)) return;
    this.#wake?.cancel();
    this.#wake = null;
    if (atMs === null) return;
    const cancel = this.#clock.wake(atMs, () => {
      this.#wake = null;
      this.#wokenAtMs = this.#clock.now();
      this.post({ kind: "clock" });
    });
    this.#wake = { atMs, cancel };
  }
}
