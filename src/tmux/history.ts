/** A pane's history, fetched from tmux when somebody asks: it is kept there and not here. */
import { Fault } from "#core/fault.js";
import type { PaneId } from "#core/model.js";
import { ask, type Command, captureRows } from "#core/protocol/commands.js";

/** A capture stalls the whole server while it is made: 5000 plain rows take 4 to 6 ms. */
const PIECE_ROWS = 500;
/** The program writes on while we read; then we begin again, but not for ever. */
const TRIES = 5;

/** The last `rows` rows of history, then the screen. Throws NOT_FOUND where there is no such pane. */
export async function readHistory(
  request: (command: Command) => Promise<Buffer[]>,
  pane: PaneId,
  rows: number,
): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    const text = await attempt(request, pane, rows, tries >= TRIES);
    if (text !== null) return text;
  }
}

/** Null where history grew or was trimmed between two pieces; `lenient` takes it as it comes. */
async function attempt(
  request: (command: Command) => Promise<Buffer[]>,
  pane: PaneId,
  rows: number,
  lenient: boolean,
): Promise<string[] | null> {
  const [facts] = await request(ask(pane, "pane_id", "history_size", "pane_height"));
  const [id, size, height] = facts!.toString("utf8").trim().split(" ");
  if (id !== pane) throw new Fault("NOT_FOUND", `There is no pane ${pane}.`);
  const history = Number(size);
  const text: string[] = [];
  for (let from = -Math.min(rows, history); from < Number(height); from += PIECE_ROWS) {
    const to = Math.min(from + PIECE_ROWS, Number(height)) - 1;
    const [now, piece] = await request(captureRows(pane, from, to));
    if (!lenient && Number(now!.toString("utf8").split(" ")[0]) !== history) return null;
    const lines = piece!.toString("utf8").split("\n").slice(0, -1);
    // tmux leaves blank rows at the end of the screen out of nothing, but a program may make the pane smaller meanwhile.
    for (const line of lines) text.push(line);
  }
  return text;
}
