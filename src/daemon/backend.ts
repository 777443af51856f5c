/** The multiplexers that this drover can drive, by the name that a person gives. */
import { Fault } from "#core/fault.js";
import type { Backend } from "#host/backend-name.js";
import type { Multiplexer } from "#tmux/multiplexer.js";
import { TmuxServer, type TmuxServerOptions } from "#tmux/server.js";

/** Not connected yet. Throws BACKEND_MISSING for one that is known by name and not built in. */
export function makeMultiplexer(backend: Backend, options: TmuxServerOptions): Multiplexer {
  if (backend === "tmux") return new TmuxServer(options);
  throw new Fault("BACKEND_MISSING", `this version of drover has no ${backend} backend: it drives tmux`, {
    hint: 'take "--backend tmux", or take the backend out of config.toml',
  });
}
