/**
 * How long something has been so, coarsely. Nothing finer than a minute is shown, so a dashboard that nothing happens to
 * paints at most once a minute, and not at all once every age on the screen is counted in hours or days.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `<1m`, `14m`, `3h`, `2d`; at most four columns for the first 27 years. */
export function age(sinceMs: number, nowMs: number): string {
  const ms = Math.max(0, nowMs - sinceMs);
  if (Number.isNaN(ms)) return "";
  if (ms < MINUTE) return "<1m";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h`;
  return `${Math.floor(ms / DAY)}d`;
}

/**
 * When one of the ages shown next reads differently, rounded up to the next whole minute of the clock so that many ages
 * are painted by one wake-up; null where there is nothing to age.
 */
export function nextAgeAtMs(sinceMs: readonly number[], nowMs: number): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const since of sinceMs) {
    const ms = Math.max(0, nowMs - since);
    if (Number.isNaN(ms)) continue;
    const unit = ms < HOUR ? MINUTE : ms < DAY ? HOUR : DAY;
    next = Math.min(next, nowMs + unit - (ms % unit));
  }
  return next === Number.POSITIVE_INFINITY ? null : Math.ceil(next / MINUTE) * MINUTE;
}
