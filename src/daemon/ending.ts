/**
 * The daemon's own end. By whatever way it comes (a signal, `drover down`, the last dashboard gone), it comes through
 * here, and all that this file is given is a list of things with a name and a `close`: no multiplexer, no agents, no
 * process to signal. test/daemon/ending.test.ts holds what it may import, so that it stays that way.
 */
import type { Log } from "#host/log.js";

export interface Closing {
  readonly name: string;
  close(): unknown;
}

/**
 * What is left of a part for its end: an object of our own with nothing but `close`, so that not even a cast could find
 * more on it.
 */
export function onlyClose(name: string, part: { close(): unknown } | (() => unknown)): Closing {
  return Object.freeze({ name, close: () => (typeof part === "function" ? part() : part.close()) });
}

/** Closes everything, in order; what cannot be closed is logged and holds up nothing. */
export async function endDaemon(parts: readonly Closing[], log: Log): Promise<void> {
  for (const { name, close } of parts) {
    try {
      await close();
    } catch (error) {
      log.error("something could not be closed", { name, error });
    }
  }
}
