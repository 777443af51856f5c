/** Runs a program in our place: its output is passed through as it comes, and the end of it is kept. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";

export interface RanThrough {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started; null where it was. */
  readonly failed: string | null;
  readonly tail: string;
  readonly cut: boolean;
}

/** More than a summary holds, since colours are taken out of it. */
const TAIL_BYTES = 131_072;
/** What the program left running may hold its output open: it is listened to for so long after the end. */
const AFTERWARDS_MS = 250;

export interface Passing {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The terminal itself sends the keyboard's signals to the program too. */
  readonly terminal: boolean;
}

/** Never rejects. Signals that would end us are the program's: it is passed them, and its end is waited for. */
export function runThrough(program: string, args: readonly string[], passing: Passing): Promise<RanThrough> {
  const tail = new Tail();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["inherit", "pipe", "pipe"],
      cwd: passing.cwd,
      env: passing.env,
    });
    const unforward = forward((signal) => child.kill(signal), passing.terminal);
    const done = (ended: Pick<RanThrough, "code" | "signal" | "failed">) => {
      unforward();
      resolve({ ...ended, tail: tail.text(), cut: tail.cut });
    };
    pass(child.stdout, passing.stdout, tail);
    pass(child.stderr, passing.stderr, tail);
    child.on("error", (error: NodeJS.ErrnoException) => {
      // Once it runs, only a signal can fail to reach it.
      if (child.pid === undefined) done({ code: null, signal: null, failed: reasonOf(error) });
    });
    child.on("exit", (code, signal) => {
      const end = () => done({ code, signal, failed: null });
      const late = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        end();
      }, AFTERWARDS_MS);
      child.on("close", () => {
        clearTimeout(late);
        end();
      });
    });
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return "there is no such program";
  return code === "EACCES" ? "it may not be executed" : message;
}

/** The exit status a shell would give. */
export function statusOf({ code, signal, failed }: RanThrough): number {
  if (failed !== null) return failed === "there is no such program" ? 127 : 126;
  return code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0));
}

/** Keeps the program's pace that of the reader; one that went away does not hold it up. */
function pass(from: Readable, to: Writable, tail: Tail): void {
  let open = true;
  to.on("error", () => {
    open = false;
    from.resume();
  });
  from.on("data", (chunk: Buffer) => {
    tail.push(chunk);
    if (!open || to.write(chunk)) return;
    from.pause();
    to.once("drain", () => from.resume());
  });
  from.on("error", () => {});
}

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;
const FROM_KEYBOARD: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT"]);

/** Returns what ends it. */
function forward(kill: (signal: NodeJS.Signals) => void, terminal: boolean): () => void {
  const handlers = SIGNALS.map((signal) => {
    const handle = () => {
      if (!terminal || !FROM_KEYBOARD.has(signal)) kill(signal);
    };
    process.on(signal, handle);
    return [signal, handle] as const;
  });
  return () => {
    for (const [signal, handle] of handlers) process.removeListener(signal, handle);
    // A terminal that was closed may signal once more while the end is told.
    for (const signal of SIGNALS) process.on(signal, () => {});
  };
}

/** The last bytes of two streams, in the order in which they came. */
class Tail {
  #chunks: Buffer[] = [];
  #bytes = 0;
  cut = false;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - this.#chunks[0]!.length >= TAIL_BYTES) {
      this.#bytes -= this.#chunks.shift()!.length;
      this.cut = true;
    }
  }

  text(): string {
    const all = Buffer.concat(this.#chunks);
    if (all.length <= TAIL_BYTES) return all.toString("utf8");
    this.cut = true;
    let from = all.length - TAIL_BYTES;
    // Not in the middle of a character.
    while (from < all.length && (all[from]! & 0xc0) === 0x80) from++;
    return all.toString("utf8", from);
  }
}
