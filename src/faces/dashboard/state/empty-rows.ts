/**
 * Which rows of a screen that does not fit are shown. Some programs draw at the top and at the bottom of their tab and
 * leave what lies between empty (Claude Code 2.1, Gemini CLI 0.61): of a gap one row is as good as all of them, and the
 * answer above it is in sight.
 */

/** A shorter gap is how a program sets its paragraphs. */
const LEAST_GAP = 4;

/**
 * The rows that are kept, so that as many as possible are within `height`: of the longest gap first, no more than it
 * takes. `texts` are the rows' texts, `busy` a row that counts as written (the cursor's) or null.
 */
export function keptRows(texts: readonly string[], height: number, busy: number | null): number[] {
  const kept = texts.map((_, y) => y);
  for (;;) {
    const over = kept.length - height;
    if (over <= 0) return kept;
    const gap = longestGap(kept.map((y) => y !== busy && texts[y]!.trim() === ""));
    if (gap.rows < LEAST_GAP) return kept;
    kept.splice(gap.at, Math.min(over, gap.rows - 1));
  }
}

function longestGap(empty: readonly boolean[]): { at: number; rows: number } {
  let longest = { at: 0, rows: 0 };
  let rows = 0;
  for (const [y, isEmpty] of empty.entries()) {
    rows = isEmpty ? rows + 1 : 0;
    if (rows > longest.rows) longest = { at: y + 1 - rows, rows };
  }
  return longest;
}
