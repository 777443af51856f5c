/** Taps a pane of a test's tmux server until it is killed: `tapper.js SERVER FOLDER PANE`. */
import type { PaneId } from "#core/model.js";
import { systemClock } from "#host/clock.js";
import { TmuxServer } from "#tmux/server.js";
import { plainStills, quiet } from "./real-tmux.js";

const [socketName = "", tapFolder = "", pane = ""] = process.argv.slice(2);
const server = new TmuxServer({
  clock: systemClock,
  log: quiet,
  tmuxArgs: { socketName, configFile: "/dev/null" },
  env: process.env,
  emulator: plainStills,
  tapFolder,
});
await server.start({ sighting() {}, still() {}, connection() {} });
const tap = await server.tap(pane as PaneId, () => {});
console.log(tap === null ? "taken" : "tapped");
