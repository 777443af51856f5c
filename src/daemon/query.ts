/** What stands behind the `?` of a request. */
import { Fault } from "#core/fault.js";
import type { Asked } from "./http.js";
import type { Says } from "./inbox.js";

/** Given, and neither `0` nor `false`. */
export function flag(asked: Asked, name: string): boolean {
  const value = asked.query(name);
  return value !== null && value !== "0" && value !== "false";
}

export function number(value: string | null, name: string): number | null {
  if (value === null || value === "") return null;
  if (!/^\d{1,15}$/.test(value))
    throw new Fault("INVALID", `${name} must be a whole number, not "${value.slice(0, 40)}"`);
  return Number(value);
}

/** What of their texts is wanted with messages. */
export function says(asked: Asked): Says {
  return flag(asked, "bodies") ? "body" : flag(asked, "words") ? "words" : "nothing";
}
