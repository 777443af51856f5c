/** Times as one types them. */
import { Fault } from "#core/fault.js";

const WEEK_MS = 604_800_000;

/** A time such as `90s`, `15m` or `2h`, in ms. Throws a Fault (USAGE). */
export function duration(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})(s|m|h)$/.exec(text) ?? [];
  const ms = Number(count) * (unit === "s" ? 1_000 : unit === "m" ? 60_000 : 3_600_000);
  if (!(ms > 0) || ms > WEEK_MS) {
    throw new Fault("USAGE", `--${option} takes a time from 1s to a week, not "${text}"`, {
      hint: "for example 90s, 15m or 2h",
    });
  }
  return ms;
}
