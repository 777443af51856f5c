/** A driver on a terminal that exists only here: what it writes is kept and shown on an emulator, what it reads is said. */
import { EventEmitter } from "node:events";
import xterm from "@xterm/headless";
import type { Driver, DriverEvents } from "#faces/dashboard/driver/driver.js";
import { openDriver } from "#faces/dashboard/driver/open-driver.js";

export type Library = "neo-blessed" | "blessed";

export class FakeInput extends EventEmitter {
  raw = false;
  flowing = false;
  isTTY = true;
  setRawMode(on: boolean): this {
    this.raw = on;
    return this;
  }
  resume(): this {
    this.flowing = true;
    return this;
  }
  pause(): this {
    this.flowing = false;
    return this;
  }
  say(bytes: string): void {
    this.emit("data", Buffer.from(bytes, "utf8"));
  }
}

export class FakeOutput extends EventEmitter {
  writable = true;
  isTTY = true;
  /** While true, `write` says that it has enough. */
  full = false;
  readonly written: string[] = [];
  constructor(
    public columns: number,
    public rows: number,
  ) {
    super();
  }
  write(text: string): boolean {
    this.written.push(text);
    return !this.full;
  }
}

export interface Stage {
  readonly driver: Driver;
  readonly input: FakeInput;
  readonly output: FakeOutput;
  /** What the driver reported, one line each. */
  readonly heard: string[];
  resize(columns: number, rows: number): void;
  /** All that was written since the last call. */
  bytes(): string;
  /** The emulated screen with everything written so far, rows trimmed. */
  screen(): Promise<string>;
  /** The same with the colours and attributes of every cell. */
  cells(): Promise<string[]>;
}

export function stage(options: {
  columns?: number;
  rows?: number;
  library?: Library;
  env?: NodeJS.ProcessEnv;
  /** Null: the driver's own choice. */
  framesPerSecond?: number | null;
  events?: Partial<DriverEvents>;
}): Stage {
  const {
    columns = 40,
    rows = 8,
    library = "neo-blessed",
    env = { COLORTERM: "truecolor", TERM: "xterm-256color" },
  } = options;
  const input = new FakeInput();
  const output = new FakeOutput(columns, rows);
  const heard: string[] = [];
  const events: DriverEvents = {
    key: (key) => heard.push(`key ${key.ctrl ? "C-" : ""}${key.alt ? "M-" : ""}${key.name}`),
    mouse: (mouse) => heard.push(`mouse ${mouse.action} ${mouse.x},${mouse.y}`),
    paste: (text) => heard.push(`paste ${text}`),
    resize: (size) => heard.push(`resize ${size.columns}x${size.rows}`),
    end: (why) => heard.push(`end ${why}`),
    ...options.events,
  };
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  let shown = 0;
  let read = 0;
  const show = (): Promise<void> => {
    const text = output.written.slice(shown).join("");
    shown = output.written.length;
    return new Promise((resolve) => terminal.write(text, resolve));
  };
  const driver = openDriver(
    {
      library,
      input: input as unknown as NodeJS.ReadStream,
      output: output as unknown as NodeJS.WriteStream,
      env,
      ...(options.framesPerSecond === null ? {} : { framesPerSecond: options.framesPerSecond ?? 1_000 }),
    },
    events,
  );
  const line = (y: number) => terminal.buffer.active.getLine(y)!;
  return {
    driver,
    input,
    output,
    heard,
    resize(columns, rows) {
      output.columns = columns;
      output.rows = rows;
      terminal.resize(columns, rows);
      output.emit("resize");
    },
    bytes() {
      const text = output.written.slice(read).join("");
      read = output.written.length;
      return text;
    },
    async screen() {
      await show();
      const texts = Array.from({ length: terminal.rows }, (_, y) => line(y).translateToString(true));
      return texts.join("\n");
    },
    async cells() {
      await show();
      const out: string[] = [];
      for (let y = 0; y < terminal.rows; y++) {
        for (let x = 0; x < terminal.cols; x++) {
          const cell = line(y).getCell(x)!;
          const look = `${cell.getFgColorMode()}:${cell.getFgColor()} ${cell.getBgColorMode()}:${cell.getBgColor()} ${cell.isBold()}${cell.isDim()}${cell.isItalic()}${cell.isUnderline()}${cell.isInverse()}${cell.isStrikethrough()}`;
          out.push(`${y},${x} ${JSON.stringify(cell.getChars() || " ")} ${look}`);
        }
      }
      return out;
    },
  };
}
