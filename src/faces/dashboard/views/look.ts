/**
 * Colours and signs. Colours are the terminal's own sixteen, on its own background, and never the only bearer of a
 * meaning: every state has a sign of its own too. Signs are one column wide and not emoji; where the locale is not UTF-8
 * they are ASCII.
 */
import { ATTR } from "#core/screen/still.js";
import type { AgentJson } from "#wire/agent.js";
import type { MailPlace } from "../../kit/mail-words.js";
import { cut } from "../../kit/width.js";
import { wrap } from "../../kit/wrap.js";
import type { Canvas, Style } from "../driver/driver.js";

const RED = 1;
const GREEN = 2;
const YELLOW = 3;
const BLUE = 4;
const CYAN = 6;

export const PLAIN: Style = {};
export const DIM: Style = { attrs: ATTR.dim };
export const BOLD: Style = { attrs: ATTR.bold };
/** What is selected; inverse, because it shows on every palette. */
export const SELECTED: Style = { attrs: ATTR.inverse };
export const GOOD: Style = { fg: GREEN };
export const BAD: Style = { fg: RED, attrs: ATTR.bold };
export const ASKS: Style = { fg: YELLOW, attrs: ATTR.bold };
export const NEWS: Style = { fg: CYAN };
export const KEY: Style = { fg: BLUE, attrs: ATTR.bold };
export const FRAME: Style = { attrs: ATTR.dim };
/** Where something is being written. */
export const BLUE_FRAME: Style = { fg: BLUE };

/** The selected row is one bar: colours of its own would cut it into pieces. */
export function onSelected(style: Style, selected: boolean): Style {
  return selected ? { attrs: ((style.attrs ?? 0) & ATTR.bold) | (SELECTED.attrs ?? 0) } : style;
}

export type AgentState = AgentJson["state"];

interface StateLook {
  readonly sign: string;
  readonly ascii: string;
  readonly style: Style;
  /** How the header and section rows count them, where it is not one. */
  readonly says: string;
  /** How they count one, where that is said otherwise. */
  readonly saysOne?: string;
}

export const STATES: Record<AgentState, StateLook> = {
  blocked: { sign: "◆", ascii: "!", style: ASKS, says: "need you", saysOne: "needs you" },
  error: { sign: "✗", ascii: "x", style: BAD, says: "failed" },
  done: { sign: "✓", ascii: "+", style: NEWS, says: "done" },
  working: { sign: "●", ascii: "*", style: GOOD, says: "working" },
  starting: { sign: "◐", ascii: "~", style: GOOD, says: "starting" },
  idle: { sign: "○", ascii: "o", style: PLAIN, says: "idle" },
  unclear: { sign: "?", ascii: "?", style: { fg: YELLOW }, says: "unclear" },
  lost: { sign: "⊘", ascii: "%", style: { fg: RED }, says: "lost" },
  exited: { sign: "·", ascii: ".", style: DIM, says: "exited" },
};

/** What the views need to know of the terminal. */
export interface Look {
  readonly unicode: boolean;
  /** Columns a text takes. */
  width(text: string): number;
}

export function stateSign(look: Look, state: AgentState): string {
  return look.unicode ? STATES[state].sign : STATES[state].ascii;
}

/** How mail is shown by where it stands, and as a badge at its agent. */
export const MAIL_LOOK: Record<MailPlace, { sign: string; ascii: string; style: Style }> = {
  uncertain: { sign: "!", ascii: "!", style: ASKS },
  dead: { sign: "✝", ascii: "x", style: { fg: RED } },
  "in flight": { sign: "»", ascii: ">", style: { fg: GREEN } },
  queued: { sign: "✉", ascii: "@", style: NEWS },
  delivered: { sign: "✓", ascii: "+", style: DIM },
};

export function mailSign(look: Look, place: MailPlace): string {
  return look.unicode ? MAIL_LOOK[place].sign : MAIL_LOOK[place].ascii;
}

const SIGNS = {
  open: ["▾", "v"],
  folded: ["▸", ">"],
  unread: ["•", "*"],
  cut: ["…", "~"],
  more: ["›", ">"],
  less: ["‹", "<"],
  enter: ["⏎", "enter"],
  above: ["↑", "^"],
  below: ["↓", "v"],
  dot: ["·", "-"],
  prompt: ["❯", ">"],
  upDown: ["↑↓", "up/down"],
} as const;

export function sign(look: Look, name: keyof typeof SIGNS): string {
  return SIGNS[name][look.unicode ? 0 : 1];
}

/** A text for one row: control characters and newlines become spaces, what does not fit is cut with a sign. */
export function fit(look: Look, text: string, columns: number): string {
  return cut(oneLine(text), columns, sign(look, "cut"));
}

export function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
}

/** A text in at most so many rows, the last of them cut with a sign where there would be more. */
export function rowsOf(look: Look, text: string, columns: number, most: number): string[] {
  const rows = wrap(text, columns);
  if (rows.length <= most) return rows;
  return [...rows.slice(0, most - 1), fit(look, rows.slice(most - 1).join(" "), columns)].slice(0, most);
}

/** In a frame's edges: how many rows lie above and below what is shown. */
export function markEdges(canvas: Canvas, look: Look, above: number, below: number): void {
  const mark = (y: number, text: string) => canvas.put(canvas.width - 3 - look.width(text), y, ` ${text} `, DIM);
  if (above > 0) mark(0, `${sign(look, "above")}${above}`);
  if (below > 0) mark(canvas.height - 1, `${sign(look, "below")}${below}`);
}

/** What is said of so many agents in a state: `2 need you`, `1 needs you`. */
export function counted(state: AgentState, count: number): string {
  const { says, saysOne } = STATES[state];
  return `${count} ${count === 1 ? (saysOne ?? says) : says}`;
}
