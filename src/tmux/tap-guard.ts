/**
 * What sees to it that raw taps (taps.ts) neither outlast us nor hurt tmux. tmux keeps what a pipe's program has not read
 * yet in its own memory, without a limit and without giving it back (60 MB after 60 MB of output; seen on 3.3a), so a
 * daemon that stands still must lose its taps; and it learns that a pipe's program has ended only when the pane's program
 * writes again. While there are taps a guard (a `sh` that wakes every two seconds, one for all of them) looks whether we
 * still write the file `beat`, which names them; where we do not, since we died or hang, it has tmux close every pipe that
 * is still ours.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PaneId } from "#core/model.js";
import type { Clock } from "#host/clock.js";
import { secureFolder } from "#host/paths.js";

const BEAT_MS = 1_000;

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

export interface Guarded {
  /** The taps that are open: the process in the pane's pipe, and the pane. */
  pipes(): readonly (readonly [number, PaneId])[];
  /** `beat` cannot be written (a full disk), so that the guard will close what there is. */
  failed(): void;
}

export class TapGuard {
  readonly #folder: string;
  readonly #socket: string;
  readonly #env: Record<string, string>;
  readonly #clock: Clock;
  readonly #guarded: Guarded;
  #process: ChildProcess | null = null;
  #cancelBeat: (() => void) | null = null;
  #swept = false;

  /** `folder` is that of the taps; `socket` is that of the tmux server. */
  constructor(folder: string, socket: string, env: Record<string, string>, clock: Clock, guarded: Guarded) {
    this.#folder = folder;
    this.#socket = socket;
    this.#env = env;
    this.#clock = clock;
    this.#guarded = guarded;
  }

  /** Begins, if it has not, to say that we are there, every second. Throws where that cannot be written. */
  start(): void {
    if (this.#cancelBeat === null) this.#beat();
  }

  /** Says at once which taps there are. */
  tell(): void {
    try {
      this.#beat();
    } catch {
      this.#guarded.failed();
    }
  }

  /** There is nothing to guard: the process ends by itself. */
  rest(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    removed(join(this.#folder, "beat"));
  }

  close(): void {
    this.rest();
    this.#process?.kill("SIGKILL");
  }

  /** Once: removes what a daemon that was killed, and its guard with it, left behind, as far as it can be. Never throws. */
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
      const args = await commandLine(pid, this.#env);
      if (!args.includes(quoted(this.#folder).slice(1, -1))) continue;
      await ran("tmux", ["-S", this.#socket, "pipe-pane", "-t", pane], this.#env);
      endPiper(Number(pid));
    }
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      // Frees a shell that waits to open it, and that then finds nobody to write to.
      if (name.endsWith(".tap")) closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
      rmSync(path, { force: true });
    }
  }

  #beat(): void {
    this.#cancelBeat?.();
    const lines = this.#guarded.pipes().map(([pid, pane]) => `${pid} ${pane}\n`);
    // It may have gone meanwhile, with all of the runtime directory.
    secureFolder(this.#folder);
    writeFileSync(join(this.#folder, "beat"), `${process.pid}\n${lines.join("")}`, { mode: 0o600 });
    this.#process ??= this.#spawn();
    this.#cancelBeat = this.#clock.wake(this.#clock.now() + BEAT_MS, () => this.tell());
  }

  #spawn(): ChildProcess {
    const args = ["-c", GUARD, "drover-taps", this.#folder, this.#socket, String(process.pid)];
    const guard = spawn("/bin/sh", args, { detached: true, stdio: "ignore", env: this.#env });
    const gone = (): void => {
      if (this.#process === guard) this.#process = null;
    };
    guard.on("exit", gone);
    guard.on("error", gone);
    guard.unref();
    return guard;
  }
}

/** Ends the process in a pane's pipe. */
export function endPiper(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It ended by itself.
  }
}

/** Removes a file or folder of the taps, if it can be. */
export function removed(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Whatever stands in the way there, nothing of ours depends on it.
  }
}

/** A path as sh takes it. */
export function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** Of a process, its words with blanks between them; `ps` is not on every Linux, and /proc not elsewhere. */
async function commandLine(pid: string, env: Record<string, string>): Promise<string> {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ran("ps", ["-ww", "-o", "args=", "-p", pid], env);
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
