/**
 * Lines as they come, out of one picture of a screen after the other: what each shows more than those before it. The
 * last row that is not blank is held back until another follows, since it may still grow.
 */

/** Rows that are remembered to find the place again: more than a screen has. */
const KEPT_ROWS = 600;
/** Stands for rows that came and went between two pictures. */
export const UNSEEN = "[…]";

/** One reader of one pane; keeps what it needs to find its place again. */
export class ReadingAlong {
  #said: string[] = [];

  /** Rows of this picture that are new. `last`: nothing follows any more, so nothing is held back. */
  next(rows: readonly string[], last: boolean): string[] {
    const ready = rows.slice(0, readyEnd(rows, last));
    const known = overlap(this.#said, ready) || afterAnchor(this.#said, ready);
    if (known === 0 && ready.length > 0 && this.#said.length > 0) {
      if (ready.every((row) => row === "")) return [];
      this.#keep([UNSEEN, ...ready]);
      return [UNSEEN, ...ready];
    }
    const news = ready.slice(known);
    this.#keep(news);
    return news;
  }

  #keep(rows: readonly string[]): void {
    this.#said.push(...rows);
    if (this.#said.length > KEPT_ROWS) this.#said.splice(0, this.#said.length - KEPT_ROWS);
  }
}

/** Blank rows at the end are no news until something follows them: a screen that is being drawn has them anywhere. */
function readyEnd(rows: readonly string[], last: boolean): number {
  const end = inkedEnd(rows, rows.length);
  return last ? end : inkedEnd(rows, Math.max(0, end - 1));
}

function inkedEnd(rows: readonly string[], from: number): number {
  let end = from;
  while (end > 0 && rows[end - 1] === "") end--;
  return end;
}

/** How many rows at the start of `rows` are the end of `said`: as many as can be. */
function overlap(said: readonly string[], rows: readonly string[]): number {
  for (let count = Math.min(said.length, rows.length); count > 0; count--) {
    const from = said.length - count;
    let same = true;
    for (let n = 0; same && n < count; n++) same = said[from + n] === rows[n];
    if (same) return count;
  }
  return 0;
}

/**
 * Where a row above has changed in its place (a tool that ended, a screen that shows less than before): how many rows
 * there are up to the lowest one that is known. 0 where none is.
 */
function afterAnchor(said: readonly string[], rows: readonly string[]): number {
  for (let count = rows.length; count > 0; count--) {
    const row = rows[count - 1]!;
    if (row.trim().length > 2 && said.includes(row)) return count;
  }
  return 0;
}
