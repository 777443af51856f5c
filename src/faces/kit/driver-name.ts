/** The libraries behind the dashboard's screen, by name. */
import { Fault } from "#core/fault.js";

export const DRIVERS = ["neo-blessed", "blessed"] as const;
export type DriverName = (typeof DRIVERS)[number];

/** Which one; the first where none is named. Throws a Fault (USAGE) for a name that is none. */
export function chooseDriver(named: string | undefined): DriverName {
  if (named === undefined) return DRIVERS[0];
  const driver = DRIVERS.find((name) => name === named);
  if (driver === undefined) throw new Fault("USAGE", `there is no driver "${named}"`, { hint: DRIVERS.join(" or ") });
  return driver;
}
