/**
 * When a daemon that belongs to its dashboards ends (SPEC §8): armed by the first link, it stops once, a grace after the
 * last link is gone. Until somebody has linked it never stops by itself.
 */

/** From the last link's end until the daemon stops: a dashboard that is started again is back by then. */
export const LEFT_GRACE_MS = 5_000;

/** How a daemon that belongs to its dashboards stands. */
export type Watchdog =
  | { readonly at: "unarmed" }
  | { readonly at: "held"; readonly links: number }
  | { readonly at: "left"; readonly stopAtMs: number }
  | { readonly at: "fired" };

/** A dashboard linked itself, one of those that had is gone, or the time asked for has come. */
export type WatchdogEvent = "linked" | "unlinked" | "clock";

/** Before the first link. */
export const UNARMED: Watchdog = { at: "unarmed" };

/** What the watchdog becomes; `stop` is true at the one step at which the daemon is to end. */
export function stepWatchdog(
  state: Watchdog,
  event: WatchdogEvent,
  nowMs: number,
): { readonly state: Watchdog; readonly stop: boolean } {
  if (state.at === "fired") return { state, stop: false };
  const links = state.at === "held" ? state.links : 0;
  switch (event) {
    case "linked":
      return { state: { at: "held", links: links + 1 }, stop: false };
    case "unlinked":
      if (links > 1) return { state: { at: "held", links: links - 1 }, stop: false };
      if (links === 1) return { state: { at: "left", stopAtMs: nowMs + LEFT_GRACE_MS }, stop: false };
      return { state, stop: false };
    case "clock":
      if (state.at === "left" && nowMs >= state.stopAtMs) return { state: { at: "fired" }, stop: true };
      return { state, stop: false };
  }
}

/** When `clock` is to be told next; null where nothing waits for it. */
export function watchdogWakeAtMs(state: Watchdog): number | null {
  return state.at === "left" ? state.stopAtMs : null;
}
