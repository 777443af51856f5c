/** The selected agent's screen: what streams in, which rows of it are in sight, and scrolling back into its history. */
import type { Row, Run } from "#core/screen/still.js";
import { type ChangedRowsJson, rowFromJson, type WholeScreenJson } from "#wire/screen.js";
import { dialogTop } from "./dialog-rows.js";
import { keptRows } from "./empty-rows.js";
import { inside, layout } from "./layout.js";
import { type Preview, type Screen, type State, selectedAgent } from "./state.js";
import type { Step } from "./wish.js";

/** How many rows of history are asked for when someone scrolls past the top. */
export const HISTORY_ROWS = 2_000;

export function wholeScreen(state: State, agent: string, json: WholeScreenJson): State {
  if (state.preview?.agent !== agent) return state;
  const { columns, cursor, title } = json;
  const screen: Screen = { columns, rows: json.rows.map(rowFromJson), cursor, title };
  return { ...state, preview: { ...state.preview, screen, missing: null } };
}

export function changedRows(state: State, agent: string, json: ChangedRowsJson): State {
  const screen = state.preview?.agent === agent ? state.preview.screen : null;
  if (!screen) return state;
  const rows = [...screen.rows];
  for (const [y, row] of json.rows) if (y >= 0 && y < rows.length) rows[y] = rowFromJson(row);
  const { cursor, title } = json;
  return { ...state, preview: { ...state.preview!, screen: { ...screen, rows, cursor, title } } };
}

/** What of the screen a panel of `height` rows shows. */
export interface Window {
  readonly rows: readonly Row[];
  /** Rows that lie above what is shown, and below it. */
  readonly above: number;
  readonly below: number;
  /** Empty rows of the screen that are left out, so that more of it is in sight. */
  readonly leftOut: number;
  /** Where the agent's cursor stands among these rows, or null. */
  readonly cursor: { readonly x: number; readonly y: number } | null;
}

/**
 * The rows that end with the last one written or the cursor, so that a program that uses only the top of its pane is seen
 * whole; where `covered` rows of its end are shown elsewhere, those above them.
 */
export function windowOf(preview: Preview, height: number, covered = 0): Window {
  const { back, history } = preview;
  if (preview.screen === null) return { rows: [], above: 0, below: 0, leftOut: 0, cursor: null };
  if (back > 0 && Array.isArray(history)) {
    const lines = history as readonly string[];
    const end = Math.max(0, lines.length - covered - back);
    const from = Math.max(0, end - height);
    return {
      rows: lines.slice(from, end).map(plainRow),
      above: from,
      below: lines.length - end,
      leftOut: 0,
      cursor: null,
    };
  }
  const screen = withoutGaps(preview.screen, height + covered);
  const leftOut = preview.screen.rows.length - screen.rows.length;
  const used = usedRows(screen);
  const above = Math.max(0, used - covered - back - height);
  const end = above + height;
  const rows = screen.rows.slice(above, covered > 0 ? Math.min(end, used - covered - back) : end);
  const y = screen.cursor.y - above;
  const seen = screen.cursor.visible && y >= 0 && y < rows.length;
  const below = Math.max(0, used - above - rows.length);
  return { rows, above, below, leftOut, cursor: seen ? { x: screen.cursor.x, y } : null };
}

/** The screen as it is shown in so many rows: without what `keptRows` leaves out. */
function withoutGaps(screen: Screen, height: number): Screen {
  const used = usedRows(screen);
  if (used <= height) return screen;
  const { cursor } = screen;
  const texts = screen.rows.slice(0, used).map(({ text }) => text);
  const kept = keptRows(texts, height, cursor.visible ? cursor.y : null);
  if (kept.length === used) return screen;
  const rows = [...kept.map((y) => screen.rows[y]!), ...screen.rows.slice(used)];
  return { ...screen, rows, cursor: { ...cursor, y: Math.max(0, kept.indexOf(cursor.y)) } };
}

/** History that ends with that screen, without what is left out of the screen: so nothing jumps where scrolling begins. */
function withoutItsGaps(lines: readonly string[], screen: Screen | null, height: number): readonly string[] {
  if (screen === null) return lines;
  const leftOut = screen.rows.length - withoutGaps(screen, height).rows.length;
  const above = Math.max(0, lines.length - usedRows(screen));
  const own = lines.slice(above);
  const kept = keptRows(own, own.length - leftOut, null);
  return [...lines.slice(0, above), ...kept.map((y) => own[y]!)];
}

/** How many rows at the end of the selected agent's screen its dialog's panel shows already, where room is short. */
export function coveredRows(state: State): number {
  const screen = state.preview?.screen;
  const question = selectedAgent(state)?.question;
  if (!screen || !question || state.mode.at === "send") return 0;
  const at = layout(state);
  const used = usedRows(screen);
  const shown = inside(at.preview).height;
  if (at.dock.height === 0 || usedRows(withoutGaps(screen, shown)) <= shown) return 0;
  const { width, height } = inside(at.dock);
  const panel = { width: width - 2, height: height - (state.mode.at === "reply" ? 1 : 0) };
  let top = dialogTop(screen.rows.slice(0, used), question, panel);
  if (top === null) return 0;
  // Nor what is drawn around it and says nothing.
  while (top > 0 && /^[\s\u2500-\u259f]*$/.test(screen.rows[top - 1]!.text)) top--;
  return used - top;
}

