/** The keys that the footer offers, and how a key is told to a person. */
import { shownChoices } from "../state/dialog.js";
import { nextInNeed } from "../state/fleet.js";
import { type State, selectedAgent } from "../state/state.js";
import type { Action } from "./action.js";
import { actions } from "./table.js";

/** What the footer offers now, the most important first. */
export function hints(state: State): { action: Action; key: string; says: string }[] {
  const { mode } = state;
  const offered = actions.filter((action) => {
    if (!action.hint) return false;
    if (action.where === "question") return mode.at === "list" && action.unless?.(state) === null;
    if (action.where !== mode.at || (action.unless?.(state) ?? null) !== null) return false;
    return action.offered?.(state) ?? true;
  });
  return offered.map((action) => ({ action, key: footerKey(state, action), says: footerHint(state, action) }));
}

function footerKey(state: State, action: Action): string {
  if (action.name !== "answer") return action.keys[0]!;
  const question = selectedAgent(state)?.question;
  const choices = Math.min(9, (question && shownChoices(question).length) || 1);
  return choices === 1 ? "1" : `1-${choices}`;
}

function footerHint(state: State, action: Action): string {
  if (action.where === "list" && action.name === "zoom" && state.zoomed) return "list";
  if (action.name === "whose") return state.mail?.of === null ? "this agent's" : "everybody's";
  if (action.name === "next") return nextHint(state) ?? "next";
  if (action.name === "answer" && selectedAgent(state)?.question?.multiple) return "tick";
  return action.hint ?? "";
}

/** Who is next, where it waits with a dialog and its name is short. */
function nextHint(state: State): string | null {
  const agent = nextInNeed(state);
  return agent?.state === "blocked" && agent.label.length <= 16 ? `next: ${agent.label}` : null;
}

/** A key as a person reads it. */
export function keyLabel(key: string, unicode: boolean): string {
  const plain = key.replace(/^C-/, "^").replace(/^M-/, "alt-");
  const word = plain.replace("escape", "esc").replace("pageup", "pgup").replace("pagedown", "pgdn");
  if (!unicode) return word.replace("backtab", "shift-tab");
  return word
    .replace("enter", "⏎")
    .replace("backtab", "shift-tab")
    .replace(/^up$/, "↑")
    .replace(/^down$/, "↓")
    .replace(/^left$/, "←")
    .replace(/^right$/, "→");
}
