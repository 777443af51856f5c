import { Fault } from "#core/fault.js";
import { isAlive } from "#host/alive.js";
import type { HealthJson } from "#wire/agent.js";
import type { Context } from "../context.js";

/** The store has to be closed, whatever hangs on it; past this the daemon is stuck, and a person should look. */
const STOP_LIMIT_MS = 10_000;

export async function run(context: Context): Promise<number> {
  const daemon = await context.runningDaemon();
  if (!daemon) {
    if (context.json) context.value({ stopped: false });
    else context.line("no daemon runs");
    return 0;
  }
  const { pid } = await daemon.request<HealthJson>("GET", "/v1/health");
  await daemon.request("POST", "/v1/shutdown", {});
  daemon.close();
  const giveUpAt = context.nowMs() + STOP_LIMIT_MS;
  while (isAlive(pid)) {
    if (context.nowMs() > giveUpAt) {
      throw new Fault("TIMED_OUT", `the daemon (pid ${pid}) has not ended after ${STOP_LIMIT_MS / 1000} s`, {
        hint: `see ${context.paths.logFile}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  if (context.json) context.value({ stopped: true, pid });
  else context.line("the daemon has stopped; the agents go on");
  return 0;
}
