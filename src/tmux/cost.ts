/**
 * What looking costs, by our own measure: processor time of this process during a tick, and for the server the time its
 * answers took. The latter grows when the machine is busy with other things, so the least of the recent ones is
 * believed. Ticks are kept so far apart that together they stay under a share of one core.
 */

const SHARE = 0.05;
const REMEMBERED = 12;
/** One tick that cost much, such as the first, must not blind us: the next one is measured again. */
const REST_LIMIT_MS = 2_000;

export interface RunningTick {
  /** The listing has been answered. */
  listed(): void;
  /** So many captures were answered, together, in so many milliseconds. */
  captured(captures: number, ms: number): void;
  end(): void;
}

export class TickCost {
  readonly #listing: number[] = [];
  readonly #perCapture: number[] = [];
  readonly #own: number[] = [];
  #captures = 0;

  /** Milliseconds of a core that a tick like the last one takes. */
  get ms(): number {
    return median(this.#own) + least(this.#listing) + this.#captures * least(this.#perCapture);
  }

  /** How far apart ticks have to be. */
  restMs(): number {
    return Math.min(REST_LIMIT_MS, this.ms / SHARE);
  }

  begin(): RunningTick {
    const cpu = process.cpuUsage();
    const began = performance.now();
    let captures = 0;
    return {
      listed: () => remember(this.#listing, performance.now() - began),
      captured: (count, ms) => {
        captures += count;
        remember(this.#perCapture, ms / count);
      },
      end: () => {
        const used = process.cpuUsage(cpu);
        remember(this.#own, (used.user + used.system) / 1_000);
        this.#captures = captures;
      },
    };
  }
}

function remember(values: number[], value: number): void {
  values.push(value);
  if (values.length > REMEMBERED) values.shift();
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function least(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.min(...values);
}
