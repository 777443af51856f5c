/** The terminal multiplexers that drover knows by name; which of them are built in is for the daemon to say. */
import { Fault } from "#core/fault.js";

export const BACKENDS = ["tmux", "herdr"] as const;

/** What the agents live in. */
export type Backend = (typeof BACKENDS)[number];
export const DEFAULT_BACKEND: Backend = "tmux";

/** Which one: the flag, else what is configured. Throws a Fault (USAGE) for a name that is none. */
export function chooseBackend(flag: string | undefined, configured: Backend = DEFAULT_BACKEND): Backend {
  if (flag === undefined) return configured;
  const named = BACKENDS.find((name) => name === flag);
  if (named === undefined) throw new Fault("USAGE", `there is no backend "${flag}"`, { hint: BACKENDS.join(" or ") });
  return named;
}
