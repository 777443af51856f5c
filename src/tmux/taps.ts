/**
 * The raw tap: the bytes that a pane's program writes, through tmux's own `pipe-pane`, which is taken only where nobody
 * else has it. tmux gives the bytes to a `dd`, that writes them into a FIFO, that we read. The FIFO has a name only until
 * `dd` has opened it.
 *
 * Nothing of it may outlast us, and nothing of it may hurt tmux. tmux keeps what a pipe's program has not read yet in its
 * own memory, without a limit and without giving it back (60 MB after 60 MB of output; seen on 3.3a), so a daemon that
 * stands still must lose its taps; and it learns that a pipe's program has ended only when the pane's program writes again.
 * While there are taps a guard (a `sh` that wakes every two seconds, one for all of them) looks whether we still write the
 * file `beat`; where we do not, since we died or hang, it has tmux close every pipe that is still ours.
 *
 * A pipe is ours as long as the process that we were told of lives: it ends when somebody else's `pipe-pane` takes the
 * place of ours, and outlives a reader that is gone by a few seconds, so that the guard finds it. Where the pane's program
 * ends and the pane stays, the pipe ends with it on tmux 3.8, and goes on with the next program on 3.3a and 3.5a.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "#core/fault.js";
import type { PaneId } from "#core/model.js";
import { type Command, tapPane, untapPane } from "#core/protocol/commands.js";
import type { Clock } from "#host/clock.js";
import { secureFolder } from "#host/paths.js";
import { cleanEnvironment, type Environment } from "./target.js";

/** An open tap. `hear` of whoever opened it is not called after `close`. */
export interface PaneTap {
  close(): void;
  /** Resolves when it is over, whoever ended it: us, the pane's end, somebody's own `pipe-pane`, the guard. */
  readonly ended: Promise<void>;
}

type Request = (command: Command) => Promise<Buffer[]>;

const BEAT_MS = 1_000;
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

/**
 * Ends when `beat` is gone, or another daemon's, whose process id is its first line. `<>` opens a FIFO without waiting, and
 * so frees a shell that waits to open it.
 */
const GUARD = `cd "$1" || exit
while read -r owner <beat && [ "$owner" = "$3" ]; do
  : >asked
  sleep 2
  [ -e beat ] || break
  [ beat -nt asked ] && continue
  sed 1d beat | while read -r pid pane; do
    kill -0 "$pid" && tmux -S "$2" pipe-pane -t "$pane" </dev/null
    kill "$pid"
  done
  for fifo in *.tap; do [ -p "$fifo" ] && : <>"$fifo"; done
  rm -f beat *.tap
done 2>/dev/null
[ -e beat ] || rm -f asked`;

interface Open {
  readonly pane: PaneId;
  readonly socket: Socket;
  readonly request: Request;
}

export class Taps {
  readonly #folder: string;
  readonly #socket: string;
  readonly #env: Record<string, string>;
  readonly #clock: Clock;
  /** By the process in the pane's pipe. */
  readonly #open = new Map<number, Open>();
  #count = 0;
  #guard: ChildProcess | null = null;
  #cancelBeat: (() => void) | null = null;
  #swept = false;
  #closed = false;

  /** `folder` is for taps alone; it is made at the first one. `socket` is that of the tmux server. */
  constructor(folder: string, socket: string, env: Environment, clock: Clock) {
    this.#folder = folder;
    this.#socket = socket;
    this.#env = cleanEnvironment(env);
    this.#clock = clock;
  }

  /** Removes what a daemon that was killed, and its guard with it, left behind, as far as it can be. Never throws. */
  async sweep(): Promise<void> {
    if (this.#swept || !existsSync(this.#folder)) return;
    this.#swept = true;
    try {
      await this.#sweepAll();
    } catch {
      // What is there is not ours, or cannot be read: it harms nobody.
    }
  }

  async #sweepAll(): Promise<void> {
    const beat = join(this.#folder, "beat");
    const left = existsSync(beat) ? readFileSync(beat, "utf8").split("\n").slice(1).filter(Boolean) : [];
    for (const line of left) {
      const [pid = "", pane = ""] = line.split(" ");
      // Its command names our folder: nobody else's does.
      const args = await ran("ps", ["-ww", "-o", "args=", "-p", pid], this.#env);
      if (!args.includes(quoted(this.#folder).slice(1, -1))) continue;
      await ran("tmux", ["-S", this.#socket, "pipe-pane", "-t", pane], this.#env);
      end(Number(pid));
    }
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      // Frees a shell that waits to open it, and that then finds nobody to write to.
      if (name.endsWith(".tap")) closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
      rmSync(path, { force: true });
    }
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
      if (this.#cancelBeat === null) this.#beat();
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
    this.#rest();
    this.#guard?.kill("SIGKILL");
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
    this.#beatOn();
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
    end(pid);
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

  /** Says that we are there, now and every second, and has somebody look whether we do. */
  #beat(): void {
    this.#cancelBeat?.();
    const lines = [`${process.pid}\n`, ...[...this.#open].map(([pid, { pane }]) => `${pid} ${pane}\n`)];
    // It may have gone meanwhile, with all of the runtime directory.
    secureFolder(this.#folder);
    writeFileSync(join(this.#folder, "beat"), lines.join(""), { mode: 0o600 });
    if (this.#guard === null) {
      const args = ["-c", GUARD, "drover-taps", this.#folder, this.#socket, String(process.pid)];
      const guard = spawn("/bin/sh", args, { detached: true, stdio: "ignore", env: this.#env });
      this.#guard = guard;
      const gone = (): void => {
        if (this.#guard === guard) this.#guard = null;
      };
      guard.on("exit", gone);
      guard.on("error", gone);
      guard.unref();
    }
    this.#cancelBeat = this.#clock.wake(this.#clock.now() + BEAT_MS, () => this.#beatOn());
  }

  /** Where that cannot be written (a full disk) nobody guards the taps, and none is kept. */
  #beatOn(): void {
    try {
      this.#beat();
    } catch {
      for (const pid of [...this.#open.keys()]) void this.#end(pid);
    }
  }

  /** Without a tap there is nothing to guard. */
  #rest(): void {
    if (this.#open.size > 0) return;
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    removed(join(this.#folder, "beat"));
  }
}

function removed(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Whatever stands in the way there, nothing of ours depends on it.
  }
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It ended by itself.
  }
}

/** What a program says, empty where it fails. */
async function ran(program: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  try {
    return (await promisify(execFile)(program, [...args], { env, timeout: 2_000 })).stdout;
  } catch {
    return "";
  }
}
