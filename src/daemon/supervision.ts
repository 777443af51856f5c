/**
 * The links that dashboards hold to a daemon of their own: `GET /v1/supervise`, a response that stays open for as long
 * as the dashboard does. Nothing is said over it but that it is there. What follows from a link coming or going is the
 * core's to say; all that can be done here is to ask the daemon to end.
 */
import { stepWatchdog, UNARMED, type Watchdog, type WatchdogEvent, watchdogWakeAtMs } from "#core/supervise.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";

/** An open response, as far as it matters here: `gone` resolves when whoever held it is gone. */
export interface Link {
  readonly gone: Promise<void>;
}

export class Supervision {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stop: () => void;
  #state: Watchdog = UNARMED;
  #cancelWake: () => void = () => {};
  #closed = false;

  /** `stop` is called at most once: the last dashboard has been gone for the grace. */
  constructor(clock: Clock, log: Log, stop: () => void) {
    this.#clock = clock;
    this.#log = log;
    this.#stop = stop;
  }

  /** A dashboard linked itself; the link counts until it is gone. */
  hold(link: Link): void {
    this.#take("linked");
    void link.gone.then(() => this.#take("unlinked"));
  }

  /** The daemon ends anyway: links that end with it mean nothing. */
  close(): void {
    this.#closed = true;
    this.#cancelWake();
  }

  #take(event: WatchdogEvent): void {
    if (this.#closed) return;
    const before = this.#state;
    const { state, stop } = stepWatchdog(before, event, this.#clock.now());
    this.#state = state;
    this.#cancelWake();
    const atMs = watchdogWakeAtMs(state);
    this.#cancelWake = atMs === null ? () => {} : this.#clock.wake(atMs, () => this.#take("clock"));
    if (state.at !== before.at) this.#log.info("supervised", { before: before.at, now: state.at });
    if (stop) this.#stop();
  }
}

/**
 * Supervision for a daemon that belongs to its dashboards, null for one that runs until told. Where it cannot be made the
 * daemon serves all the same, as one that nobody ever linked.
 */
export function superviseFor(owner: "persistent" | "dashboard", make: () => Supervision, log: Log): Supervision | null {
  if (owner !== "dashboard") return null;
  try {
    return make();
  } catch (error) {
    log.error("dashboards cannot link themselves: this daemon runs until told", { error });
    return null;
  }
}
