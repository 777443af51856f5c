/**
 * Where everything stands, worked out from the state alone, so that painting and clicking agree.
 *
 *   100 columns and more   the list beside the agent's screen
 *   60 columns, 16 rows    the list above the screen
 *   40 columns, 10 rows    the list alone (z shows the screen)
 *   less                   one sentence
 *
 * While the mail panel is open the messages stand where the list does, and the story of one where the screen does.
 */

import { width } from "../../kit/width.js";
import { wrap } from "../../kit/wrap.js";
import type { Rect } from "../driver/driver.js";
import { panelRows } from "./dialog-rows.js";
import { type State, selectedAgent } from "./state.js";

export const SMALLEST = { columns: 40, rows: 10 };
const HIDDEN: Rect = { left: 0, top: 0, width: 0, height: 0 };

export interface Layout {
  readonly shape: "wide" | "stacked" | "list" | "sentence";
  readonly header: Rect;
  readonly list: Rect;
  readonly preview: Rect;
  /** The mail panel: its list, and the message selected. */
  readonly mail: Rect;
  readonly letter: Rect;
  /** The dialog of the selected agent, or the form in which a prompt is written. */
  readonly dock: Rect;
  readonly footer: Rect;
  /** Help, why, new agent, confirmation: above everything. */
  readonly overlay: Rect;
  readonly notice: Rect;
  readonly sentence: Rect;
}

export function layout(state: State): Layout {
  const { columns, rows } = state.size;
  const none = {
    header: HIDDEN,
    list: HIDDEN,
    preview: HIDDEN,
    mail: HIDDEN,
    letter: HIDDEN,
    dock: HIDDEN,
    footer: HIDDEN,
    overlay: HIDDEN,
    notice: HIDDEN,
    sentence: HIDDEN,
  };
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
    return { ...none, shape: "sentence", sentence: { left: 0, top: 0, width: columns, height: rows } };
  }
  const body: Rect = { left: 0, top: 1, width: columns, height: rows - 2 };
  const fixed = {
    ...none,
    header: { left: 0, top: 0, width: columns, height: 1 },
    footer: { left: 0, top: rows - 1, width: columns, height: 1 },
    overlay: overlayRect(state, body),
    notice: noticeRect(state),
  };
  if (state.mail !== null) return mailLayout(state, fixed, body);
  // Nothing to choose from: what to do about it has all the room.
  if (state.seq !== null && state.agents.size === 0) return { ...fixed, shape: "list", list: body };
  if (columns >= 100 && rows >= 12) {
    // A third for the list; rather a little less, where that lets a screen of 80 columns be seen whole.
    const third = Math.min(64, Math.max(38, Math.round(columns * 0.34)));
    const width = columns - 82 >= 36 ? Math.min(third, columns - 82) : third;
    const list = state.zoomed ? HIDDEN : { ...body, width };
    const left = state.zoomed ? 0 : width;
    const [preview, dock] = splitDock(state, { ...body, left, width: columns - left });
    return { ...fixed, shape: "wide", list, preview, dock };
  }
  if (columns >= 60 && rows >= 16) {
    if (state.zoomed) {
      const [preview, dock] = splitDock(state, body);
      return { ...fixed, shape: "stacked", preview, dock };
    }
    // One row more, rather than to leave one agent out of sight.
    const most = Math.round(body.height * 0.45);
    const all = state.items.length + 2;
    const height = Math.max(5, all === most + 1 ? all : Math.min(all, most));
    const list = { ...body, height };
    const [preview, dock] = splitDock(state, { ...body, top: body.top + height, height: body.height - height });
    return { ...fixed, shape: "stacked", list, preview, dock };
  }
  const [main, dock] = splitDock(state, body);
  return state.zoomed
    ? { ...fixed, shape: "list", preview: main, dock }
    : { ...fixed, shape: "list", list: main, dock };
}

