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
  /** All is done; `captures` panes were captured on the way. */
  end(captures: number): void;
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
    let listedAt = began;
    return {
      listed: () => {
        listedAt = performance.now();
        remember(this.#listing, listedAt - began);
      },
      end: (captures) => {
        const used = process.cpuUsage(cpu);
        const ownMs = (used.user + used.system) / 1_000;
        remember(this.#own, ownMs);
        this.#captures = captures;
        if (captures > 0) remember(this.#perCapture, Math.max(0, performance.now() - listedAt - ownMs) / captures);
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
