/**
 * Where everything lies on this machine. One daemon serves one tmux server, so the folders follow the server: the
 * default server's state lies directly in the state directory, another's in `servers/NAME` below it.
 *
 * The command line loads this file before its first byte: it imports nothing that is not loaded already.
 */
import { chmodSync, mkdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { Fault } from "#core/fault.js";

/** Where this daemon's files are. */
export interface Paths {
  /** Records, journal, log, run file. Made with `secureFolder`. */
  readonly stateDir: string;
  /** Holds the socket; may vanish when the user logs out. Made with `secureFolder`. */
  readonly runtimeDir: string;
  readonly configFile: string;
  readonly socket: string;
  /** `daemon.json`: who the daemon is and where it listens, for clients that see another runtime directory. */
  readonly runFile: string;
  readonly logFile: string;
  readonly storeDir: string;
  /** Hooks that found no daemon leave their payloads here. */
  readonly spoolDir: string;
  /** Background tasks that run, or whose end nobody took yet. */
  readonly tasksDir: string;
  /** The socket of the tmux server that this daemon serves; it need not exist. */
  readonly tmuxSocket: string;
}

/** Which tmux server: as `tmux -L NAME` and `tmux -S PATH` choose it. */
export interface ServerChoice {
  readonly serverName?: string | undefined;
  readonly serverPath?: string | undefined;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Longest socket path in bytes: macOS has 104 with the closing zero; Node 20 binds a cut path without a word. */
export const SOCKET_PATH_LIMIT = 103;

/** Throws a Fault: USAGE for an empty choice, INVALID where the socket's path would be too long to bind. */
export function resolvePaths(env: Env, choice: ServerChoice = {}): Paths {
  const tmuxSocket = tmuxSocketPath(env, choice);
  const folder = serverFolder(tmuxSocket, env);
  const given = env.DROVER_HOME ? null : givenHome(env, folder);
  const base = baseFolders(given === null ? env : { ...env, DROVER_HOME: given });
  const stateDir = join(base.state, folder);
  const runtimeDir = base.runtime === null ? stateDir : join(base.runtime, folder);
  const socket = join(runtimeDir, "drover.sock");
  if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT) {
    throw new Fault("INVALID", `the socket's path is longer than ${SOCKET_PATH_LIMIT} bytes: ${socket}`, {
      hint: "set XDG_RUNTIME_DIR or DROVER_HOME to a folder with a shorter path",
    });
  }
  return {
    stateDir,
    runtimeDir,
    configFile: join(base.config, "config.toml"),
    socket,
    runFile: join(stateDir, "daemon.json"),
    logFile: join(stateDir, "drover.log"),
    storeDir: join(stateDir, "store"),
    spoolDir: join(stateDir, "spool"),
    tasksDir: join(stateDir, "tasks"),
    tmuxSocket,
  };
}

/**
 * The name under which the process `pid` binds before it renames the socket into place; in the same folder, and no
 * longer than the socket's own name, so that it fits wherever the socket does.
 */
export function bindPath(socket: string, pid: number): string {
  return join(dirname(socket), `.${pid}.s`);
}

/**
 * Makes `dir` (and what is missing above it) for this user alone, or checks that it is: a folder, ours, not writable by
 * others. One that others may only read is tightened. Throws a Fault (INVALID).
 */
export function secureFolder(dir: string): void {
  makeFolder(dir);
  const stat = checkOwn(dir);
  if ((stat.mode & 0o077) !== 0) chmodSync(dir, 0o700);
}

/** Makes `dir`, and what is missing above it, for this user alone; one that is there stays as it is. Throws a Fault (INVALID). */
export function makeFolder(dir: string): void {
  try {
    makeMissing(dir);
  } catch (cause) {
    const hint = "set DROVER_HOME to a folder of your own";
    throw new Fault("INVALID", `cannot make the folder ${dir}: ${(cause as Error).message}`, { cause, hint });
  }
}

/** Step by step: Node 20's own way never returns where the system says ENOENT below a folder that is there (/proc, autofs). */
function makeMissing(dir: string): void {
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  const above = dirname(dir);
  if (stat === undefined && above !== dir) makeMissing(above);
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // Somebody else was quicker.
    if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/**
 * What `stat` says of `dir`, once it is sure that nobody else can have put there what lies in it. Throws a Fault (INVALID),
 * and what `stat` throws.
 */
export function checkOwn(dir: string): Stats {
  const stat = statSync(dir);
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) {
    throw new Fault("INVALID", `${dir} belongs to another user`, { hint: "set DROVER_HOME to a folder of your own" });
  }
  if ((stat.mode & 0o022) !== 0) {
    throw new Fault("INVALID", `others may write to ${dir}`, { hint: `look what is in it, then: chmod 700 '${dir}'` });
  }
  return stat;
}

/** tmux's own order (tmux.c, main): `-S`, then `-L`, then the server we are inside of, then `default`. */
function tmuxSocketPath(env: Env, choice: ServerChoice): string {
  if (choice.serverName === "" || choice.serverPath === "") {
    const wanted = choice.serverName === "" ? "-L needs a name" : "-S needs a path";
    throw new Fault("USAGE", `${wanted}, not an empty text`, { hint: "leave it out for the default server" });
  }
  if (choice.serverPath) return realpath(resolve(choice.serverPath));
  if (choice.serverName) return join(tmuxFolder(env), choice.serverName);
  const inside = env.TMUX?.split(",")[0];
  if (inside) return realpath(resolve(inside));
  return join(tmuxFolder(env), "default");
}

/** tmux.c, make_label: `$TMUX_TMPDIR` or `/tmp`, its links followed. */
function tmuxFolder(env: Env): string {
  return join(realpath(env.TMUX_TMPDIR || "/tmp"), `tmux-${process.getuid?.() ?? 0}`);
}

/** The folder's links followed and the last name kept, since the socket itself may not exist yet. */
function realpath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realpath(parent), basename(path));
  }
}

