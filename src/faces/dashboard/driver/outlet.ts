/**
 * Writing to a terminal that may stop taking bytes (a stalled SSH, Ctrl-S). Node's own stream either blocks the whole
 * process there or keeps a queue that nobody can take back; here one frame at most is on its way, it can be dropped, and
 * the words that restore the terminal go out at once even while the process ends.
 */
import { writeSync } from "node:fs";

export interface OutletEvents {
  /** All that was given is out; more may come. */
  drain(): void;
  /** The other end is gone. */
  gone(): void;
}

/** While the terminal takes nothing it is asked again after this long, and then ever more seldom. */
const FIRST_RETRY_MS = 4;
const LAST_RETRY_MS = 64;
/** How long `last` insists. */
const INSIST_MS = 500;

interface BlockingHandle {
  setBlocking?(on: boolean): void;
}

export class Outlet {
  private readonly fd: number | null;
  private readonly handle: BlockingHandle | undefined;
  private rest: Buffer | null = null;
  private timer: NodeJS.Timeout | null = null;
  private streamFull = false;

  constructor(
    private readonly output: NodeJS.WriteStream,
    private readonly events: OutletEvents,
  ) {
    this.handle = (output as { _handle?: BlockingHandle })._handle;
    const { fd } = output as { fd?: number };
    // Node opens a terminal anew for itself, so not waiting for it changes nothing for the shell.
    this.fd = output.isTTY && typeof fd === "number" && this.handle?.setBlocking ? fd : null;
    if (this.fd !== null) this.handle!.setBlocking!(false);
    else output.on("drain", this.drained);
  }

  /** What was given has not all been taken; nothing more should be given until `drain`. */
  get full(): boolean {
    return this.rest !== null || this.streamFull;
  }

  write(text: string): void {
    if (this.fd === null) {
      if (this.output.writable && !this.output.write(text)) this.streamFull = true;
      return;
    }
    const bytes = Buffer.from(text, "utf8");
    if (this.rest) this.rest = Buffer.concat([this.rest, bytes]);
    else this.push(this.fd, bytes, FIRST_RETRY_MS);
  }

  /** Drops what is not out yet and writes this, before it returns; gives up after half a second. */
  last(text: string): void {
    this.forget();
    if (this.fd === null) {
      if (this.output.writable) this.output.write(text);
      return;
    }
    let bytes = Buffer.from(text, "utf8");
    const giveUpAt = performance.now() + INSIST_MS;
    while (bytes.length > 0 && performance.now() < giveUpAt) {
      try {
        bytes = bytes.subarray(writeSync(this.fd, bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }

  close(): void {
    this.forget();
    if (this.fd !== null) this.handle!.setBlocking!(true);
    else this.output.removeListener("drain", this.drained);
  }

  private push(fd: number, bytes: Buffer, retryMs: number): void {
    let left = bytes;
    try {
      while (left.length > 0) left = left.subarray(writeSync(fd, left));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") {
        this.forget();
        this.events.gone();
        return;
      }
    }
    const drained = left.length === 0 && this.rest !== null;
    this.rest = left.length === 0 ? null : left;
    if (drained) this.events.drain();
    if (this.rest === null) return;
    const nextMs = left.length < bytes.length ? FIRST_RETRY_MS : Math.min(retryMs * 2, LAST_RETRY_MS);
    this.timer = setTimeout(() => {
      if (this.rest) this.push(fd, this.rest, nextMs);
    }, retryMs);
  }

  private forget(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.rest = null;
    this.streamFull = false;
  }

  private readonly drained = (): void => {
    this.streamFull = false;
    this.events.drain();
  };
}
