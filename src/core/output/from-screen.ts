/**
 * The output as screen and history tell it. Rows are fetched by who calls, a few at first: `screenOutput` says what they
 * give, or that more are needed. What decides between `none` and `partial` is whether anything above the rows was lost.
 */
import type { Row, Still } from "../screen/still.js";
import { extractLast, type Found, type TranscriptShape, transcriptRows } from "./extract.js";
import { complete, none, type Output, partial, SCROLLED_UP, WRITTEN_OVER } from "./output.js";

/** How many rows of history are fetched, one after the other, until the turn's beginning is among them (SPEC §5). */
export const FETCH_STEPS: readonly number[] = [200, 500, 1_000, 5_000, Number.POSITIVE_INFINITY];
/** tmux drops a tenth of the history when it is full: from here on, rows may have been lost. */
const FULL = 0.9;

/** What is above the screen. */
export interface Past {
  /** Rows of history that were fetched, oldest first; they end right above the screen. */
  readonly rows: readonly Row[];
  /** How many there are, and how many may be kept at most. */
  readonly size: number;
  readonly limit: number;
  /** The history's size when the turn began, where that was seen. */
  readonly sizeAtStart: number | null;
}

/** Which response is wanted. */
export interface Asked {
  /** The turn whose response is wanted; 0 where none is known to have begun. */
  readonly turn: number;
  /** A later turn is under way. */
  readonly underWay: boolean;
}

/** Null where rows of history that were not fetched may hold the beginning. */
export function screenOutput(shape: TranscriptShape, still: Still, past: Past, asked: Asked): Output | null {
  const { turn, underWay } = asked;
  // What is shown may be an older turn's.
  if (turn > 0 && shape.isScrolledUp?.(still)) return partial("", "screen", turn, SCROLLED_UP);
  const shown = transcriptRows(shape, still);
  const columns = shape.width?.(still) ?? still.columns;
  const above = shape.inked?.(past.rows, still) ?? past.rows;
  const rows = above.length === 0 ? shown : above.concat(shown);
  const found = extractLast(shape, rows, columns, underWay ? "before" : "last");
  if (found.found === "answer") return complete(found.text, "screen", turn);
  if (found.found === "torn") return partial(found.text, "screen", turn, WRITTEN_OVER);
  if (found.found === "no-answer") return none(found.why, "screen", turn);
  if (!still.alternate && past.rows.length < past.size) return null;
  // Before the first turn there is nothing to be lost; a line that ends a turn says that there was one.
  const hadTurn = turn > 0 || found.ended;
  if (!hadTurn) return none(underWay ? "its first turn is under way" : "it had no turn yet", "screen", turn);
  return isLost(still, past) ? lost(found, turn) : none("its screen shows no answer", "screen", turn);
}

/** Whether the beginning of the turn may be among rows that are no longer kept. */
function isLost(still: Still, past: Past): boolean {
  // The alternate screen keeps nothing of what left it.
  if (still.alternate) return true;
  const nearlyFull = past.limit > 0 && past.size >= past.limit * FULL;
  // Where the turn's first row was seen and the history has not been full since, nothing of the turn can be missing.
  if (past.sizeAtStart !== null && !nearlyFull && past.size >= past.sizeAtStart) return false;
  return nearlyFull;
}

function lost(found: Found & { found: "no-beginning" }, turn: number): Output {
  return partial(found.text, "screen", turn);
}
