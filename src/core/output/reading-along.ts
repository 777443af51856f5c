/**
 * Lines as they come, out of one picture of a screen after the other: what each shows more than those before it. The
 * last row that is not blank is held back until another follows, since it may still grow.
 */

/** Rows that are remembered to find the place again: more than a screen has. */
const KEPT_ROWS = 600;
/** Stands for rows that came and went between two pictures. */
export const UNSEEN = "[…]";

export class ReadingAlong {
  #said: string[] = [];

  /** Rows of this picture that are new. `last`: nothing follows any more, so nothing is held back. */
  next(rows: readonly string[], last: boolean): string[] {
    const ready = rows.slice(0, readyEnd(rows, last));
    const known = overlap(this.#said, ready);
    if (known === 0 && ready.length > 0 && this.#said.length > 0) {
      // Less is shown than before, as while a screen is drawn anew: nothing of it is news.
      if (ready.every((row) => row === "") || contains(this.#said, ready)) return [];
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

function readyEnd(rows: readonly string[], last: boolean): number {
  let end = rows.length;
  while (end > 0 && rows[end - 1] === "") end--;
  return last ? end : Math.max(0, end - 1);
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

function contains(said: readonly string[], rows: readonly string[]): boolean {
  for (let from = said.length - rows.length; from >= 0; from--) {
    if (rows.every((row, n) => said[from + n] === row)) return true;
  }
  return false;
}
