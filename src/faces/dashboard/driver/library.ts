/**
 * blessed (or neo-blessed) reduced to what is used of it: the widget tree, its layout and the cell buffer. It gets no
 * terminal: its input and output are dummies, its capabilities a fixed table, and the process listeners it installs are
 * taken off again. That removes its terminfo parser (which misreads every modern entry), its key parser (which drops and
 * splits keys) and its `tmux -V` at start.
 */
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import type { DriverName } from "#host/driver-name.js";
import type { Line } from "./cell-canvas.js";

export interface Coords {
  readonly xi: number;
  readonly xl: number;
  readonly yi: number;
  readonly yl: number;
}

export interface Box {
  position: { left: number; top: number; width: number; height: number };
  hidden: boolean;
  render(): void;
  detach(): void;
  _getCoords(get: boolean): Coords | undefined;
}

export interface Screen {
  lines: Line[];
  olines: Line[];
  alloc(): void;
  render(): void;
  draw(): void;
  destroy(): void;
}

interface Program extends EventEmitter {
  cols: number;
  rows: number;
  tput: unknown;
  put: unknown;
  _tputSetup: boolean;
}

interface Library {
  Program: new (options: object) => Program;
  Screen: new (options: object) => Screen;
  Box: new (options: object) => Box;
}

export interface Surface {
  readonly screen: Screen;
  /** A new box, above all earlier ones. */
  box(): Box;
  /** Sets the size and makes both cell buffers anew, blank. */
  resize(columns: number, rows: number): void;
}

const load = createRequire(import.meta.url);

/** Loads the one library that is asked for, at the time it is asked for. */
export function openSurface(name: DriverName, columns: number, rows: number): Surface {
  const library = (name === "blessed" ? load("blessed") : load("neo-blessed")) as Library;
  const output = Object.assign(new EventEmitter(), { columns, rows, isTTY: true, writable: true, write: () => true });
  // `_keypressDecoder` says that keys are decoded already, which keeps blessed's own parser away.
  const input = Object.assign(new EventEmitter(), { _keypressDecoder: true, isTTY: true });
  const { program, screen } = undisturbed(() => {
    const program = new library.Program({ input, output, tput: false, terminal: "xterm-256color" });
    program.tput = CAPABILITIES;
    program.put = new Proxy({}, { get: () => () => true });
    program._tputSetup = true;
    return { program, screen: new library.Screen({ program, fullUnicode: true, warnings: false }) };
  });
  return {
    screen,
    box: () => new library.Box({ parent: screen, screen, hidden: true, left: 0, top: 0, width: 0, height: 0 }),
    resize(columns, rows) {
      output.columns = columns;
      output.rows = rows;
      program.cols = columns;
      program.rows = rows;
      screen.alloc();
    },
  };
}

/** All that blessed asks of its capability table while it only lays out and keeps cells. */
const CAPABILITIES = {
  unicode: true,
  features: { unicode: true },
  numbers: { U8: 1 },
  strings: {},
  bools: {},
};

const WATCHED = ["exit", "uncaughtException", "SIGTERM", "SIGINT", "SIGQUIT"] as const;

/** Runs `build` without $TMUX in sight, and undoes whatever it did to the listeners of the process. */
function undisturbed<T>(build: () => T): T {
  const tmux = process.env.TMUX;
  delete process.env.TMUX;
  const before = new Map(WATCHED.map((event) => [event, process.rawListeners(event)]));
  try {
    return build();
  } finally {
    if (tmux !== undefined) process.env.TMUX = tmux;
    // Put back exactly what was there: blessed also takes the listeners of others off and on again, which makes those
    // that wait for one event only unrecognisable.
    for (const [event, listeners] of before) {
      const now = process.rawListeners(event);
      if (now.length === listeners.length && now.every((listener, at) => listener === listeners[at])) continue;
      process.removeAllListeners(event);
      for (const listener of listeners) process.on(event, listener as () => void);
    }
  }
}
