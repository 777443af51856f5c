/** Opens the store, says what came of it, and holds it until it is told to go. */
import { Fault } from "#core/fault.js";
import { systemClock } from "#host/clock.js";
import { silentLog } from "#host/log.js";
import { openLevelStore } from "#store/level-store.js";

process.once("message", async () => {
  try {
    const store = await openLevelStore({ dir: process.argv[2]!, log: silentLog, clock: systemClock });
    process.once("disconnect", () => void store.close());
    process.send!({ agents: (await store.agents()).length, mended: store.health().loss !== null });
  } catch (error) {
    process.send!({ refused: error instanceof Fault ? error.code : String(error) });
    process.disconnect();
  }
});
process.send!("ready");
