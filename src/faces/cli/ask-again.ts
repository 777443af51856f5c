/** Asking a daemon that may just have died: for what comes to the same, however often it is asked. */
import { Fault } from "#core/fault.js";
import type { DaemonClient } from "../kit/daemon-client.js";

/** Asks, and once more of the daemon that follows, should this one not be there (any more). Throws what the second throws. */
export async function askAgain<T>(daemon: Pick<DaemonClient, "ensure">, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "DAEMON_UNREACHABLE") throw error;
    await daemon.ensure();
    return ask();
  }
}
