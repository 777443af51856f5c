/** A screen in memory, so that views can be compared as text. Styles are kept beside the cells for who asks. */
import type { Row } from "#core/screen/still.js";
import type { Canvas, Rect, Style } from "#faces/dashboard/driver/driver.js";
import { layout } from "#faces/dashboard/state/layout.js";
import type { State } from "#faces/dashboard/state/state.js";
import type { Look } from "#faces/dashboard/views/look.js";
import { asciiFrames, panels } from "#faces/dashboard/views/panels.js";
import { graphemes, graphemeWidth, width } from "#faces/kit/width.js";

export const unicodeLook: Look = { unicode: true, width };
export const asciiLook: Look = { unicode: false, width };

export class MemoryScreen {
  readonly cells: string[][];
  readonly styles: (Style | undefined)[][];
  cursor: { x: number; y: number } | null = null;
  /** Writes that fell outside their canvas sideways or below; a view that is careful makes none. */
  outside = 0;

  constructor(columns: number, rows: number) {
    this.cells = Array.from({ length: rows }, () => Array<string>(columns).fill(" "));
    this.styles = Array.from({ length: rows }, () => Array<Style | undefined>(columns).fill(undefined));
  }

  canvas(rect: Rect): Canvas {
    const set = (x: number, y: number, text: string, style?: Style) => {
      if (x < 0 || y < 0 || x >= rect.width || y >= rect.height) {
        this.outside++;
        return;
      }
      const row = this.cells[rect.top + y];
      if (!row || rect.left + x >= row.length) return;
      row[rect.left + x] = text;
      this.styles[rect.top + y]![rect.left + x] = style;
    };
    const canvas: Canvas = {
      width: rect.width,
      height: rect.height,
      put: (x, y, text, style, limit) => {
        const end = Math.min(rect.width, limit === undefined ? rect.width : x + limit);
        for (const grapheme of graphemes(text)) {
          const wide = graphemeWidth(grapheme);
          if (x + wide > end) break;
          set(x, y, grapheme, style);
          if (wide === 2) set(x + 1, y, "", style);
          x += wide;
        }
        return x;
      },
      row: (x, y, row: Row) => {
        for (const run of row.runs) {
          for (const char of run.cells === run.unit ? [run.text] : run.text) {
            if (x + run.unit > rect.width) return;
            set(x, y, char, run);
            if (run.unit === 2) set(x + 1, y, "", run);
            x += run.unit;
          }
        }
      },
      fill: (x, y, wide, high, style) => {
        for (let dy = 0; dy < high; dy++) for (let dx = 0; dx < wide; dx++) set(x + dx, y + dy, " ", style);
      },
      frame: (style, title = "", titleStyle = style) => {
        const { width: w, height: h } = rect;
        canvas.put(0, 0, `┌${"─".repeat(w - 2)}┐`, style);
        canvas.put(0, h - 1, `└${"─".repeat(w - 2)}┘`, style);
        for (let y = 1; y < h - 1; y++) {
          set(0, y, "│", style);
          set(w - 1, y, "│", style);
        }
        if (title !== "") canvas.put(canvas.put(2, 0, ` ${title}`, titleStyle, w - 4), 0, " ", style);
      },
      cursor: (x, y) => {
        this.cursor = { x: rect.left + x, y: rect.top + y };
      },
    };
    canvas.fill(0, 0, rect.width, rect.height, {});
    return canvas;
  }

  toString(): string {
    return this.cells.map((row) => row.join("").trimEnd()).join("\n");
  }
}

/** Paints the whole dashboard, as the app would. */
export function paint(state: State, look: Look = unicodeLook): MemoryScreen {
  const screen = new MemoryScreen(state.size.columns, state.size.rows);
  const at = layout(state);
  for (const plan of panels) {
    const rect = plan.rect(at);
    if (rect.width <= 0 || rect.height <= 0) continue;
    const canvas = screen.canvas(rect);
    plan.paint(look.unicode ? canvas : asciiFrames(canvas), state, look);
  }
  return screen;
}
