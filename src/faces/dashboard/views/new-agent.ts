/** The form that starts an agent. */
import { ATTR } from "#core/screen/still.js";
import type { Canvas } from "../driver/driver.js";
import type { LineEditor } from "../driver/line-editor.js";
import type { NewField, NewForm } from "../state/mode.js";
import type { State } from "../state/state.js";
import { untilde } from "../state/tilde.js";
import { editorLine, editorRows } from "./editor.js";
import { BAD, BLUE_FRAME, BOLD, DIM, fit, type Look, rowsOf, sign } from "./look.js";

/** Rows of the form inside its frame, counted from 0: with air between them, or where there is no room for that, without. */
const AIRY: Record<NewField, number> = { provider: 0, label: 2, session: 3, folder: 4, prompt: 6 };
const TIGHT: Record<NewField, number> = { provider: 0, label: 1, session: 2, folder: 3, prompt: 4 };

/** `height` is the form's, its frame included. */
const rowsFor = (height: number) => (height < 14 ? TIGHT : AIRY);

/** Which field a row of the form belongs to. */
export function newFieldAt(height: number, row: number): NewField | null {
  const rows = rowsFor(height);
  if (row >= rows.prompt) return "prompt";
  return (Object.keys(rows) as NewField[]).find((field) => rows[field] === row) ?? null;
}

const COLUMN = 11;

export function paintNewAgent(canvas: Canvas, state: State, form: NewForm, look: Look): void {
  canvas.frame(BLUE_FRAME, form.busy ? "starting" : "new agent", { attrs: ATTR.bold });
  const width = canvas.width - 4 - COLUMN;
  const rowOf = (field: NewField) => 1 + rowsFor(canvas.height)[field];
  for (const field of Object.keys(AIRY) as NewField[]) {
    canvas.put(2, rowOf(field), field, form.field === field ? BOLD : DIM);
  }
  paintProviders(canvas, state, form, look, rowOf("provider"), width);
  const problem = form.problem === null ? [] : rowsOf(look, form.problem, canvas.width - 4, 2);
  const promptRows = Math.max(1, canvas.height - 1 - rowOf("prompt") - problem.length);
  for (const field of ["label", "session", "folder", "prompt"] as const) {
    const seen = field === "prompt" ? editorRows(form.prompt, width, promptRows) : lineOf(form[field], width);
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

function lineOf(editor: LineEditor, columns: number) {
  const { row, cursor } = editorLine(editor, columns);
  return { rows: [row], cursor: { x: cursor, y: 0 } };
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
  // As many as fit, the chosen one among them; signs say that there are others.
  let first = 0;
  let last = names.length;
  const takes = () => names.slice(first, last).reduce((sum, name) => sum + look.width(name) + 2, -2) + 4;
  if (takes() - 4 > width) {
    while (last - 1 > form.provider && takes() > width) last--;
    while (first < form.provider && takes() > width) first++;
  }
  let x = 2 + COLUMN;
  if (first > 0) x = 1 + canvas.put(x, y, sign(look, "less"), DIM);
  providers.slice(first, last).forEach((provider, index) => {
    const style =
      first + index === form.provider
        ? { attrs: focused ? ATTR.inverse : ATTR.bold | ATTR.underline }
        : provider.installed
          ? {}
          : DIM;
    x = 2 + canvas.put(x, y, provider.name, style);
  });
  if (last < names.length) canvas.put(x - 1, y, sign(look, "more"), DIM);
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
