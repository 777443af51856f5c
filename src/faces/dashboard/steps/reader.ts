/** What a key does in a text to read. */
import type { Key } from "../driver/driver.js";
import { keyName } from "../keys/action.js";
import { findAction } from "../keys/table.js";
import { inside, layout } from "../state/layout.js";
import type { Mode } from "../state/mode.js";
import { home, type State } from "../state/state.js";
import type { Step } from "../state/wish.js";

/** Help and why: texts to read. Where they end is for views/scroll-end.ts to say. */
export function readerKey(state: State, mode: Extract<Mode, { at: "help" | "why" }>, key: Key): Step {
  const page = Math.max(1, inside(layout(state).overlay).height - 2);
  switch (findAction(mode.at, keyName(key))?.name) {
    case "cancel":
      return [{ ...state, mode: home(state) }, []];
    case "up":
      return [scrollReader(state, mode, -1), []];
    case "down":
      return [scrollReader(state, mode, 1), []];
    case "page-up":
      return [scrollReader(state, mode, -page), []];
    case "page-down":
      return [scrollReader(state, mode, page), []];
    case "first":
      return [scrollReader(state, mode, Number.NEGATIVE_INFINITY), []];
    case "last":
      return [scrollReader(state, mode, Number.MAX_SAFE_INTEGER), []];
    default:
      return [state, []];
  }
}

export function scrollReader(state: State, mode: Extract<Mode, { at: "help" | "why" }>, by: number): State {
  return { ...state, mode: { ...mode, top: Math.max(0, mode.top + by) } };
}
