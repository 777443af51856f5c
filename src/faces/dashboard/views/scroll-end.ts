/** How far what is read can be scrolled, as it is painted: the keys that scroll back then do so at once. */
import { inside, layout } from "../state/layout.js";
import { type State, selectedMessage } from "../state/state.js";
import { helpLines } from "./help.js";
import { letterLines } from "./letter.js";
import type { Look } from "./look.js";
import { textRows } from "./text.js";
import { whyLines } from "./why.js";

/** The state with what was scrolled since `before` no further than its end. */
export function withinText(before: State, state: State, look: Look): State {
  const { mode, mail } = state;
  if ((mode.at === "help" || mode.at === "why") && mode.top > 0) {
    if (before.mode.at === mode.at && before.mode.top === mode.top) return state;
    const { width, height } = inside(layout(state).overlay);
    const lines = mode.at === "help" ? helpLines(look, mail !== null) : whyLines(state, mode, look);
    const last = Math.max(0, textRows(look, lines, width - 2).rows.length - height);
    return mode.top <= last ? state : { ...state, mode: { ...mode, top: last } };
  }
  const message = selectedMessage(state);
  if (mail === null || message === null || mail.letterTop === 0 || mail.letterTop === before.mail?.letterTop)
    return state;
  const { width, height } = inside(layout(state).letter);
  const last = Math.max(0, letterLines(state, message, look, width - 2).length - height);
  return mail.letterTop <= last ? state : { ...state, mail: { ...mail, letterTop: last } };
}
