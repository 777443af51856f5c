/**
 * The seam between the dashboard and the terminal. Behind it stands blessed or neo-blessed (widget tree, layout, cell
 * buffer) with our own input decoder, capability table and draw; in front of it only panels, canvases and keys.
 */

import type { Colour, Row } from "#core/screen/still.js";
import type { DriverName } from "#host/driver-name.js";

export interface Style {
  readonly fg?: Colour;
  readonly bg?: Colour;
  /** A sum of ATTR. */
  readonly attrs?: number;
}

/** A rectangle of cells to paint, blank at first. Everything is clipped to it; widths are the terminal's. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /**
   * Writes `text` from column x of row y, at most `limit` columns of it (default: to the edge), without an ellipsis (see
   * `cut` in faces/kit/width.ts). Returns the column after it. Controls in the text are made harmless.
   */
  put(x: number, y: number, text: string, style?: Style, limit?: number): number;
  /** Paints a row of a still from column x of row y; cells past the edge are cut, a halved wide cell becomes a blank. */
  row(x: number, y: number, row: Row): void;
  fill(x: number, y: number, width: number, height: number, style: Style): void;
  /** A frame of box-drawing lines around the whole canvas, with a title in its upper edge. */
  frame(style: Style, title?: string, titleStyle?: Style): void;
  /** Where the terminal's own cursor shall stand (a line editor); the last call of a frame wins. */
  cursor(x: number, y: number): void;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Panel {
  /** A rectangle of zero width or height hides it. Panels made later lie above earlier ones. */
  place(rect: Rect): void;
  /** Says that `paint` must run again at the next frame. Panels that are not stale keep their cells. */
  stale(): void;
  remove(): void;
}

/** `name`: a printable character as it was typed, or `enter escape tab backtab backspace delete up down left right home end
 * pageup pagedown insert f1..f12 space`. `text`: what it types, if anything. */
export interface Key {
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly text: string | null;
}

export interface Mouse {
  readonly action: "press" | "release" | "drag" | "wheel-up" | "wheel-down";
  readonly button: "left" | "middle" | "right" | "none";
  readonly x: number;
  readonly y: number;
}

export interface DriverEvents {
  key(key: Key): void;
  mouse(mouse: Mouse): void;
  /** A bracketed paste, whole, newlines as `\n`; never delivered as keys. */
  paste(text: string): void;
  resize(size: { columns: number; rows: number }): void;
  /**
   * The terminal went away (SIGHUP) or someone asked us to end (SIGTERM, SIGINT, SIGQUIT); the screen is already restored
   * and the driver closed. When this returns the driver ends the process with the status of that signal (143, 130, 131;
   * SIGHUP as itself); if it returns a promise, once that is settled, at the latest after a second.
   */
  end(why: "hangup" | "terminate"): void;
}

export interface Driver {
  size(): { readonly columns: number; readonly rows: number };
  panel(name: string, paint: (canvas: Canvas) => void): Panel;
  /** Paints what is stale and writes the difference, at once (`true`: after a key) or at the next frame of the limiter. */
  render(now?: boolean): void;
  /** Restores the terminal and stops reading it, so that another program may use it. */
  suspend(): void;
  /** Takes the terminal back and paints everything again. */
  resume(): void;
  /** Columns a text takes. */
  width(text: string): number;
  close(): void;
}

export interface DriverOptions {
  readonly library: DriverName;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Frames a second at most, but for those that answer a key; default 30, and 10 over SSH. */
  readonly framesPerSecond?: number;
}
