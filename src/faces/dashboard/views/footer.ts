/** The last row: the keys that apply now, each clickable. In the filter, the line being typed. */
import type { Canvas } from "../driver/driver.js";
import type { Action } from "../keys/action.js";
import { hints, keyLabel } from "../keys/footer-hints.js";
import type { State } from "../state/state.js";
import { paintFilter } from "./filter.js";
import { DIM, KEY, type Look } from "./look.js";

interface Spot {
  readonly x: number;
  readonly width: number;
  readonly key: string;
  readonly says: string;
  readonly action: Action;
}

export function paintFooter(canvas: Canvas, state: State, look: Look): void {
  for (const spot of footerSpots(hints(state), look, canvas.width)) {
    const x = canvas.put(spot.x, 0, spot.key, KEY);
    canvas.put(x + 1, 0, spot.says, DIM);
  }
  if (state.mode.at === "filter") paintFilter(canvas, state.mode.editor);
}

/** As many hints as fit; the way to the help and the way out always do. */
export function footerSpots(offered: ReturnType<typeof hints>, look: Look, columns: number): Spot[] {
  const spots = offered.map(({ action, key, says }) => {
    const label = keyLabel(key, look.unicode);
    return { key: label, says, action, width: look.width(label) + 1 + look.width(says) };
  });
  const must = (spot: { action: Action }) => ["help", "quit", "cancel", "unfilter"].includes(spot.action.name);
  // In the filter the line being typed has the left side.
  const room = offered[0]?.action.where === "filter" ? Math.min(columns, 30) : columns;
  let used = spots.filter(must).reduce((sum, spot) => sum + spot.width + 2, 1);
  const kept = spots.filter((spot) => {
    if (must(spot)) return true;
    if (used + spot.width + 2 > room) return false;
    used += spot.width + 2;
    return true;
  });
  let x = offered[0]?.action.where === "filter" ? Math.max(1, columns - used) : 1;
  return kept.map((spot) => {
    const placed = { ...spot, x };
    x += spot.width + 2;
    return placed;
  });
}
