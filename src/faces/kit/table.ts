/** A table of text: columns as wide as what stands in them, the last one cut to what the terminal has left. */
import type { Ink, Tint } from "./ink.js";
import { cut, width } from "./width.js";

export interface Cell {
  readonly text: string;
  readonly tint?: Tint;
}

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Longer texts are cut to this. */
  readonly limit?: number;
}

/** Two blanks between columns, none at the end of a line. `columns` null: nothing has to fit. */
export function table(
  heads: readonly Column[],
  rows: readonly (readonly Cell[])[],
  ink: Ink,
  columns: number | null,
): string[] {
  const texts = rows.map((row) => row.map((cell, i) => cut(cell.text, heads[i]?.limit ?? Number.MAX_SAFE_INTEGER)));
  const widths = heads.map((head, i) => Math.max(width(head.title), ...texts.map((row) => width(row[i] ?? ""))));
  const starts = widths.map((_, x) => widths.slice(0, x).reduce((sum, w) => sum + w + 2, 0));
  const title = heads.map((head) => ({ text: head.title, tint: "dim" as const }));
  return [title, ...rows].map((row, y) => {
    const whole = y === 0 ? heads.map((head) => head.title) : texts[y - 1]!;
    const room = starts.map((start) => Math.max(0, (columns ?? Number.MAX_SAFE_INTEGER) - start));
    const shown = whole.map((text, x) => cut(text, room[x]!));
    const last = shown.reduce((at, text, x) => (text.trim() === "" ? at : x), 0);
    const cells = shown.slice(0, last + 1).map((text, x) => {
      const pad = " ".repeat(Math.max(0, Math.min(widths[x]!, room[x]!) - width(text)));
      const painted = ink.paint(row[x]?.tint ?? "plain", text);
      if (heads[x]?.align === "right") return pad + painted;
      return x === last ? painted.trimEnd() : painted + pad;
    });
    return cells.join("  ");
  });
}
