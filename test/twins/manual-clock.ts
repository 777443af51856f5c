/** A clock that stands still until it is told to move. */
import type { Clock } from "#host/clock.js";

interface Wake {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
}

export class ManualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #wakes = new Set<Wake>();

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wake(atMs: number, call: () => void): () => void {
    const wake = { atMs, order: this.#order++, call };
    this.#wakes.add(wake);
    return () => void this.#wakes.delete(wake);
  }

  /** When the next wake is due, null where none waits. */
  nextMs(): number | null {
    return this.#first(Number.POSITIVE_INFINITY)?.atMs ?? null;
  }

  /** Moves on by `ms`; what falls due on the way is called in order, each at its own time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let due = this.#first(untilMs); due !== null; due = this.#first(untilMs)) {
      this.#wakes.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.call();
    }
    this.#nowMs = untilMs;
  }

  /** Like `advance`, letting promises settle after each wake and at the end. */
  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (let due = this.#first(untilMs); due !== null; due = this.#first(untilMs)) {
      this.advance(Math.max(0, due.atMs - this.#nowMs));
      await settle();
    }
    this.advance(untilMs - this.#nowMs);
    await settle();
  }

  #first(untilMs: number): Wake | null {
    let first: Wake | null = null;
    for (const wake of this.#wakes) {
      if (wake.atMs > untilMs) continue;
      if (first === null || wake.atMs < first.atMs || (wake.atMs === first.atMs && wake.order < first.order)) {
        first = wake;
      }
    }
    return first;
  }
}

/** Promises that are ready run, and those that they make ready. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
