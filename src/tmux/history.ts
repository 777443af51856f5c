/** A pane's history, fetched from tmux when somebody asks: it is kept there and not here. */
import { Fault } from "#core/fault.js";
import type { PaneId } from "#core/model.js";
import { ask, type Command, captureRows, captureStyledRows } from "#core/protocol/commands.js";
import type { Row } from "#core/screen/still.js";
import { capturedRows, unstyledRows } from "#host/captured-rows.js";
import type { HistoryExtent } from "./multiplexer.js";

/**
 * A capture stalls the whole server while it is made: 5000 plain rows take 4 to 6 ms, with their styles up to twice that.
 * On a busy machine each piece also waits for its turn on a processor, twice: few pieces are read sooner than many.
 */
const PIECE_ROWS = 2_000;
const STYLED_PIECE_ROWS = 500;
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

/** Throws NOT_FOUND where there is no such pane. */
export async function historyExtent(
  request: (command: Command) => Promise<Buffer[]>,
  pane: PaneId,
): Promise<HistoryExtent> {
  const [facts] = await request(ask(pane, "pane_id", "history_size", "history_limit"));
  const [id, size, limit] = facts!.toString("utf8").trim().split(" ");
  if (id !== pane) throw new Fault("NOT_FOUND", `There is no pane ${pane}.`);
  return { size: Number(size), limit: Number(limit) };
}

/** See Multiplexer. A history that moves between two pieces is read again from the start, but not for ever. */
export async function pastRows(
  request: (command: Command) => Promise<Buffer[]>,
  pane: PaneId,
  above: number,
  count: number,
  needsStyle: (text: string, above: string) => boolean,
): Promise<{ rows: Row[]; size: number }> {
  for (let tries = 1; ; tries++) {
    const rows: Row[] = [];
    const seen = { size: null as number | null, moved: false };
    const take = async (command: Command): Promise<string> => {
      const [told, text] = await request(command).catch((error: unknown) => {
        if (!(error instanceof Fault) || error.code !== "TMUX_REFUSED") throw error;
        throw new Fault("NOT_FOUND", `There is no pane ${pane}.`, { cause: error });
      });
      const size = Number.parseInt(told!.toString("utf8"), 10);
      seen.size ??= size;
      seen.moved ||= size !== seen.size;
      return text!.toString("utf8");
    };
    const plain = (from: number): Promise<string> | null => {
      if (from >= -above) return null;
      const text = take(captureRows(pane, from, Math.min(from + PIECE_ROWS, -above) - 1));
      // Nobody may be left to wait for it: where the history moved, all of it is read again.
      text.catch(() => {});
      return text;
    };
    let last = "";
    let coming = plain(-(above + count));
    for (let from = -(above + count); coming !== null; from += PIECE_ROWS) {
      const text = await coming;
      const to = Math.min(from + PIECE_ROWS, -above) - 1;
      // tmux makes the next one while this one is read.
      coming = plain(from + PIECE_ROWS);
      const piece = unstyledRows(text);
      // tmux takes what lies above the oldest row for the oldest row.
      if (-to > (seen.size ?? 0)) continue;
      const first = Math.max(from, -(seen.size ?? 0));
      const styled = styledRange(piece, last, needsStyle);
      for (let y = styled?.from ?? 0; styled !== null && y <= styled.to; y += STYLED_PIECE_ROWS) {
        const end = Math.min(y + STYLED_PIECE_ROWS - 1, styled.to);
        const rows = capturedRows(await take(captureStyledRows(pane, first + y, first + end)));
        piece.splice(y, end - y + 1, ...rows);
      }
      if (seen.moved && tries < TRIES) break;
      for (const row of piece) rows.push(row);
      last = piece.at(-1)?.text ?? "";
    }
    if (!seen.moved || tries >= TRIES) return { rows, size: seen.size ?? 0 };
  }
}

/** From the first row that needs its style to the last; null where none does. */
function styledRange(
  rows: readonly Row[],
  above: string,
  needsStyle: (text: string, above: string) => boolean,
): { from: number; to: number } | null {
  const needs = (row: Row, y: number): boolean => needsStyle(row.text, y === 0 ? above : rows[y - 1]!.text);
  const from = rows.findIndex(needs);
  return from < 0 ? null : { from, to: rows.findLastIndex(needs) };
}
