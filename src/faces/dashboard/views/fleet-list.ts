/** The fleet, a row an agent, under a row for each section. */
import type { AgentJson } from "#wire/agent.js";
import { shortDialog } from "../../kit/short-dialog.js";
import type { Canvas, Style } from "../driver/driver.js";
import { age } from "../state/ages.js";
import { type Counts, count, countSections } from "../state/fleet.js";
import { type Item, sameItem, sectionTitle } from "../state/sections.js";
import type { State } from "../state/state.js";
import { type Badge, mailBadges } from "./badges.js";
import {
  type AgentState,
  BOLD,
  DIM,
  FRAME,
  fit,
  type Look,
  markEdges,
  NEWS,
  onSelected,
  SELECTED,
  STATES,
  sign,
  stateSign,
} from "./look.js";

/** What the section rows count. */
const COUNTED: readonly AgentState[] = ["blocked", "error", "done", "working"];

export function paintFleetList(canvas: Canvas, state: State, look: Look): void {
  const filtered = state.filter === "" ? "" : `: ${state.filter}`;
  const grouped = state.grouping === "session" ? "" : ` by ${state.grouping}`;
  canvas.frame(FRAME, `agents${grouped}${filtered}`, BOLD);
  const inner = { width: canvas.width - 2, height: canvas.height - 2 };
  if (state.seq === null) {
    canvas.put(2, 1, `connecting${look.unicode ? "…" : "..."}`, DIM, inner.width - 2);
    return;
  }
  if (state.items.length === 0 && state.filter !== "") {
    canvas.put(2, 1, fit(look, `nothing matches "${state.filter}"`, inner.width - 2), {});
    canvas.put(2, 2, "esc shows all", DIM, inner.width - 2);
    return;
  }
  const columns = columnsFor(state, look, inner.width);
  const counts = countSections(state);
  const shown = state.items.slice(state.top, state.top + inner.height);
  shown.forEach((item, row) => {
    const selected = sameItem(item, state.selected);
    if (selected) canvas.fill(1, row + 1, inner.width, 1, SELECTED);
    if (item.kind === "section") {
      sectionRow(canvas, state, look, item.section, counts.get(item.section)!, row + 1, inner.width, selected);
    } else agentRow(canvas, state, look, state.agents.get(item.id)!, row + 1, columns, selected);
  });
  markEdges(canvas, look, state.top, state.items.length - state.top - shown.length);
  waitingIn(canvas, state, look, 0, state.items.slice(0, state.top));
  waitingIn(canvas, state, look, canvas.height - 1, state.items.slice(state.top + shown.length));
}

/** In the frame's edge, beside how many rows lie beyond it: who waits or has failed there. */
function waitingIn(canvas: Canvas, state: State, look: Look, y: number, beyond: readonly Item[]): void {
  const hidden = beyond.flatMap((item) => (item.kind === "agent" ? [state.agents.get(item.id)!] : []));
  const counts = count(hidden);
  let x = canvas.width - 3 - look.width(`${sign(look, "above")}${beyond.length}`);
  for (const name of ["error", "blocked"] as const) {
    if (counts[name] === 0) continue;
    const text = `${stateSign(look, name)}${counts[name]}`;
    x -= look.width(text) + 1;
    canvas.put(x, y, ` ${text}`, STATES[name].style);
  }
}

function sectionRow(
  canvas: Canvas,
  state: State,
  look: Look,
  section: string,
  counts: Counts,
  y: number,
  width: number,
  selected: boolean,
) {
  const folded = state.folded.has(section) && state.filter === "";
  const tail = tailOf(look, counts);
  const tailWidth = tail.reduce((sum, part) => sum + look.width(part.text) + 1, 0);
  const room = width - 4 - tailWidth;
  let x = 1 + canvas.put(1, y, folded ? sign(look, "folded") : sign(look, "open"), onSelected(DIM, selected));
  x = 1 + canvas.put(x, y, fit(look, sectionTitle(state, section), room - 4), onSelected(BOLD, selected));
  canvas.put(x, y, String(counts.total), onSelected(DIM, selected));
  let at = width + 1 - tailWidth;
  for (const part of tail) at = 1 + canvas.put(at, y, part.text, onSelected(part.style, selected));
}