/** `""` for the default server; names and hashes cannot meet, for a server's name holds no `@` at the start here. */
function serverFolder(tmuxSocket: string, env: Env): string {
  const name = basename(tmuxSocket);
  if (dirname(tmuxSocket) !== tmuxFolder(env) || name.startsWith("@")) return join("servers", `@${hash(tmuxSocket)}`);
  return name === "default" ? "" : join("servers", name);
}

/** FNV-1a, 64 bit; node:crypto would cost the command line some milliseconds. */
export function hash(text: string): string {
  let h = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) h = BigInt.asUintN(64, (h ^ BigInt(byte)) * 0x100000001b3n);
  return h.toString(16).padStart(16, "0").slice(0, 12);
}

/** `runtime` is null where there is no runtime directory: then the socket lies with the state. */
function baseFolders(env: Env): { state: string; runtime: string | null; config: string } {
  if (env.DROVER_HOME) {
    const home = resolve(env.DROVER_HOME);
    return { state: join(home, "state"), runtime: join(home, "run"), config: home };
  }
  const home = env.HOME || homedir();
  const runtime = xdg(env.XDG_RUNTIME_DIR);
  return {
    state: join(xdg(env.XDG_STATE_HOME) ?? join(home, ".local", "state"), "drover"),
    runtime: runtime === null ? null : join(runtime, "drover"),
    config: join(xdg(env.XDG_CONFIG_HOME) ?? join(home, ".config"), "drover"),
  };
}

/**
 * Within an agent the daemon said where it is; the agent's tab need not have the DROVER_HOME that the daemon has. Null where
 * it said nothing, or is another tmux server's: an agent's environment is handed on to every server started inside of it.
 */
function givenHome({ DROVER_SOCKET: socket, DROVER_SPOOL: spool }: Env, folder: string): string | null {
  if (!socket || !spool) return null;
  const below = folder === "" ? "" : `/${folder}`;
  const [runEnd, stateEnd] = [`/run${below}/drover.sock`, `/state${below}/spool`];
  const home = socket.slice(0, -runEnd.length);
  return home !== "" && socket === home + runEnd && spool === home + stateEnd ? home : null;
}

/** The XDG base directory specification: a relative path is invalid and is ignored. */
function xdg(value: string | undefined): string | null {
  return value && isAbsolute(value) ? value : null;
}
