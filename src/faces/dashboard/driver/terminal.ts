/**
 * The terminal as a thing that is taken and given back: raw mode, alternate screen, mouse, paste and focus reports. It is
 * given back on every way out that a process can notice: exit, an uncaught error, SIGTERM, SIGINT, SIGQUIT, SIGHUP and a
 * stop from the keyboard's shell (SIGTSTP).
 */
import { Outlet } from "./outlet.js";

/** Alternate screen, hidden cursor, no wrapping at the edge, bracketed paste, clicks, drags, SGR coordinates, focus. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[m\x1b[H\x1b[2J";
/** Ends an unfinished frame and string, too; the clearing serves consoles that have no alternate screen. */
const LEAVE =
  "\x18\x1b[?2026l\x1b[m\x1b[?1004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?7h\x1b[H\x1b[2J\x1b[?25h\x1b[?1049l";

const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143, SIGQUIT: 131 } as const;
type EndSignal = keyof typeof EXIT_STATUS;

export interface TerminalEvents {
  bytes(chunk: Buffer): void;
  resize(): void;
  /** The output took all it was given; frames may go on. */
  drain(): void;
  /** The terminal is ours again after someone else had it. */
  regained(): void;
  /** May return a promise: the process then ends when it is settled, at the latest after a second. */
  end(why: "hangup" | "terminate"): unknown;
}

/** How long whoever uses the terminal may take to put its things in order after `end`, before the process goes. */
const END_LIMIT_MS = 1_000;

export class Terminal {
  /** Whether the terminal is in our modes now. */
  held = false;
  private closed = false;
  private readonly outlet: Outlet;
  private readonly undo: (() => void)[] = [];

  constructor(
    private readonly input: NodeJS.ReadStream,
    private readonly output: NodeJS.WriteStream,
    private readonly events: TerminalEvents,
  ) {
    this.outlet = new Outlet(output, { drain: () => events.drain(), gone: () => this.hangUp() });
    this.on(input, "data", (chunk: Buffer | string) => {
      if (this.held) events.bytes(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    });
    // The other end closing is a hangup that came as an end of file.
    this.on(input, "end", () => this.hangUp());
    this.on(input, "error", () => this.hangUp());
    this.on(output, "error", () => this.hangUp());
    this.on(output, "resize", () => events.resize());
    this.on(process, "exit", () => this.giveBack());
    // Only watches: Node then prints the error and exits as it always does, on a screen that is whole again.
    this.on(process, "uncaughtExceptionMonitor", () => this.giveBack());
    for (const signal of Object.keys(EXIT_STATUS) as EndSignal[]) {
      this.on(process, signal, () => {
        // A ^C or ^\ typed while another program has the terminal is meant for that one, though all of us hear it.
        if (!this.held && signal !== "SIGTERM") return;
        this.end("terminate", () => process.exit(EXIT_STATUS[signal]));
      });
    }
    this.on(process, "SIGHUP", () => this.hangUp());
    this.on(process, "SIGTSTP", this.stop);
    this.on(process, "SIGCONT", this.continued);
  }

  /** The output has not taken all it was given; nothing should be written until `drain`. */
  get full(): boolean {
    return this.outlet.full;
  }

  size(): { columns: number; rows: number } {
    return { columns: Math.max(1, this.output.columns || 80), rows: Math.max(1, this.output.rows || 24) };
  }

  take(): void {
    if (this.held || this.closed) return;
    this.held = true;
    this.input.setRawMode?.(true);
    this.input.resume();
    // Only the foreground hears of a new size; what happened while another program was there is asked for.
    (this.output as { _refreshSize?: () => void })._refreshSize?.();
    this.write(ENTER);
  }

  /** Raw mode off, the modes undone, and no byte of input taken any more. Written at once, whatever waits in the stream. */
  giveBack(): void {
    if (!this.held) return;
    this.held = false;
    this.input.pause();
    this.outlet.last(LEAVE);
    try {
      this.input.setRawMode?.(false);
    } catch {
      // the terminal is gone
    }
  }

  write(text: string): void {
    this.outlet.write(text);
  }

  close(): void {
    if (this.closed) return;
    this.giveBack();
    this.closed = true;
    this.outlet.close();
    for (const call of this.undo.splice(0)) call();
  }

  private readonly stop = (): void => {
    const ours = this.held;
    this.giveBack();
    this.stopSelf(() => {
      if (ours) this.regain();
    });
  };

  /**
   * Stops as if nobody had listened. In an orphaned process group the kernel ignores that, and nothing would ever wake
   * us with SIGCONT: so a timer, which stands still while we are stopped, also calls `after`.
   */
  private stopSelf(after: () => void): void {
    process.removeListener("SIGTSTP", this.stop);
    process.kill(process.pid, "SIGTSTP");
    setTimeout(() => {
      if (this.closed) return;
      process.on("SIGTSTP", this.stop);
      after();
    }, 50);
  }

  private readonly continued = (): void => {
    // After a SIGSTOP, which nobody can hear, the shell has changed the terminal's modes behind our back.
    if (!this.held) return;
    this.held = false;
    this.regain();
  };

  private regain(): void {
    if (this.held || this.closed) return;
    this.input.setRawMode?.(false); // Node writes the modes only when it believes that they change
    this.take();
    this.events.regained();
  }

  private hangUp(): void {
    this.end("hangup", () => {
      // Node 20 aborts in process.exit() once its terminal is gone, so the signal ends us as it would have anyway.
      process.removeAllListeners("SIGHUP");
      process.kill(process.pid, "SIGHUP");
    });
  }

  private end(why: "hangup" | "terminate", leave: () => void): void {
    if (this.closed) return;
    this.close();
    const wait = this.events.end(why);
    if (wait instanceof Promise) {
      setTimeout(leave, END_LIMIT_MS);
      wait.then(leave, leave);
    } else leave();
  }

  private on(target: NodeJS.EventEmitter, event: string, call: (...args: never[]) => void): void {
    const listener = call as (...args: unknown[]) => void;
    target.on(event, listener);
    this.undo.push(() => target.removeListener(event, listener));
  }
}
