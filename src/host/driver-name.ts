/** The libraries behind the dashboard's screen that drover knows by name. */
import { Fault } from "#core/fault.js";

/** The usual one first. */
export const DRIVERS = ["neo-blessed", "blessed"] as const;
export type DriverName = (typeof DRIVERS)[number];

/** Which one: the flag, else what is configured. Throws a Fault (USAGE) for a name that is none. */
export function chooseDriver(flag: string | undefined, configured: DriverName = DRIVERS[0]): DriverName {
  if (flag === undefined) return configured;
  const named = DRIVERS.find((name) => name === flag);
  if (named === undefined) throw new Fault("USAGE", `there is no driver "${flag}"`, { hint: DRIVERS.join(" or ") });
  return named;
}
