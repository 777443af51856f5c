/**
 * Every key of the dashboard, once, as data. The footer, the `?` help, the clicks on both, and the man page are written
 * from these rows; steps/ carries out what they name.
 */
import type { Action } from "./action.js";
import { listKeys } from "./list.js";
import { mailKeys } from "./mail.js";
import { readingKeys } from "./reading.js";
import { writingKeys } from "./writing.js";

/** Of each keyboard in the order of importance in which the footer offers them. */
export const actions: readonly Action[] = [...listKeys, ...writingKeys, ...mailKeys, ...readingKeys];

export function findAction(where: Action["where"], key: string): Action | null {
  return actions.find((action) => action.where === where && action.keys.includes(key)) ?? null;
}
