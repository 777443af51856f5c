/**
 * Joins the parts of the driver: the terminal, the decoder of its input, blessed's boxes and cells, and the draw. Frames
 * are painted on demand only: nothing here runs while nothing is stale.
 */
import { width } from "../../kit/width.js";
import { type Cell, CellCanvas } from "./cell-canvas.js";
import { colourDepth } from "./colours.js";
import { InputDecoder, type Waiting } from "./decode-input.js";
import { drawChanges, forgetShown } from "./draw.js";
import type { Canvas, Driver, DriverEvents, DriverOptions, Panel, Rect } from "./driver.js";
import { type Box, openSurface } from "./library.js";
import type { InputEvent } from "./read-csi.js";
import { StyleTable } from "./styles.js";
import { Terminal } from "./terminal.js";

const BEGIN_FRAME = "\x1b[?2026h";
const END_FRAME = "\x1b[?2026l";

/** Takes the terminal and returns the driver; throws only where the library cannot be loaded. */
export function openDriver(options: DriverOptions, events: DriverEvents): Driver {
  return new BlessedDriver(options, events);
}

interface Layer extends Rect {
  readonly box: Box;
  readonly paint: (canvas: Canvas) => void;
  stale: boolean;
  cursor: { x: number; y: number } | null;
}

class BlessedDriver implements Driver {
  private readonly surface;
  private readonly styles: StyleTable;
  private readonly terminal: Terminal;
  private readonly decoder = new InputDecoder();
  private readonly escapeWaitMs: number;
  private readonly frameMs: number;
  private readonly layers: Layer[] = [];
  /** Rectangles that a panel left; what lies below must be painted again. */
  private left: Rect[] = [];
  private resized = false;
  private wanted = false;
  private repaint = true;
  private dispatching = false;
  private urgent = false;
  private lastFrameAt = Number.NEGATIVE_INFINITY;
  private frameTimer: NodeJS.Timeout | null = null;
  private inputTimer: NodeJS.Timeout | null = null;
  private shownCursor: { x: number; y: number } | null = null;

  constructor(
    options: DriverOptions,
    private readonly events: DriverEvents,
  ) {
    this.frameMs = 1_000 / (options.framesPerSecond ?? (options.env.SSH_CONNECTION ? 10 : 30));
    this.escapeWaitMs = options.env.TMUX ? 10 : 40; // tmux sends its keys whole, a network need not
    this.styles = new StyleTable(colourDepth(options.env));
    this.terminal = new Terminal(options.input, options.output, {
      bytes: (chunk) => this.received(chunk),
      resize: () => this.resize(),
      drain: () => this.wanted && this.schedule(),
      regained: () => this.regained(),
      end: (why) => {
        this.stopTimers();
        return this.events.end(why);
      },
    });
    const { columns, rows } = this.terminal.size();
    this.surface = openSurface(options.library, columns, rows);
    this.surface.screen.draw = () => this.draw();
    this.terminal.take();
  }

  size(): { readonly columns: number; readonly rows: number } {
    return this.terminal.size();
  }

  width(text: string): number {
    return width(text);
  }

  panel(_name: string, paint: (canvas: Canvas) => void): Panel {
    const box = this.surface.box();
    const layer: Layer = { box, paint, stale: true, cursor: null, left: 0, top: 0, width: 0, height: 0 };
    box.render = () => this.paintLayer(layer);
    this.layers.push(layer);
    return {
      place: (rect) => this.place(layer, rect),
      stale: () => {
        layer.stale = true;
      },
      remove: () => {
        this.place(layer, { left: 0, top: 0, width: 0, height: 0 });
        const at = this.layers.indexOf(layer);
        if (at < 0) return;
        this.layers.splice(at, 1);
        box.detach();
      },
    };
  }

  render(now = false): void {
    this.wanted = true;
    if (!now) this.schedule();
    else if (this.dispatching) this.urgent = true;
    else this.frame();
  }

  suspend(): void {
    this.stopTimers();
    this.terminal.giveBack();
  }

  resume(): void {
    if (this.terminal.held) return;
    this.terminal.take();
    this.regained();
  }

  close(): void {
    this.stopTimers();
    this.terminal.close();
    this.surface.screen.destroy();
  }

  private place(layer: Layer, rect: Rect): void {
    const { left, top, width, height } = layer;
    if (left === rect.left && top === rect.top && width === rect.width && height === rect.height) return;
    if (width > 0 && height > 0) this.left.push({ left, top, width, height });
    Object.assign(layer, { left: rect.left, top: rect.top, width: rect.width, height: rect.height, stale: true });
    layer.box.position = { left: rect.left, top: rect.top, width: rect.width, height: rect.height };
    layer.box.hidden = isEmpty(rect);
    layer.cursor = null;
  }

  private received(chunk: Buffer): void {
    if (this.inputTimer) clearTimeout(this.inputTimer);
    this.inputTimer = null;
    this.dispatch(this.decoder.push(chunk));
    const waiting = this.decoder.waiting;
    if (waiting === null) return;
    this.inputTimer = setTimeout(() => {
      this.inputTimer = null;
      this.dispatch(this.decoder.flush());
    }, this.waitMs(waiting));
  }

