/**
 * The panels of the dashboard, lowest first: where each stands, what it shows of the state, and who paints it. A panel is
 * painted again only if something it shows is no longer the same.
 */
import { asciiRow, asciiText } from "../../kit/ascii.js";
import type { Canvas, Rect } from "../driver/driver.js";
import type { Layout } from "../state/layout.js";
import type { State } from "../state/state.js";
import { paintAttention } from "./attention.js";
import { paintConfirm } from "./confirm.js";
import { paintEmpty } from "./empty.js";
import { paintFleetList } from "./fleet-list.js";
import { paintFooter } from "./footer.js";
import { paintHeader } from "./header.js";
import { paintHelp } from "./help.js";
import { paintLetter } from "./letter.js";
import type { Look } from "./look.js";
import { paintMail } from "./mail-list.js";
import { paintNewAgent } from "./new-agent.js";
import { paintNotice } from "./notice.js";
import { paintPreview } from "./preview.js";
import { paintSend } from "./send.js";
import { paintSentence } from "./sentence.js";
import { paintWhy } from "./why.js";

export interface PanelPlan {
  readonly name: string;
  rect(at: Layout): Rect;
  /** What is shown; compared by identity, part by part. */
  sees(state: State): readonly unknown[];
  paint(canvas: Canvas, state: State, look: Look): void;
}

/** Ages read the same within a minute of the clock: see nextAgeAtMs, which wakes at whole minutes. */
const minute = (state: State) => Math.floor(state.nowMs / 60_000);

const isEmpty = (state: State) => state.seq !== null && state.agents.size === 0;

export const panels: readonly PanelPlan[] = [
  {
    name: "header",
    rect: (at) => at.header,
    sees: (s) => [s.agents, s.removedMail, s.link, s.health, s.sight, s.seq === null],
    paint: paintHeader,
  },
  {
    name: "list",
    rect: (at) => at.list,
    sees: (s) => [
      s.agents,
      s.items,
      s.top,
      s.selected,
      s.folded,
      s.grouping,
      s.filter,
      s.sight,
      s.seq === null,
      minute(s),
    ],
    paint: (canvas, state, look) =>
      isEmpty(state) ? paintEmpty(canvas, state.command, look) : paintFleetList(canvas, state, look),
  },
  {
    name: "preview",
    rect: (at) => at.preview,
    sees: (s) => [s.selected, s.preview, s.agents, s.mode.at === "send", s.notice, minute(s)],
    paint: paintPreview,
  },
  {
    name: "mail",
    rect: (at) => at.mail,
    sees: (s) => [s.mail, s.agents, s.formerLabels, s.mode, minute(s)],
    paint: paintMail,
  },
  {
    name: "letter",
    rect: (at) => at.letter,
    sees: (s) => [s.mail, s.agents, s.formerLabels, s.mode, minute(s)],
    paint: paintLetter,
  },
  {
    name: "dock",
    rect: (at) => at.dock,
    sees: (s) => [s.selected, s.agents, s.mode, s.answering, s.ticks, s.history],
    paint: (canvas, state, look) =>
      state.mode.at === "send" ? paintSend(canvas, state, state.mode, look) : paintAttention(canvas, state, look),
  },
  {
    name: "footer",
    rect: (at) => at.footer,
    sees: (s) => [s.mode, s.selected, s.agents, s.filter, s.zoomed, s.link, s.items.length === 0, s.mail],
    paint: paintFooter,
  },
  {
    name: "overlay",
    rect: (at) => at.overlay,
    sees: (s) => [s.mode, s.providers, s.agents],
    paint: paintOverlay,
  },
  { name: "notice", rect: (at) => at.notice, sees: (s) => [s.notice], paint: paintNotice },
  {
    name: "sentence",
    rect: (at) => at.sentence,
    sees: (s) => [s.size],
    paint: (canvas, _state, look) => paintSentence(canvas, look),
  },
];

function paintOverlay(canvas: Canvas, state: State, look: Look): void {
  const { mode } = state;
  if (mode.at === "help") paintHelp(canvas, state, mode, look);
  else if (mode.at === "why") paintWhy(canvas, state, mode, look);
  else if (mode.at === "new") paintNewAgent(canvas, state, mode.form, look);
  else if (mode.at === "confirm") paintConfirm(canvas, state, mode.confirm, look);
}

/** Everything in plain ASCII, frames and the agents' own glyphs too, for a terminal whose locale is not UTF-8. */
export function asciiFrames(canvas: Canvas): Canvas {
  return {
    width: canvas.width,
    height: canvas.height,
    put: (x, y, text, style, limit) => canvas.put(x, y, asciiText(text), style, limit),
    row: (x, y, row) => canvas.row(x, y, asciiRow(row)),
    fill: (x, y, width, height, style) => canvas.fill(x, y, width, height, style),
    cursor: (x, y) => canvas.cursor(x, y),
    frame: (style, title = "", titleStyle = style) => {
      const { width, height } = canvas;
      if (width < 2 || height < 2) return;
      const edge = `+${"-".repeat(width - 2)}+`;
      canvas.put(0, 0, edge, style);
      canvas.put(0, height - 1, edge, style);
      for (let y = 1; y < height - 1; y++) {
        canvas.put(0, y, "|", style);
        canvas.put(width - 1, y, "|", style);
      }
      if (title !== "" && width > 5)
        canvas.put(canvas.put(2, 0, ` ${asciiText(title)}`, titleStyle, width - 5), 0, " ", style);
    },
  };
}
