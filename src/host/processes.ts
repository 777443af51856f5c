/**
 * The few processes that are started at all: git, an editor, ssh. What runs per tick or per agent goes over the control
 * connection instead.
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { Fault } from "#core/fault.js";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to our own environment; `undefined` takes a name out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Killed after this; default 10 s. */
  readonly limitMs?: number;
  /** In a process group of its own, which is killed with it: a wrapper's program does not live on when time is up. */
  readonly withDescendants?: boolean;
  readonly input?: string;
}

export interface Ran {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Without the last line's end. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What is asked to end may do so by itself before all of its group is killed. */
const KILL_GROUP_AFTER_MS = 100;
/** More output than this from a short command is a mistake. */
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Runs a program to its end, never through a shell. A status other than 0 is a value, not a Fault; a program that cannot
 * be started is NOT_FOUND, one that takes too long TIMED_OUT.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const limitMs = options.limitMs ?? 10_000;
  const { execa } = await import("execa");
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    env: childEnv(process.env, options.env),
    extendEnv: false,
    reject: false,
    timeout: limitMs,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    forceKillAfterDelay: 1_000,
    detached: options.withDescendants === true,
  });
  const groupEnded = options.withDescendants && child.pid !== undefined ? guardGroup(child.pid, limitMs) : () => {};
  const result = await child.finally(groupEnded);
  if (result.timedOut) throw new Fault("TIMED_OUT", `${program} took longer than ${limitMs} ms`, { cause: result });
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new Fault("NOT_FOUND", `${program} could not be started`, { cause: result });
  }
  return {
    code: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout: result.stdout,
    stderr: result.stderr,
  };
}

/** Kills a process group a moment after its time is up, or when this process ends; the function returned calls that off. */
function guardGroup(leader: number, limitMs: number): () => void {
  const kill = (): void => {
    try {
      process.kill(-leader, "SIGKILL");
    } catch {
      // None of it is left.
    }
  };
  const timer = setTimeout(kill, limitMs + KILL_GROUP_AFTER_MS);
  process.once("exit", kill);
  return () => {
    clearTimeout(timer);
    process.off("exit", kill);
  };
}

/**
 * Our environment for a program of our own: without the tmux we may run inside of (it would talk to that one), and
 * without NODE_EXTRA_CA_CERTS, which costs every Node start some 30 ms.
 */
export function childEnv(
  env: Readonly<Record<string, string | undefined>>,
  more: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries({
    ...env,
    TMUX: undefined,
    TMUX_PANE: undefined,
    NODE_EXTRA_CA_CERTS: undefined,
    ...more,
  })) {
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/**
 * The file that `name` starts when looked up on `path` as a shell would, or null. A name with a slash is taken as it
 * is where absolute; relative names and relative entries of PATH find nothing, since they mean another file elsewhere.
 */
export function findProgram(name: string, path: string): string | null {
  if (name === "") return null;
  if (name.includes("/")) return isAbsolute(name) && isProgram(name) ? name : null;
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    if (isAbsolute(folder) && isProgram(file)) return file;
  }
  return null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
