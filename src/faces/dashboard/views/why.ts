/** What drover believes of an agent, on what evidence, and what it believed before. */
import { clockTime } from "../../kit/clock-time.js";
import { excerptRows } from "../../kit/excerpt-rows.js";
import type { Canvas } from "../driver/driver.js";
import { age } from "../state/ages.js";
import type { Mode } from "../state/mode.js";
import type { State } from "../state/state.js";
import { BAD, BOLD, DIM, type Look, oneLine } from "./look.js";
import { paintText, type TextLine } from "./text.js";

export function paintWhy(canvas: Canvas, state: State, mode: Extract<Mode, { at: "why" }>, look: Look): void {
  const label = state.agents.get(mode.agent)?.label ?? mode.why?.label ?? "";
  paintText(canvas, look, `why ${label}`, whyLines(state, mode, look), mode.top);
}

export function whyLines(state: State, mode: Extract<Mode, { at: "why" }>, look: Look): TextLine[] {
  if (mode.problem !== null) return [line(mode.problem, "", BAD)];
  const { why } = mode;
  if (why === null) return [line(look.unicode ? "asking…" : "asking...", "", DIM)];
  const lines = [line(`${why.state} for ${age(Date.parse(why.since), state.nowMs)}`, "", BOLD), line("", "")];
  for (const proof of why.evidence) {
    lines.push(line(`${proof.source}`, proof.rule));
    for (const row of excerptRows(proof.excerpt)) if (row.trim() !== "") lines.push(line("", oneLine(row)));
    lines.push(line("", `incarnation ${proof.incarnation}, ${clockTime(proof.at)}`, DIM));
  }
  if (why.evidence.length === 0) lines.push(line("no evidence yet", "", DIM));
  lines.push(line("", ""), line("before", "", BOLD));
  for (const entry of [...why.history].reverse()) {
    const arrow = look.unicode ? "→" : "->";
    lines.push(line(clockTime(entry.at), `${entry.from} ${arrow} ${entry.to}  ${entry.source} ${entry.rule}`));
  }
  return lines;
}

function line(left: string, right: string, style = {}): TextLine {
  return right === ""
    ? { left, leftStyle: style, right: "", rightStyle: {} }
    : { left, leftStyle: DIM, right, rightStyle: style };
}