/** What tmux writes into the last row of a pane whose program has ended (tmux 3.3a, `remain-on-exit-format`). */
const PANE_IS_DEAD = /^Pane is dead \(/;

function usedRows({ rows, cursor }: Screen): number {
  const blank = (y: number) => rows[y]!.text === "" && rows[y]!.runs.length === 0;
  let used = rows.length;
  while (used > 0 && blank(used - 1)) used--;
  // It is said of the agent anyway, and would leave nothing else in sight.
  if (used === rows.length && used > 1 && PANE_IS_DEAD.test(rows[used - 1]!.text) && blank(used - 2)) {
    used--;
    while (used > 0 && blank(used - 1)) used--;
    return used;
  }
  return Math.max(used, cursor.visible ? cursor.y + 1 : 0);
}

/** The first column shown, of a panel so many columns wide: where someone scrolled to, else so that the cursor is in it. */
export function leftOf({ screen, left, back }: Preview, width: number): number {
  if (screen === null || width <= 0) return 0;
  const most = Math.max(0, screen.columns - width);
  if (left !== null) return Math.min(left, most);
  const { x, visible } = screen.cursor;
  if (!visible || back > 0 || x < width) return 0;
  // In steps of half a panel, so that writing does not move everything with each letter.
  const half = Math.max(1, Math.floor(width / 2));
  return Math.min(most, Math.ceil((x - width + 2) / half) * half);
}

/** A row without its first columns; of a wide character cut in two a blank is left. */
export function rowFrom(row: Row, left: number): Row {
  if (left <= 0) return row;
  const runs: Run[] = [];
  let x = 0;
  for (const run of row.runs) {
    const end = x + run.cells;
    if (x >= left) runs.push(run);
    else if (end > left) {
      const gone = left - x;
      const whole = run.cells === run.unit;
      const chars = whole ? [] : [...run.text].slice(Math.ceil(gone / run.unit));
      const cells = chars.length * run.unit;
      const halves = run.cells - gone - cells;
      if (halves > 0) runs.push({ ...run, text: " ".repeat(halves), cells: halves, unit: 1 });
      if (cells > 0) runs.push({ ...run, text: chars.join(""), cells });
    }
    x = end;
  }
  return {
    text: runs
      .map(({ text }) => text)
      .join("")
      .trimEnd(),
    runs,
  };
}

/** Scrolls the screen sideways by half a panel. */
export function scrollSideways(state: State, by: 1 | -1): State {
  const { preview } = state;
  if (!preview?.screen) return state;
  const { width } = inside(layout(state).preview);
  const most = Math.max(0, preview.screen.columns - width);
  const left = leftOf(preview, width) + by * Math.max(1, Math.floor(width / 2));
  return { ...state, preview: { ...preview, left: Math.max(0, Math.min(most, left)) } };
}

/** The character in a column of a row, and how wide it is; a blank past its end. */
export function characterAt(row: Row, column: number): { text: string; cells: number } {
  let x = 0;
  for (const run of row.runs) {
    for (const text of run.cells === run.unit ? [run.text] : run.text) {
      if (column < x + run.unit) return { text, cells: run.unit };
      x += run.unit;
    }
  }
  return { text: " ", cells: 1 };
}

function plainRow(text: string): Row {
  const cells = [...text].length;
  return { text, runs: cells === 0 ? [] : [{ text, cells, unit: 1, fg: -1, bg: -1, attrs: 0 }] };
}

/**
 * Scrolls up (positive) or down by rows; below 0 over what the dialog's panel shows. Past the top of the live screen the
 * history is fetched, once.
 */
export function scrollPreview(state: State, by: number): Step {
  const { preview } = state;
  if (!preview?.screen) return [state, []];
  const height = inside(layout(state).preview).height;
  const covered = coveredRows(state);
  const rows = Array.isArray(preview.history)
    ? preview.history.length
    : usedRows(withoutGaps(preview.screen, height + covered));
  const back = Math.max(-covered, Math.min(preview.back + by, Math.max(0, rows - covered - height)));
  if (by > 0 && preview.history === null) {
    const wish = { do: "history", agent: preview.agent, rows: HISTORY_ROWS } as const;
    return [{ ...state, preview: { ...preview, back, history: "loading" } }, [wish]];
  }
  // At the bottom again: the live screen, and the history is forgotten, since it has grown old.
  if (back <= 0) return [{ ...state, preview: { ...preview, back, history: null } }, []];
  return [{ ...state, preview: { ...preview, back } }, []];
}

/** Back to the live screen, and to the part with the cursor. */
export function followLive(state: State): State {
  return state.preview === null
    ? state
    : { ...state, preview: { ...state.preview, back: 0, left: null, history: null } };
}

/** The history has come: half a page up, if the wait was for that. */
export function historyCame(state: State, agent: string, rows: readonly string[] | null): State {
  const { preview } = state;
  if (preview?.agent !== agent || preview.history !== "loading") return state;
  if (rows === null) return { ...state, preview: { ...preview, history: null } };
  let last = rows.length;
  while (last > 0 && rows[last - 1]!.trim() === "") last--;
  const height = inside(layout(state).preview).height;
  const covered = coveredRows(state);
  const lines = withoutItsGaps(rows.slice(0, last), preview.screen, height + covered);
  const most = Math.max(0, lines.length - covered - height);
  const back = Math.min(Math.max(preview.back, Math.ceil(height / 2)), most);
  return { ...state, preview: { ...preview, back, history: back === 0 ? null : lines } };
}
