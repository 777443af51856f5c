/** The editor in which a prompt to an agent is written. */
import { ATTR } from "#core/screen/still.js";
import type { Canvas } from "../driver/driver.js";
import type { Mode } from "../state/mode.js";
import type { State } from "../state/state.js";
import { editorRows } from "./editor.js";
import { BAD, BLUE_FRAME, DIM, fit, type Look, rowsOf } from "./look.js";

export function paintSend(canvas: Canvas, state: State, mode: Extract<Mode, { at: "send" }>, look: Look): void {
  const agent = state.agents.get(mode.agent);
  const label = agent?.label ?? "";
  const dots = look.unicode ? "…" : "...";
  const title = mode.busy ? `sending to ${label}${dots}` : `prompt for ${label}`;
  canvas.frame(BLUE_FRAME, fit(look, title, canvas.width - 6), { attrs: ATTR.bold });
  const inner = { width: canvas.width - 4, height: canvas.height - 2 };
  if (inner.height <= 0) return;
  const problem = mode.problem === null ? [] : rowsOf(look, mode.problem, inner.width, Math.max(1, inner.height - 1));
  const rows = Math.max(1, inner.height - problem.length);
  const seen = editorRows(mode.editor, inner.width, rows);
  if (mode.editor.text === "") {
    rowsOf(look, hintFor(state, mode), inner.width, rows).forEach((row, y) => {
      canvas.put(2, y + 1, row, DIM, inner.width);
    });
  }
  if (mode.editor.text !== "")
    seen.rows.forEach((row, y) => {
      canvas.put(2, y + 1, row, mode.busy ? DIM : {}, inner.width);
    });
  problem.forEach((row, y) => {
    canvas.put(2, 1 + rows + y, row, BAD, inner.width);
  });
  if (!mode.busy) canvas.cursor(2 + seen.cursor.x, 1 + seen.cursor.y);
  const lines = mode.editor.text.split("\n").length;
  if (lines > 1) {
    const text = ` ${lines} lines, one prompt `;
    canvas.put(canvas.width - 2 - text.length, canvas.height - 1, text, DIM);
  }
}

/** What keeps it from being typed right now, known before it is written. */
function hintFor(state: State, mode: Extract<Mode, { at: "send" }>): string {
  const agent = state.agents.get(mode.agent);
  if (agent?.state === "blocked") return "it waits for an answer: a prompt is queued until it is ready";
  if (agent?.state === "working") return "it is working: a prompt is queued until its turn ends";
  if (agent?.state === "error")
    return "its turn failed: a prompt is queued until you try again in its tab or restart it";
  return state.history.length > 0 ? "write, or fetch an earlier prompt with the up key" : "write what it should do";
}
