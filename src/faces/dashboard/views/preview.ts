/** The selected agent's screen, painted from its cells. */
import type { Canvas } from "../driver/driver.js";
import { age } from "../state/ages.js";
import { countIn } from "../state/fleet.js";
import { layout } from "../state/layout.js";
import { characterAt, coveredRows, leftOf, rowFrom, windowOf } from "../state/screen.js";
import { sectionTitle } from "../state/sections.js";
import { type State, selectedAgent } from "../state/state.js";
import { ASKS, BOLD, counted, DIM, FRAME, fit, type Look, SELECTED, STATES, sign } from "./look.js";

export function paintPreview(canvas: Canvas, state: State, look: Look): void {
  const agent = selectedAgent(state);
  if (!agent) {
    const title = state.selected?.kind === "section" ? sectionTitle(state, state.selected.section) : "";
    canvas.frame(FRAME, fit(look, title, canvas.width - 6));
    paintSection(canvas, state, look);
    return;
  }
  const { preview } = state;
  const blocked = agent.state === "blocked";
  canvas.frame(blocked ? { ...ASKS, attrs: 0 } : FRAME, fit(look, agent.label, canvas.width - 6), BOLD);
  const dot = ` ${sign(look, "dot")} `;
  const facts = [
    `${STATES[agent.state].saysOne ?? agent.state} ${age(Date.parse(agent.since), state.nowMs)}`,
    agent.provider,
    // What its user named the tab is how it stands in tmux; otherwise it bears the label.
    agent.windowName === agent.label ? agent.pane : `${agent.pane} ${agent.windowName ?? ""}`.trim(),
    preview?.screen?.title ?? "",
  ].filter((fact) => fact !== "");
  const titleX = 3 + look.width(agent.label) + 1;
  const room = canvas.width - titleX - 3;
  if (room > 8) canvas.put(titleX, 0, `${fit(look, facts.join(dot), room)} `, DIM);
  const inner = { width: canvas.width - 2, height: canvas.height - 2 };
  if (inner.height <= 0 || preview === null || preview.agent !== agent.id) return;
  if (preview.screen === null) {
    const why = preview.missing ?? (agent.state === "lost" ? "its tab is gone" : "");
    canvas.put(2, 1, fit(look, why, inner.width - 2), DIM);
    return;
  }
  const seen = windowOf(preview, inner.height, coveredRows(state));
  const left = leftOf(preview, inner.width);
  seen.rows.forEach((whole, y) => {
    const row = rowFrom(whole, left);
    canvas.row(1, y + 1, row);
    // The frame's edges say where a row goes on beyond them.
    if (left > 0 && whole.text !== "") canvas.put(0, y + 1, sign(look, "less"), DIM);
    const cells = row.text === "" ? 0 : row.runs.reduce((sum, run) => sum + run.cells, 0);
    canvas.put(
      canvas.width - 1,
      y + 1,
      cells > inner.width ? sign(look, "more") : look.unicode ? "│" : "|",
      cells > inner.width ? DIM : blocked ? { ...ASKS, attrs: 0 } : FRAME,
    );
  });
  const cursorX = (seen.cursor?.x ?? 0) - left;
  if (seen.cursor !== null && cursorX >= 0 && cursorX < inner.width) {
    const { text, cells } = characterAt(seen.rows[seen.cursor.y]!, seen.cursor.x);
    canvas.put(1 + cursorX, seen.cursor.y + 1, text, SELECTED, Math.min(cells, inner.width - cursorX));
  }
  const notes = [];
  if (preview.back > 0) notes.push(`${preview.back} rows back, L follows again`);
  else {
    if (seen.above > 0) notes.push(`${sign(look, "above")}${seen.above}`);
    if (seen.below > 0) notes.push(`${sign(look, "below")}${seen.below}`);
  }
  if (preview.history === "loading") notes.push("fetching history");
  const { columns } = preview.screen;
  if (columns > inner.width)
    notes.push(`${left + 1}-${Math.min(columns, left + inner.width)} of ${columns} columns (, .)`);
  if (seen.leftOut > 0) notes.push(`${seen.leftOut} empty rows left out`);
  if (notes.length === 0) return;
  const end = edgeEnd(state, canvas.width);
  if (end < 8) return;
  const text = ` ${fit(look, notes.join(dot), end - 4)} `;
  canvas.put(end - look.width(text), canvas.height - 1, text, DIM);
}

/** Where in its lower edge the panel's own words end: before what just happened, where that is said there. */
function edgeEnd(state: State, width: number): number {
  const { preview, notice } = layout(state);
  const covered = notice.width > 0 && notice.top === preview.top + preview.height - 1;
  return covered ? Math.min(width - 2, notice.left - preview.left) : width - 2;
}

/** With a section selected: what is in it. */
function paintSection(canvas: Canvas, state: State, look: Look): void {
  if (state.selected?.kind !== "section") return;
  const counts = countIn(state, state.selected.section);
  const rows = (Object.keys(STATES) as (keyof typeof STATES)[]).filter((name) => counts[name] > 0);
  rows.forEach((name, y) => {
    if (y >= canvas.height - 2) return;
    canvas.put(2, y + 1, look.unicode ? STATES[name].sign : STATES[name].ascii, STATES[name].style);
    canvas.put(4, y + 1, counted(name, counts[name]), {}, canvas.width - 6);
  });
}
