/** The word of `words` that was probably meant by `typed`, or null where none is near: for "did you mean". */
export function nearest(typed: string, words: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(typed.length / 3));
  let best: { word: string; away: number } | null = null;
  for (const word of words) {
    const away = distance(typed.toLowerCase(), word.toLowerCase());
    const near = away <= limit || (typed.length >= 3 && word.startsWith(typed));
    if (near && (best === null || away < best.away)) best = { word, away };
  }
  return best?.word ?? null;
}

/** How many characters must be put in, left out, changed, or swapped with their neighbour (optimal string alignment). */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
