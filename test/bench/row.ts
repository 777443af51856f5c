/** One row of the bench: what was measured beside the budget it is held to. */

export interface Row {
  /** By which `--rows` knows it. */
  readonly name: string;
  readonly what: string;
  readonly budget: string;
  readonly measured: string;
  /** What it is compared with, measured in the same run; empty where the budget is absolute. */
  readonly baseline: string;
  readonly within: boolean;
  /** Everything measured, for bench.json. */
  readonly values: Readonly<Record<string, number>>;
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Whole where it says enough, two figures where it does not. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return "?";
  const magnitude = Math.abs(value);
  if (magnitude >= 10 || Number.isInteger(value)) return String(Math.round(value));
  return value.toFixed(magnitude >= 1 ? 1 : 2);
}

export function table(rows: readonly Row[]): string {
  const cells = [
    ["", "what", "measured", "baseline", "budget"],
    ...rows.map((row) => [row.within ? "ok" : "OVER", row.what, row.measured, row.baseline, row.budget]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
