/**
 * The raw tap: the bytes that a pane's program writes, through tmux's own `pipe-pane`, which is taken only where nobody
 * else has it. tmux gives the bytes to a `dd`, that writes them into a FIFO, that we read. The FIFO has a name only until
 * `dd` has opened it.
 *
 * Nothing of it may outlast us, and nothing of it may hurt tmux: a guard sees to both (tap-guard.ts).
 *
 * A pipe is ours as long as the process that we were told of lives: it ends when somebody else's `pipe-pane` takes the
 * place of ours, and outlives a reader that is gone by a few seconds, so that the guard finds it. Where the pane's program
 * ends and the pane stays, the pipe ends with it on tmux 3.8, and goes on with the next program on 3.3a and 3.5a.
 */
import { execFile } from "node:child_process";
import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "#core/fault.js";
import type { PaneId } from "#core/model.js";
import { type Command, tapPane, untapPane } from "#core/protocol/commands.js";
import type { Clock } from "#host/clock.js";
import { secureFolder } from "#host/paths.js";
import { endPiper, quoted, removed, TapGuard } from "./tap-guard.js";
import { cleanEnvironment, type Environment } from "./target.js";

/** An open tap. `hear` of whoever opened it is not called after `close`. */
export interface PaneTap {
  close(): void;
  /** Resolves when it is over, whoever ended it: us, the pane's end, somebody's own `pipe-pane`, the guard. */
  readonly ended: Promise<void>;
}

type Request = (command: Command) => Promise<Buffer[]>;

/** How long `dd` may take to start. */
const START_MS = 5_000;

/**
 * What runs in the pane's pipe; `dd` fails where nobody reads any more. A signal for the shell ends what it waits for: of a
 * pane whose program has ended tmux (before 3.8) does not let the pipe go, so that `dd` would wait on. dash gives a
 * background command /dev/null, and so the input goes by way of fd 3.
 */
const PIPER = [
  "trap '' PIPE",
  "trap 'kill $!; exit' TERM",
  "exec 3<&0",
  "dd bs=65536 <&3 3<&- & exec 3<&-",
  "wait $! || { sleep 6 & wait $!; }",
].join("; ");

interface Open {
  readonly pane: PaneId;
  readonly socket: Socket;
  readonly request: Request;
}

export class Taps {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #guard: TapGuard;
  /** By the process in the pane's pipe. */
  readonly #open = new Map<number, Open>();
  #count = 0;
  #closed = false;

  /** `folder` is for taps alone; it is made at the first one. `socket` is that of the tmux server. */
  constructor(folder: string, socket: string, env: Environment, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    this.#guard = new TapGuard(folder, socket, cleanEnvironment(env), clock, {
      pipes: () => [...this.#open].map(([pid, { pane }]) => [pid, pane]),
      // Where nobody guards the taps, none is kept.
      failed: () => {
        for (const pid of [...this.#open.keys()]) void this.#end(pid);
      },
    });
  }

  /** Removes what a daemon that was killed, and its guard with it, left behind, as far as it can be. Never throws. */
  sweep(): Promise<void> {
    return this.#guard.sweep();
  }

  /**
   * Tells `hear` every byte that the pane's program writes from now on, in order, cut anywhere. Null where the pane's pipe
   * is somebody else's. Throws a Fault where there is no such pane or no pipe to be had.
   */
  async open(request: Request, pane: PaneId, hear: (bytes: Buffer) => void): Promise<PaneTap | null> {
    this.#mustBeOpen();
    const path = join(this.#folder, `${pane.slice(1)}-${process.pid}-${++this.#count}.tap`);
    let socket: Socket | null = null;
    try {
      secureFolder(this.#folder);
      await this.sweep();
      await promisify(execFile)("mkfifo", ["-m", "600", path]);
      this.#guard.start();
      // Opened here first, and without waiting: whoever opens it to write need not wait either. A file stream would hold
      // a thread of the pool for as long as nothing is written.
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      socket = new Socket({ fd, readable: true, writable: false });
      const piper = this.#piper(socket, hear);
      // Where tmux refuses, nobody waits for it.
      piper.catch(() => {});
      const shell = `[ -p ${quoted(path)} ] && exec >${quoted(path)} && echo $$ && ${PIPER}`;
      const [, said] = await request(tapPane(pane, shell));
      if (said!.toString("utf8").trim() !== "") {
        socket.destroy();
        this.#rest();
        return null;
      }
      const pid = await piper;
      const tap = this.#tap(pid, { pane, socket, request });
      if (this.#closed) await this.#end(pid);
      this.#mustBeOpen();
      return tap;
    } catch (cause) {
      socket?.destroy();
      this.#rest();
      if (cause instanceof Fault) throw cause;
      throw new Fault("TMUX_REFUSED", `${pane} cannot be tapped: ${(cause as Error).message}`, { cause });
    } finally {
      removed(path);
    }
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new Fault("TMUX_UNREACHABLE", "no pane is tapped any more");
  }

  /** Ends every tap. Nothing is left when this resolves; to be called while tmux can still be asked. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open.keys()].map((pid) => this.#end(pid)));
    this.#guard.close();
    removed(this.#folder);
  }

  #tap(pid: number, open: Open): PaneTap {
    const { socket } = open;
    this.#open.set(pid, open);
    const ended = new Promise<void>((resolve) => {
      if (socket.destroyed) resolve();
      else socket.once("close", () => resolve());
    }).then(() => {
      this.#open.delete(pid);
      this.#rest();
    });
    this.#guard.tell();
    return {
      ended,
      close: () => {
        socket.removeAllListeners("data");
        socket.resume();
        void this.#end(pid);
      },
    };
  }

  /** While we hold the other end of its pipe the process is there, and the pane's pipe is ours to close. */
  async #end(pid: number): Promise<void> {
    const open = this.#open.get(pid);
    if (open === undefined) return;
    await open.request(untapPane(open.pane)).catch(() => {});
    endPiper(pid);
    open.socket.destroy();
  }

  /** The first line is the id of the process that writes; all that follows is the program's. */
  #piper(socket: Socket, hear: (bytes: Buffer) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.wake(this.#clock.now() + START_MS, () => reject(new Error("its pipe did not start")));
      let head = Buffer.alloc(0);
      socket.on("error", reject);
      socket.on("close", () => {
        cancel();
        reject(new Error("its pipe was closed"));
      });
      socket.on("data", function first(chunk) {
        head = Buffer.concat([head, chunk]);
        const newline = head.indexOf(10);
        if (newline < 0) return;
        cancel();
        socket.off("data", first);
        socket.on("data", hear);
        resolve(Number(head.subarray(0, newline).toString("latin1")));
        if (newline + 1 < head.length) hear(head.subarray(newline + 1));
      });
    });
  }

  /** Without a tap there is nothing to guard. */
  #rest(): void {
    if (this.#open.size === 0) this.#guard.rest();
  }
}
