/** Every key, from the table. */
import type { Canvas } from "../driver/driver.js";
import type { Action } from "../keys/action.js";
import { keyLabel } from "../keys/footer-hints.js";
import { actions } from "../keys/table.js";
import type { Mode } from "../state/mode.js";
import type { State } from "../state/state.js";
import { type AgentState, BOLD, KEY, type Look, STATES, stateSign } from "./look.js";
import { paintText, type TextLine } from "./text.js";

const GROUPS: readonly Action["group"][] = ["Agent", "Move", "Look", "Dashboard"];
const WRITING: readonly Mode["at"][] = ["send", "reply", "new", "filter"];
const TITLES: Partial<Record<Mode["at"], string>> = {
  send: "Writing a prompt",
  reply: "Writing an answer of your own",
  new: "Starting an agent",
  filter: "Filtering",
};

export function paintHelp(canvas: Canvas, state: State, mode: Extract<Mode, { at: "help" }>, look: Look): void {
  paintText(canvas, look, "keys", helpLines(look, state.mail !== null), mode.top);
}

/** `inMail`: asked for in the mail panel, whose keys come first then. */
export function helpLines(look: Look, inMail: boolean): TextLine[] {
  const lines: TextLine[] = [];
  const section = (title: string, rows: readonly Action[]) => {
    if (lines.length > 0) lines.push(text("", ""));
    lines.push({ ...text(title, ""), leftStyle: BOLD });
    for (const action of rows) lines.push(text(keysOf(action, look), action.does));
  };
  const ofMail = () => {
    section(
      "Mail",
      actions.filter((action) => action.where === "mail"),
    );
  };
  if (inMail) ofMail();
  for (const group of GROUPS) {
    section(
      group,
      actions.filter((action) => action.group === group && (action.where === "list" || action.where === "question")),
    );
  }
  if (!inMail) ofMail();
  for (const where of WRITING)
    section(
      TITLES[where]!,
      actions.filter((action) => action.where === where),
    );
  lines.push(text("", ""), { ...text("Signs", ""), leftStyle: BOLD });
  for (const name of Object.keys(STATES) as AgentState[]) {
    const line = text(`${stateSign(look, name)} ${name}`, MEANINGS[name]);
    lines.push({ ...line, leftStyle: STATES[name].style });
  }
  lines.push(text("", ""), { ...text("Mouse", ""), leftStyle: BOLD });
  lines.push(text("click", "selects; folds a section; on a key below, presses it; on a choice, twice gives it"));
  lines.push(text("wheel", "scrolls what is under it"));
  return lines;
}

const MEANINGS: Record<AgentState, string> = {
  blocked: "its own dialog waits for you",
  error: "its turn failed",
  done: "its turn ended and you have not looked yet",
  working: "a turn is under way",
  starting: "launched, not ready yet",
  idle: "ready for a prompt",
  unclear: "nothing says what it does; never guessed",
  lost: "its tab is gone and its end was not seen",
  exited: "its program has ended",
};

function keysOf(action: Action, look: Look): string {
  if (action.name === "answer") return "1-9";
  return action.keys.map((key) => keyLabel(key, look.unicode)).join(" ");
}

function text(left: string, right: string): TextLine {
  return { left, leftStyle: right === "" ? {} : KEY, right, rightStyle: {} };
}
