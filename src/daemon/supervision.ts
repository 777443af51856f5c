/**
 * A daemon that was started for dashboards ends with them (SPEC §8): each holds a connection, and when the last has been
 * gone for a while the daemon stops. One that nobody ever held does not stop by itself, and no agent is touched.
 */
import { Fault } from "#core/fault.js";
import type { Clock } from "#host/clock.js";
import type { Identity } from "./health.js";

/** A dashboard that was closed and opened again, or lost its connection for a moment, is back within this. */
export const LAST_GONE_MS = 5_000;

export class Supervision {
  readonly #clock: Clock;
  readonly #owner: Identity["owner"];
  readonly #end: () => void;
  #held = 0;
  #cancel: (() => void) | null = null;

  /** `end` begins the daemon's own end. */
  constructor(clock: Clock, owner: Identity["owner"], end: () => void) {
    this.#clock = clock;
    this.#owner = owner;
    this.#end = end;
  }

  /** Throws CONFLICT where the daemon runs until it is told to stop, so that nobody counts on holding it. */
  check(): void {
    if (this.#owner === "dashboard") return;
    throw new Fault("CONFLICT", "this daemon runs until it is told to stop: it needs no dashboard");
  }

  /** A dashboard is there until `gone` resolves. */
  hold(gone: Promise<void>): void {
    this.#held++;
    this.#cancel?.();
    this.#cancel = null;
    void gone.then(() => {
      this.#held--;
      if (this.#held === 0) this.#cancel = this.#clock.wake(this.#clock.now() + LAST_GONE_MS, this.#end);
    });
  }
}
