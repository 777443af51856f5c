/** Time and timers of this machine, handed to whoever needs them when they are built. */

/** Time, as it is handed to whoever needs it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once at or soon after `atMs`. Returns what cancels it. */
  wake(atMs: number, call: () => void): () => void;
}

/** The machine's. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wake(atMs, call) {
    const timer = setTimeout(call, Math.max(0, atMs - Date.now()));
    return () => clearTimeout(timer);
  },
};
