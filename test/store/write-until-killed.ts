/** Writes commits as fast as it can and says each number that was acknowledged, until it is killed. */
import { systemClock } from "#host/clock.js";
import { silentLog } from "#host/log.js";
import { openLevelStore } from "#store/level-store.js";
import { entry, record } from "./contract.js";

const store = await openLevelStore({ dir: process.argv[2]!, log: silentLog, clock: systemClock });
process.on("disconnect", () => process.exit(1));
for (;;) {
  const pairs = Array.from({ length: 5 }, (_, i) => {
    const turn = store.seq() / 2 + i + 1;
    return store.commit({ agents: [record(1, { turn })], entries: [entry(1), entry(2)] });
  });
  for (const committed of pairs) process.send!((await committed).at(-1)!.seq);
}
