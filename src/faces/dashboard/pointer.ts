/** What lies under the mouse, and what a press or a turn of the wheel there means. */
import type { AgentJson } from "#wire/agent.js";
import type { Key, Mouse } from "./driver/driver.js";
import type { Action } from "./keys/action.js";
import { hints } from "./keys/footer-hints.js";
import { holds, inside, layout } from "./state/layout.js";
import { mailRows } from "./state/mail-panel.js";
import type { NewField } from "./state/mode.js";
import { scrollPreview } from "./state/screen.js";
import { scrollList, selectIndex, toggle } from "./state/select.js";
import { openMail, scrollLetter, scrollMail, selectMail } from "./state/select-mail.js";
import { type State, selectedAgent } from "./state/state.js";
import type { Step } from "./state/wish.js";
import { give } from "./steps/answer.js";
import { askChoice } from "./steps/answer-form.js";
import { nextInNeedStep } from "./steps/list-keys.js";
import { goTo } from "./steps/new-agent.js";
import { scrollReader } from "./steps/reader.js";
import { attentionLines, type DockLine } from "./views/attention.js";
import { footerSpots } from "./views/footer.js";
import { headerSpots } from "./views/header.js";
import type { Look } from "./views/look.js";
import { newFieldAt } from "./views/new-agent.js";

/** Rows a turn of the wheel moves. */
const WHEEL_ROWS = 3;

/** `onKey` does what the key of a clicked hint would do. */
export function onMouse(state: State, look: Look, mouse: Mouse, onKey: (state: State, key: Key) => Step): Step {
  const at = hit(state, look, mouse);
  if (mouse.action === "wheel-up" || mouse.action === "wheel-down") return onWheel(state, mouse, at);
  if (mouse.action !== "press" || mouse.button !== "left") return [state, []];
  if (at.at === "key") {
    // "1-3 answer" names no choice: the one the dialog itself highlights is asked for.
    if (at.action.name === "answer") return [askChoice(state, highlighted(state)), []];
    return onKey(state, keyOf(at.action.keys[0]!));
  }
  if (at.at === "act" && state.mode.at === "list") return onKey(state, keyOf(at.key));
  if (at.at === "message" && (state.mode.at === "mail" || state.mode.at === "letter")) {
    const again = state.mail?.index === at.index;
    return [selectMail({ ...state, mode: { at: again ? "letter" : "mail" } }, at.index), []];
  }
  if (at.at === "letter" && state.mode.at === "mail") return [{ ...state, mode: { at: "letter" } }, []];
  if (at.at === "field" && state.mode.at === "new") return [goTo(state, state.mode.form, at.field), []];
  if (state.mode.at === "confirm" && state.mode.confirm.what === "answer" && at.at === "choice") {
    // The second click on the same choice gives it.
    const { choice, fingerprint } = state.mode.confirm;
    const closed: State = { ...state, mode: { at: "list" } };
    return at.index === choice ? give(closed, choice, fingerprint) : [askChoice(closed, at.index), []];
  }
  if (state.mode.at !== "list" && state.mode.at !== "filter") return [state, []];
  if (at.at === "mail") return [openMail(state, null), []];
  if (at.at === "in-need") return nextInNeedStep(state, at.state);
  if (at.at === "choice") return [askChoice(state, at.index), []];
  if (at.at !== "item") return [state, []];
  const selected = selectIndex({ ...state, mode: { at: "list" } }, at.index);
  return state.items[at.index]?.kind === "section" ? [toggle(selected), [{ do: "save" }]] : [selected, []];
}

function onWheel(state: State, mouse: Mouse, at: Hit): Step {
  const by = mouse.action === "wheel-up" ? -WHEEL_ROWS : WHEEL_ROWS;
  if (state.mode.at === "help" || state.mode.at === "why") return [scrollReader(state, state.mode, by), []];
  if (state.mode.at === "confirm" || state.mode.at === "new") return [state, []];
  if (state.mail !== null) return [at.at === "letter" ? scrollLetter(state, by) : scrollMail(state, by), []];
  return at.at === "screen" ? scrollPreview(state, -by) : [scrollList(state, by), []];
}

function highlighted(state: State): number {
  return Math.max(0, selectedAgent(state)?.question?.choices.findIndex((choice) => choice.selected) ?? 0);
}

/** The key event a name of the table stands for. */
function keyOf(name: string): Key {
  const [, ctrl, alt, bare] = /^(C-)?(M-)?(.+)$/.exec(name)!;
  const text = bare!.length === 1 && !ctrl && !alt ? bare! : null;
  return { name: bare!, ctrl: ctrl !== undefined, alt: alt !== undefined, shift: false, text };
}

export type Hit =
  | { readonly at: "item"; readonly index: number }
  | { readonly at: "list" }
  | { readonly at: "screen" }
  | { readonly at: "choice"; readonly index: number }
  /** A line of the dialog's panel that stands for a key of its own. */
  | { readonly at: "act"; readonly key: string }
  | { readonly at: "key"; readonly action: Action }
  | { readonly at: "in-need"; readonly state: AgentJson["state"] }
  | { readonly at: "field"; readonly field: NewField }
  | { readonly at: "message"; readonly index: number }
  | { readonly at: "letter" }
  /** The counts of mail in the header. */
  | { readonly at: "mail" }
  | { readonly at: "overlay" }
  | { readonly at: "nothing" };

export function hit(state: State, look: Look, mouse: Mouse): Hit {
  const { x, y } = mouse;
  const at = layout(state);
  if (holds(at.footer, x, y)) {
    const spot = footerSpots(hints(state), look, at.footer.width).find((s) => x >= s.x && x < s.x + s.width);
    return spot ? { at: "key", action: spot.action } : { at: "nothing" };
  }
  if (holds(at.overlay, x, y)) {
    if (state.mode.at !== "new") return { at: "overlay" };
    const field = newFieldAt(at.overlay.height, y - inside(at.overlay).top);
    return field === null ? { at: "overlay" } : { at: "field", field };
  }
  if (holds(at.header, x, y)) {
    const spot = headerSpots(state, look, at.header.width).find((s) => x >= s.x && x < s.x + s.width);
    if (spot?.mail) return { at: "mail" };
    return spot?.inNeed ? { at: "in-need", state: spot.inNeed } : { at: "nothing" };
  }
  if (state.mail !== null && holds(inside(at.mail), x, y)) {
    const row = mailRows(state.mail)[state.mail.top + y - inside(at.mail).top];
    return row?.row === "message" ? { at: "message", index: row.index } : { at: "nothing" };
  }
  if (holds(at.letter, x, y)) return { at: "letter" };
  if (holds(at.list, x, y)) {
    const index = state.top + y - inside(at.list).top;
    return holds(inside(at.list), x, y) && index < state.items.length ? { at: "item", index } : { at: "list" };
  }
  if (holds(at.dock, x, y)) return dockHit(attentionLines(state, look, inside(at.dock)), y - inside(at.dock).top);
  return holds(at.preview, x, y) ? { at: "screen" } : { at: "nothing" };
}

function dockHit(lines: readonly DockLine[], row: number): Hit {
  const line = lines[row];
  if (line?.choice != null) return { at: "choice", index: line.choice };
  return line?.digit ? { at: "act", key: line.digit } : { at: "nothing" };
}
