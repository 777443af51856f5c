/** What a command is given: the terminal it prints to, the environment it was called in, and the way to the daemon. */
import { resolve } from "node:path";
import { Fault } from "#core/fault.js";
import { chooseBackend } from "#host/backend-name.js";
import { type Paths, resolvePaths } from "#host/paths.js";
import { connect, type DaemonClient } from "../kit/daemon-client.js";
import { Ink } from "../kit/ink.js";
import { installedVersion } from "../kit/install-root.js";
import { isUtf8 } from "../kit/locale.js";
import type { Size } from "../kit/tab-size.js";
import type { Options } from "./options.js";

export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly json: boolean;
  readonly paths: Paths;
  /** Colours for standard output, none where it is no terminal or NO_COLOR is set. */
  readonly ink: Ink;
  /** Columns to print in; null where standard output is no terminal and nothing needs to be cut. */
  readonly columns: number | null;
  /** The size of the terminal that standard output is; null where it is none. */
  readonly size: Size | null;
  /** Whether a person sits at both ends. */
  readonly terminal: boolean;
  /** Arguments for a daemon that has to be started. */
  readonly daemonArgs: readonly string[];
  nowMs(): number;
  /** Writes a line to standard output. */
  line(text: string): void;
  /** Writes all of them at once: a write is a system call. */
  lines(texts: readonly string[]): void;
  /** Writes a value as one line of JSON to standard output. */
  value(value: unknown): void;
  /** A line for the person alone: on standard error, and not with --json. */
  note(text: string): void;
  stdin(): Promise<string>;
  /** The daemon, started where none answers; the same one at each call. */
  daemon(): Promise<DaemonClient>;
  /** The daemon if one answers, never starting it. */
  runningDaemon(): Promise<DaemonClient | null>;
  close(): void;
}

/** What a process is to a command line; a test brings its own. */
export interface Io {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  readonly stdout: Printer;
  readonly stderr: Printer;
}

export interface Printer {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export function makeContext(options: Options, io: Io): Context {
  const { env, stdout, stderr } = io;
  const json = options.has("json");
  const serverName = options.text("server-name");
  const serverPath = options.text("server-path");
  if (serverName?.includes("/")) {
    throw new Fault("USAGE", `-L takes a name, not a path: "${serverName}"`, { hint: "use -S for a path" });
  }
  const config = options.text("tmux-config");
  const backend = options.text("backend");
  chooseBackend(backend); // a name that is none is refused here, not by a daemon that does not start
  const paths = resolvePaths(env, { serverName, serverPath });
  const daemonArgs = [
    ...(config === undefined ? [] : ["-f", resolve(config)]),
    ...(backend === undefined ? [] : ["--backend", backend]),
    ...(options.has("ephemeral") ? ["--ephemeral"] : []),
  ];
  const toTerminal = stdout.isTTY === true;
  let client: DaemonClient | null = null;
  const context: Context = {
    env,
    cwd: workingFolder(),
    json,
    paths,
    ink: new Ink(toTerminal && !env.NO_COLOR && env.TERM !== "dumb", isUtf8(env)),
    columns: toTerminal ? stdout.columns || 80 : null,
    size: toTerminal && stdout.columns && stdout.rows ? { columns: stdout.columns, rows: stdout.rows } : null,
    // Touched only by who asks: opening standard input costs a command some milliseconds.
    get terminal() {
      return toTerminal && io.stdin.isTTY === true;
    },
    daemonArgs,
    nowMs: () => Date.now(),
    line: (text) => void stdout.write(`${text}\n`),
    lines: (texts) => void stdout.write(texts.map((text) => `${text}\n`).join("")),
    value: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    note: (text) => {
      if (!json) stderr.write(`${text}\n`);
    },
    stdin: () => readAll(io.stdin),
    async daemon() {
      client ??= await connect(paths, { autostart: true, daemonArgs, env });
      warnOfVersion(client, context);
      return client;
    },
    async runningDaemon() {
      try {
        client ??= await connect(paths);
        return client;
      } catch (error) {
        if (error instanceof Fault && error.code === "DAEMON_UNREACHABLE") return null;
        throw error;
      }
    },
    close: () => client?.close(),
  };
  return context;
}

const warned = new WeakSet<DaemonClient>();

function warnOfVersion(client: DaemonClient, context: Context): void {
  if (client.version === null || warned.has(client)) return;
  warned.add(client);
  const ours = installedVersion();
  if (client.version === ours) return;
  context.note(
    `warning: the daemon is drover ${client.version}, this is ${ours}; "drover down" stops the old one, the agents go on`,
  );
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new Fault("USAGE", "the current folder no longer exists", { cause, hint: "cd to another one" });
  }
}

/** A prompt is at most 256 KiB (SPEC §6); what is far larger is not read to its end. */
const STDIN_LIMIT_CHARACTERS = 1_048_576;

async function readAll(stdin: Io["stdin"]): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stdin) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > STDIN_LIMIT_CHARACTERS) {
      throw new Fault("TOO_LARGE", "standard input is longer than a prompt may be (256 KiB)");
    }
  }
  return text;
}
