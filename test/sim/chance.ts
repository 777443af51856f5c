/** Chance from a seed: the same seed gives the same story, on every machine. */
import type { Dice } from "#host/dice.js";

export class Chance implements Dice {
  #state: number;
  #ids = 0;

  constructor(seed: number) {
    // Neighbouring seeds must not tell neighbouring stories.
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  /** From 0 up to but not including 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Whole, both ends included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True with probability `p`. */
  flip(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  id(): string {
    return `01SIM${String(++this.#ids).padStart(21, "0")}`;
  }
}
