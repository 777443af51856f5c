/**
 * A clock that runs faster than the machine's: what waits for seconds is tested in tenths of them. What the machine does
 * not give this process is no time here: while somebody waits only so much of it counts between two turns of the event
 * loop, however long they are apart, so that no limit is met by a daemon that had no chance to run.
 */
import type { Clock } from "#host/clock.js";

/** Milliseconds of the machine that count at most between two turns; where it is quiet they are one or two apart. */
const STRIDE_MS = 2;

interface Wake {
  readonly atMs: number;
  readonly call: () => void;
}

export function hastyClock(times: number): Clock {
  let nowMs = Date.now();
  let readMs = performance.now();
  let timer: NodeJS.Timeout | null = null;
  const wakes = new Set<Wake>();

  function moveOn(limitMs: number): void {
    const ms = performance.now();
    nowMs += Math.min(ms - readMs, limitMs) * times;
    readMs = ms;
  }

  function step(): void {
    moveOn(STRIDE_MS);
    const due = [...wakes].filter((wake) => wake.atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
    // One may cancel another.
    for (const wake of due) if (wakes.delete(wake)) wake.call();
    if (wakes.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  }

  return {
    now() {
      if (timer === null) moveOn(Number.POSITIVE_INFINITY);
      return Math.floor(nowMs);
    },
    wake(atMs, call) {
      if (timer === null) moveOn(Number.POSITIVE_INFINITY);
      const wake = { atMs, call };
      wakes.add(wake);
      timer ??= setInterval(step, 1).unref();
      return () => void wakes.delete(wake);
    },
  };
}
