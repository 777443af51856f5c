/** What a key does in a text to read. */
import type { Key } from "../driver/driver.js";
import { keyName } from "../keys/action.js";
import { actions, findAction } from "../keys/table.js";
import { inside, layout } from "../state/layout.js";
import type { Mode } from "../state/mode.js";
import { home, type State } from "../state/state.js";
import type { Step } from "../state/wish.js";

/** Help and why: texts to read. The view clips `top` to what there is; here it only must not run away. */
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
    default:
      return [state, []];
  }
}

export function scrollReader(state: State, mode: Extract<Mode, { at: "help" | "why" }>, by: number): State {
  const most = mode.at === "help" ? actions.length + 20 : 400;
  return { ...state, mode: { ...mode, top: Math.max(0, Math.min(most, mode.top + by)) } };
}
