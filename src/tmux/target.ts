/** Which tmux server is meant, the way tmux itself decides it. */
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";

/** `-S PATH` or `-L NAME`, neither for tmux's default; `configFile` (`-f`) matters only when the server is started. */
export interface TmuxTarget {
  readonly socketPath?: string;
  readonly socketName?: string;
  readonly configFile?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The arguments that choose the server. */
export function targetArguments(target: TmuxTarget): string[] {
  if (target.socketPath !== undefined) return ["-S", target.socketPath];
  return target.socketName === undefined ? [] : ["-L", target.socketName];
}

/** Where the server's socket is, or will be: tmux takes `TMUX_TMPDIR` where it resolves, else `/tmp`. */
export function socketOf(target: TmuxTarget, env: Environment): string {
  if (target.socketPath !== undefined) return target.socketPath;
  const name = target.socketName ?? "default";
  for (const base of [env.TMUX_TMPDIR, "/tmp"]) {
    if (!base) continue;
    try {
      return join(realpathSync(base), `tmux-${process.getuid!()}`, name);
    } catch {
      // tmux skips it too
    }
  }
  return join("/tmp", `tmux-${process.getuid!()}`, name);
}

/**
 * Makes the folder `tmux-UID` where it is missing, 0700 as tmux itself does (tmux.c, make_label): given a socket by its
 * path, tmux makes no folder, and where it has never run there is none. Other folders are their owner's to make.
 */
export function makeSocketFolder(socket: string): void {
  const folder = dirname(socket);
  if (basename(folder) !== `tmux-${process.getuid!()}` || existsSync(folder)) return;
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // tmux says better what is wrong with it
  }
}

/** What tmux and the programs it starts are given: a client of ours must not believe that it runs inside a pane. */
export function cleanEnvironment(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && name !== "TMUX" && name !== "TMUX_PANE") kept[name] = value;
  }
  return kept;
}

/** Whether a server listens on the socket. Starts no process; a socket left behind by a dead server answers no. */
export function serverAnswers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