function mailLayout(state: State, fixed: Omit<Layout, "shape">, body: Rect): Layout {
  const { columns, rows } = state.size;
  // There is no message to tell of.
  if (state.mail?.messages?.length === 0) return { ...fixed, shape: "list", mail: body };
  if (columns >= 100 && rows >= 12) {
    const width = Math.min(96, Math.max(50, Math.round(columns * 0.5)));
    const letter = { ...body, left: width, width: columns - width };
    return { ...fixed, shape: "wide", mail: { ...body, width }, letter };
  }
  const reading = state.mode.at === "letter" || (state.mode.at === "confirm" && body.height < 14);
  if (columns >= 60 && rows >= 16) {
    // What is read has most of the room.
    const height = Math.round(body.height * (state.mode.at === "letter" ? 0.25 : 0.55));
    const letter = { ...body, top: body.top + height, height: body.height - height };
    return { ...fixed, shape: "stacked", mail: { ...body, height }, letter };
  }
  return reading ? { ...fixed, shape: "list", letter: body } : { ...fixed, shape: "list", mail: body };
}

/** Takes from `rect` what the dialog or the writing needs, at its lower edge, leaving the screen's last rows in sight. */
function splitDock(state: State, rect: Rect): [Rect, Rect] {
  const wanted = dockRows(state, rect.width);
  if (wanted === 0) return [rect, HIDDEN];
  const rest = Math.max(
    3,
    rect.height - Math.max(wanted, 4),
    Math.floor(rect.height * (state.mode.at === "send" ? 0.3 : 0.4)),
  );
  const height = Math.max(0, rect.height - rest);
  return [
    { ...rect, height: rest },
    { ...rect, top: rect.top + rest, height },
  ];
}

/** Rows the dock would like, its frame included; 0 where it has nothing to show. */
function dockRows(state: State, columns: number): number {
  const inner = Math.max(10, columns - 4);
  const { mode } = state;
  if (mode.at === "send") {
    const rows = mode.editor.text.split("\n").reduce((sum, line) => sum + 1 + Math.floor(width(line) / inner), 0);
    return Math.max(3, rows) + 2 + (mode.problem === null ? 0 : wrap(mode.problem, inner).length);
  }
  const question = selectedAgent(state)?.question;
  if (!question) return 0;
  const { text, choices, keys } = panelRows(question, inner);
  return text + choices + keys + (mode.at === "reply" ? 1 : 0) + 2;
}

function overlayRect(state: State, body: Rect): Rect {
  const { mode } = state;
  const wants =
    mode.at === "help" || mode.at === "why"
      ? { width: 100, height: body.height }
      : mode.at === "new"
        ? { width: 84, height: 16 }
        : mode.at === "confirm"
          ? { width: 66, height: 6 }
          : null;
  if (wants === null) return HIDDEN;
  const width = Math.min(wants.width, body.width);
  const height = Math.min(wants.height, body.height);
  return {
    left: body.left + Math.floor((body.width - width) / 2),
    top: body.top + Math.floor((body.height - height) / 2),
    width,
    height,
  };
}

/** Over the lower edge of the frames, just above the footer: what just happened. */
function noticeRect(state: State): Rect {
  if (state.notice === null) return HIDDEN;
  const { columns, rows } = state.size;
  const wide = Math.min(columns, width(state.notice.text) + 2);
  return { left: Math.max(0, columns - 2 - wide), top: rows - 2, width: wide, height: 1 };
}

/** The cells inside a frame. */
export function inside(rect: Rect): Rect {
  return {
    left: rect.left + 1,
    top: rect.top + 1,
    width: Math.max(0, rect.width - 2),
    height: Math.max(0, rect.height - 2),
  };
}

export function holds(rect: Rect, x: number, y: number): boolean {
  return x >= rect.left && x < rect.left + rect.width && y >= rect.top && y < rect.top + rect.height;
}

/** Rows of the list that can be seen. */
export function listRows(state: State): number {
  return inside(layout(state).list).height;
}