  private waitMs(waiting: NonNullable<Waiting>): number {
    if (waiting === "escape") return this.escapeWaitMs;
    // A paste whose end is late must not run as keys; one whose end is lost must not take the keyboard for good.
    return waiting === "paste" ? 10_000 : Math.max(100, this.escapeWaitMs);
  }

  /** Hands events on; a frame that any of them asked for at once comes after the last of them. */
  private dispatch(inputs: readonly InputEvent[]): void {
    this.dispatching = true;
    this.urgent = false;
    try {
      for (const input of inputs) {
        if (!this.terminal.held) break; // a key gave the terminal away; what follows belongs to nobody
        if (input.kind === "key") this.events.key(input.key);
        else if (input.kind === "mouse") this.events.mouse(input.mouse);
        else if (input.kind === "paste") this.events.paste(input.text);
      }
    } finally {
      this.dispatching = false;
    }
    if (this.urgent) this.frame();
  }

  private resize(): void {
    this.resized = true;
    this.wanted = true;
    this.events.resize(this.terminal.size());
    this.schedule();
  }

  private regained(): void {
    this.resized = true;
    this.events.resize(this.terminal.size());
    this.wanted = true;
    this.frame();
  }

  private schedule(): void {
    if (this.frameTimer || !this.terminal.held) return;
    const inMs = Math.max(0, this.lastFrameAt + this.frameMs - performance.now());
    this.frameTimer = setTimeout(() => {
      this.frameTimer = null;
      this.frame();
    }, inMs);
  }

  private stopTimers(): void {
    if (this.frameTimer) clearTimeout(this.frameTimer);
    if (this.inputTimer) clearTimeout(this.inputTimer);
    this.frameTimer = null;
    this.inputTimer = null;
  }

  /** Paints and writes one frame, unless nothing is stale, the terminal is not ours, or it has not taken the last one. */
  private frame(): void {
    if (!this.wanted || !this.terminal.held || this.terminal.full) return;
    this.wanted = false;
    if (this.resized) {
      this.resized = false;
      const { columns, rows } = this.terminal.size();
      this.surface.resize(columns, rows);
      this.repaint = true;
    }
    if (this.repaint) for (const layer of this.layers) layer.stale = true;
    if (!this.repaint && this.left.length === 0 && !this.layers.some((layer) => layer.stale)) return;
    this.lastFrameAt = performance.now();
    this.clearLeft();
    this.surface.screen.render();
  }

  /** Blanks what panels left, and makes stale what lies there and whatever lies above something stale. */
  private clearLeft(): void {
    const changed = this.left;
    this.left = [];
    for (const rect of changed) new CellCanvas(this.surface.screen.lines, rect, this.styles);
    for (const layer of this.layers) {
      if (!layer.stale && changed.some((rect) => overlap(rect, layer))) layer.stale = true;
      if (layer.stale) changed.push(layer);
    }
  }

  private paintLayer(layer: Layer): void {
    if (!layer.stale) return;
    layer.stale = false;
    layer.cursor = null;
    if (isEmpty(layer)) return;
    const coords = layer.box._getCoords(true);
    if (!coords) return;
    const rect = { left: coords.xi, top: coords.yi, width: coords.xl - coords.xi, height: coords.yl - coords.yi };
    const canvas = new CellCanvas(this.surface.screen.lines, rect, this.styles);
    layer.paint(canvas);
    layer.cursor = canvas.cursorAt;
  }

  /** Stands in for blessed's draw; called by `screen.render` after all boxes have painted. */
  private draw(): void {
    const { lines, olines } = this.surface.screen;
    let begin = "";
    if (this.repaint) {
      this.repaint = false;
      this.shownCursor = null;
      forgetShown(lines, olines);
      begin = "\x1b[m\x1b[H\x1b[2J";
    }
    const changes = begin + drawChanges(lines, olines, this.styles);
    if (this.styles.crowded) this.styles.sweep([lines, olines] as unknown as readonly Cell[][][]);
    const before = this.shownCursor;
    const cursor = this.layers.findLast((layer) => layer.cursor !== null)?.cursor ?? null;
    this.shownCursor = cursor;
    const moved = before?.x !== cursor?.x || before?.y !== cursor?.y;
    if (changes === "" && !moved) return;
    const hide = before && (changes !== "" || !cursor) ? "\x1b[?25l" : "";
    const show = cursor ? `\x1b[${cursor.y + 1};${cursor.x + 1}H${hide || !before ? "\x1b[?25h" : ""}` : "";
    this.terminal.write(BEGIN_FRAME + hide + changes + show + END_FRAME);
  }
}

function isEmpty(rect: Rect): boolean {
  return rect.width <= 0 || rect.height <= 0;
}

function overlap(a: Rect, b: Rect): boolean {
  return (
    !isEmpty(a) &&
    !isEmpty(b) &&
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}