function tailOf(look: Look, counts: Counts): { text: string; style: Style }[] {
  return COUNTED.filter((name) => counts[name] > 0).map((name) => {
    return { text: `${stateSign(look, name)}${counts[name]}`, style: STATES[name].style };
  });
}

interface Columns {
  readonly label: number;
  readonly provider: number;
  readonly detail: number;
  readonly width: number;
}

const AGE = 4;

/** The same for every row, whatever is in sight, so that nothing shifts while scrolling. */
function columnsFor(state: State, look: Look, width: number): Columns {
  let label = 8;
  let provider = 4;
  for (const agent of state.agents.values()) {
    label = Math.max(label, agent.label.length);
    provider = Math.max(provider, look.width(agent.provider));
  }
  // Sign, age, unread mark and the gaps between them.
  const room = width - 4 - (AGE + 3);
  provider = Math.min(provider, 9);
  if (room >= 44) {
    label = Math.min(label, 26, room - provider - 16);
    return { label, provider, detail: room - label - provider - 2, width };
  }
  label = Math.min(label, Math.max(10, room - 9));
  return { label, provider: 0, detail: Math.max(0, room - label - 1), width };
}

function agentRow(
  canvas: Canvas,
  state: State,
  look: Look,
  agent: AgentJson,
  y: number,
  columns: Columns,
  selected: boolean,
) {
  const { style } = STATES[agent.state];
  // What nobody sees any more is shown as what it is: a memory.
  const asSeen = state.sight.sight === "ok";
  const at = (given: Style) => onSelected(asSeen ? given : DIM, selected);
  const faded = agent.state === "exited" || agent.state === "lost";
  canvas.put(3, y, stateSign(look, agent.state), at(style));
  canvas.put(5, y, fit(look, agent.label, columns.label), at(faded ? DIM : agent.unread ? BOLD : {}));
  let x = 6 + columns.label;
  if (columns.provider > 0) {
    canvas.put(x, y, fit(look, agent.provider, columns.provider), at(DIM));
    x += columns.provider + 1;
  }
  const detail = detailOf(agent, columns.provider === 0);
  const badges = mailBadges(look, agent.mail);
  const room = columns.detail - badges.reduce((sum, { text }) => sum + look.width(text) + 1, 0);
  if (room > 2) canvas.put(x, y, fit(look, detail.text, room), at(detail.style));
  paintBadges(canvas, look, badges, x, columns.detail, y, at);
  const since = age(Date.parse(agent.since), state.nowMs);
  canvas.put(columns.width - 1 - since.length, y, since, at(DIM));
  if (agent.unread) canvas.put(columns.width, y, sign(look, "unread"), at(NEWS));
}

/** At the right end of the details, the most important first where not all fit. */
function paintBadges(
  canvas: Canvas,
  look: Look,
  badges: readonly Badge[],
  x: number,
  room: number,
  y: number,
  at: (style: Style) => Style,
) {
  let width = -1;
  const shown = badges.filter(({ text }) => {
    const fits = width + 1 + look.width(text) <= room;
    if (fits) width += 1 + look.width(text);
    return fits;
  });
  let left = x + room - width;
  for (const { text, style } of shown) left = 1 + canvas.put(left, y, text, at(style));
}

/** What an agent asks, what went wrong, or what it does; in a narrow list else its provider. */
function detailOf(agent: AgentJson, withProvider: boolean): { text: string; style: Style } {
  if (agent.question) return { text: shortDialog(agent.question.text), style: { fg: STATES.blocked.style.fg! } };
  if (agent.state === "error" && agent.reason) return { text: agent.reason, style: { fg: STATES.error.style.fg! } };
  if (agent.state === "exited" && agent.exit) {
    const { code, signal } = agent.exit;
    return { text: signal ? `ended by ${signal}` : code === 0 ? "ended" : `ended with ${code}`, style: DIM };
  }
  return { text: withProvider ? agent.provider : (agent.reason ?? ""), style: DIM };
}
