/** The form that starts an agent. */
import { ATTR } from "#core/screen/still.js";
import { wrap } from "../../kit/wrap.js";
import type { Canvas } from "../driver/driver.js";
import type { NewField, NewForm } from "../state/mode.js";
import type { State } from "../state/state.js";
import { untilde } from "../state/tilde.js";
import { editorRows } from "./editor.js";
import { BAD, BLUE_FRAME, BOLD, DIM, fit, KEY, type Look } from "./look.js";

/** Rows of the form inside its frame, counted from 0. */
const ROWS: Record<NewField, number> = { provider: 0, label: 2, session: 3, folder: 4, prompt: 6 };

/** Which field a row of the form belongs to. */
export function newFieldAt(_form: NewForm, row: number): NewField | null {
  if (row >= ROWS.prompt) return "prompt";
  const found = (Object.keys(ROWS) as NewField[]).find((field) => ROWS[field] === row);
  return found ?? null;
}

const COLUMN = 11;

export function paintNewAgent(canvas: Canvas, state: State, form: NewForm, look: Look): void {
  canvas.frame(BLUE_FRAME, form.busy ? "starting" : "new agent", { attrs: ATTR.bold });
  const width = canvas.width - 4 - COLUMN;
  const tight = canvas.height < 14;
  const rowOf = (field: NewField) =>
    1 + (tight ? ["provider", "label", "session", "folder", "prompt"].indexOf(field) : ROWS[field]);
  for (const field of Object.keys(ROWS) as NewField[]) {
    canvas.put(2, rowOf(field), field, form.field === field ? BOLD : DIM);
  }
  paintProviders(canvas, state, form, look, rowOf("provider"), width);
  const problem = form.problem === null ? [] : wrap(form.problem, canvas.width - 4).slice(0, 2);
  const promptRows = Math.max(1, canvas.height - 1 - rowOf("prompt") - problem.length);
  for (const field of ["label", "session", "folder", "prompt"] as const) {
    const rows = field === "prompt" ? promptRows : 1;
    const seen = editorRows(form[field], width, rows);
    if (form[field].text === "")
      canvas.put(2 + COLUMN, rowOf(field), fit(look, placeholder(state, form, field), width), DIM);
    seen.rows.forEach((row, y) => {
      canvas.put(2 + COLUMN, rowOf(field) + y, row, {}, width);
    });
    if (form.field === field && !form.busy) canvas.cursor(2 + COLUMN + seen.cursor.x, rowOf(field) + seen.cursor.y);
  }
  problem.forEach((row, y) => {
    canvas.put(2, canvas.height - 1 - problem.length + y, row, BAD, canvas.width - 4);
  });
}

function paintProviders(canvas: Canvas, state: State, form: NewForm, look: Look, y: number, width: number): void {
  const { providers } = state;
  if (providers === null) {
    canvas.put(2 + COLUMN, y, look.unicode ? "asking…" : "asking...", DIM);
    return;
  }
  const focused = form.field === "provider";
  const chosen = providers[form.provider];
  const names = providers.map((provider) => provider.name);
  const all = names.reduce((sum, name) => sum + name.length + 2, 0);
  if (all > width) {
    // Too many for the row: the chosen one, and that there are others.
    const text = `< ${chosen?.name ?? ""} >  ${form.provider + 1} of ${providers.length}`;
    canvas.put(2 + COLUMN, y, fit(look, text, width), focused ? KEY : {});
  } else {
    let x = 2 + COLUMN;
    providers.forEach((provider, index) => {
      const mark = index === form.provider;
      const style = mark
        ? { attrs: focused ? ATTR.inverse : ATTR.bold | ATTR.underline }
        : provider.installed
          ? {}
          : DIM;
      x = 2 + canvas.put(x, y, provider.name, style);
    });
  }
  if (chosen && !chosen.installed && canvas.height >= 14) {
    canvas.put(2 + COLUMN, y + 1, fit(look, `${chosen.title} is not installed here`, width), BAD);
  }
}

function placeholder(state: State, form: NewForm, field: NewField): string {
  if (field === "label") return "made up from the provider's name";
  if (field === "prompt") return "its first prompt; may be left empty";
  if (field === "folder") return state.folder;
  const folder = untilde(state, form.folder.text) || state.folder;
  return folder.replace(/\/+$/, "").split("/").pop() || "main";
}
