/**
 * A face's way to the daemon: HTTP over the Unix socket, one connection a request (0.2 ms, and no stale connection to
 * retry), server-sent events for what goes on. What the daemon refuses becomes a Fault with its code, hint and detail.
 */
import { readFileSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import { FAULTS, Fault, type FaultCode, httpStatus } from "#core/fault.js";
import type { ErrorJson } from "#wire/agent.js";
import { type Ask, exchange } from "./http-exchange.js";
import { SseReader } from "./sse-client.js";
import type { DaemonStart } from "./start-daemon.js";

/** Where a daemon of this user and this tmux server is to be found. */
export interface DaemonPaths {
  readonly socket: string;
  /** `daemon.json`: names the socket of the daemon that runs, which may lie elsewhere than ours would (cron, su). */
  readonly runFile: string;
  readonly stateDir: string;
  readonly tmuxSocket: string;
}

export interface ConnectOptions {
  /** Start a daemon where none answers; default: do not. */
  readonly autostart?: boolean;
  /** Arguments for a daemon that has to be started, besides which tmux server it serves. */
  readonly daemonArgs?: readonly string[];
  /** The environment of a daemon that has to be started; default: ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** The daemon's script; default `bin/drover-daemon.cjs` of this installation. */
  readonly script?: string;
  /** How long a daemon may take to come up; default 8 s. */
  readonly startLimitMs?: number;
}

export interface DaemonClient {
  readonly socket: string;
  /** The version the running daemon wrote in its run file; null where there is none to read. */
  readonly version: string | null;
  /** Asks once. `body` travels as JSON. Throws a Fault: the daemon's own, DAEMON_UNREACHABLE, or TIMED_OUT (default 10 s). */
  request<T>(method: string, path: string, body?: unknown, options?: { timeoutMs?: number }): Promise<T>;
  /** Subscribes; see Subscription. */
  events(path: string, handlers: EventHandlers, options?: EventOptions): Subscription;
  /** Whom the running daemon says in its run file it belongs to; null where that cannot be read. Asked afresh each time. */
  owner(): string | null;
  /**
   * Starts the daemon again if it is gone and `connect` was told how; resolves when one answers. `moreArgs` go to the
   * daemon besides those that `connect` was given.
   */
  ensure(moreArgs?: readonly string[]): Promise<void>;
  /** Ends every subscription and whatever is being asked. */
  close(): void;
}

export interface EventHandlers {
  /** `data` is the event's JSON, read. */
  onEvent(event: string, data: unknown, id: string | null): void;
  /** Over for good: the daemon refused it, or it was not to be resumed. Null: the daemon ended it in order. */
  onEnd?(why: Fault | null): void;
  /** The connection is there (again). */
  onOpen?(): void;
  /** The connection was lost; it is tried again until it is there or `stop` is called. */
  onLost?(why: Fault): void;
}

export interface EventOptions {
  /** Only what came after this id. */
  readonly after?: string | number;
  /** Come back by oneself after the connection is lost, from the last id seen; default true. */
  readonly resume?: boolean;
}

/** Comes back by itself after a lost connection, asking for what came after the last id it saw. */
export interface Subscription {
  stop(): void;
  /** The daemon is known to be there: a lost connection is tried again at once. */
  retry(): void;
}

/** In the state directory: what a daemon prints that cannot write its log (yet). */
export const DAEMON_OUTPUT = "daemon.out";
const REQUEST_LIMIT_MS = 10_000;
const START_LIMIT_MS = 8_000;
const READY_LIMIT_MS = 1_000;
const RESUME_MIN_MS = 50;
const RESUME_MAX_MS = 2_000;
/** An answer larger than this is no answer of ours. */
const ANSWER_LIMIT_CHARACTERS = 256 * 1_048_576;

/** Finds the daemon, starting it where none answers and `autostart` says how. Throws DAEMON_UNREACHABLE. */
export async function connect(paths: DaemonPaths, options: ConnectOptions = {}): Promise<DaemonClient> {
  const client = new Client(paths, options);
  await client.ensure();
  return client;
}

class Client implements DaemonClient {
  readonly #paths: DaemonPaths;
  readonly #options: ConnectOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #asking = new Set<Socket>();
  socket: string;
  version: string | null = null;
  /** Connected while looking for the daemon, and kept for the first request. */
  #ready: { socket: Socket; atMs: number } | null = null;

  constructor(paths: DaemonPaths, options: ConnectOptions) {
    this.#paths = paths;
    this.#options = options;
    this.socket = paths.socket;
  }

  async ensure(moreArgs: readonly string[] = []): Promise<void> {
    if (await this.#find()) return;
    const { autostart, startLimitMs = START_LIMIT_MS } = this.#options;
    if (!autostart) throw unreachable(this.socket);
    const { awaitDaemon } = await import("./start-daemon.js");
    await awaitDaemon(this.#start(moreArgs), () => this.#find(), startLimitMs);
  }

  #start(moreArgs: readonly string[]): DaemonStart {
    const { stateDir, tmuxSocket } = this.#paths;
    const { daemonArgs = [], env = process.env, script } = this.#options;
    return {
      log: join(stateDir, DAEMON_OUTPUT),
      // By its path, since the daemon's folder and environment are not its starter's.
      args: ["-S", tmuxSocket, ...daemonArgs, ...moreArgs],
      env,
      ...(script === undefined ? {} : { script }),
    };
  }

  /** Tries the socket of the run file first: it names the daemon that is known to run. */
  async #find(): Promise<boolean> {
    const run = readRunFile(this.#paths.runFile);
    const places = run && run.socket !== this.#paths.socket ? [run.socket, this.#paths.socket] : [this.#paths.socket];
    for (const place of places) {
      const socket = await dial(place);
      if (!socket) continue;
      this.#ready?.socket.destroy();
      this.#ready = { socket, atMs: Date.now() };
      this.socket = place;
      this.version = run?.socket === place ? run.version : null;
      return true;
    }
    return false;
  }

  async request<T>(method: string, path: string, body?: unknown, options: { timeoutMs?: number } = {}): Promise<T> {
    const limitMs = options.timeoutMs ?? REQUEST_LIMIT_MS;
    const socket = this.#dial();
    this.#asking.add(socket);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      socket.destroy();
    }, limitMs);
    try {
      const ask = { method, path, accept: "application/json", body: body === undefined ? null : JSON.stringify(body) };
      const { status, text } = await answer(socket, ask);
      if (status >= 400) throw refused(status, text);
      return (text === "" ? {} : parse(text)) as T;
    } catch (error) {
      if (error instanceof Fault) throw error;
      if (late) throw new Fault("TIMED_OUT", `the daemon did not answer within ${limitMs / 1000} s`, { cause: error });
      throw unreachable(this.socket, error);
    } finally {
      clearTimeout(timer);
      this.#asking.delete(socket);
    }
  }

  events(path: string, handlers: EventHandlers, options: EventOptions = {}): Subscription {
    const following = new Following(handlers, options);
    this.#subscriptions.add(following);
    void this.#follow(path, following).finally(() => this.#subscriptions.delete(following));
    return following;
  }

  async #follow(path: string, following: Following): Promise<void> {
    let waitMs = RESUME_MIN_MS;
    while (!following.stopped) {
      const heard = await following
        .listen(this.#dial(), path)
        .catch((error: unknown) => unreachable(this.socket, error));
      if (following.stopped) return;
      if (following.over(heard)) return;
      if (following.heardAny) waitMs = RESUME_MIN_MS;
      following.handlers.onLost?.(heard ?? unreachable(this.socket));
      await following.pause(waitMs);
      waitMs = Math.min(waitMs * 2, RESUME_MAX_MS);
      const run = readRunFile(this.#paths.runFile);
      if (run) this.socket = run.socket;
    }
  }

  owner(): string | null {
    const run = readRunFile(this.#paths.runFile);
    return run?.socket === this.socket ? run.owner : null;
  }

  #dial(): Socket {
    return this.#takeReady()?.ref() ?? connectSocket(this.socket);
  }

  /** Null where it lay so long that the daemon may have closed it. */
  #takeReady(): Socket | null {
    const ready = this.#ready;
    this.#ready = null;
    if (!ready) return null;
    if (!ready.socket.destroyed && Date.now() - ready.atMs < READY_LIMIT_MS) return ready.socket;
    ready.socket.destroy();
    return null;
  }

  close(): void {
    for (const subscription of [...this.#subscriptions]) subscription.stop();
    for (const socket of this.#asking) socket.destroy();
    this.#ready?.socket.destroy();
    this.#ready = null;
  }
}

/** One subscription's own state: what it saw last, the connection it has, what it waits for. */
class Following implements Subscription {
  readonly handlers: EventHandlers;
  readonly #resume: boolean;
  stopped = false;
  /** Whether the last connection brought anything. */
  heardAny = false;
  #after: string | null;
  #socket: Socket | null = null;
  #endPause: (() => void) | null = null;

  constructor(handlers: EventHandlers, { after, resume = true }: EventOptions) {
    this.handlers = handlers;
    this.#resume = resume;
    this.#after = after === undefined ? null : String(after);
  }

  stop(): void {
    this.stopped = true;
    this.#socket?.destroy();
    this.#endPause?.();
  }

  retry(): void {
    this.#endPause?.();
  }

  /** Hears one connection to its end. Gives what the daemon refused with, null where the stream ended in order. */
  async listen(socket: Socket, path: string): Promise<Fault | null> {
    this.#socket = socket;
    this.heardAny = false;
    const reader = new SseReader();
    let status = 0;
    let refusal = "";
    const ask: Ask = { method: "GET", path: withAfter(path, this.#after), accept: "text/event-stream", body: null };
    await exchange(socket, ask, {
      onStatus: (told) => {
        status = told;
        if (status < 400 && !this.stopped) this.handlers.onOpen?.();
      },
      onText: (text) => {
        if (status >= 400) refusal += text;
        else this.#hear(reader, text);
      },
    });
    return status >= 400 ? refused(status, refusal) : null;
  }

  /** A refusal stands; a daemon that goes down or comes up (5xx) is asked again. */
  over(heard: Fault | null): boolean {
    if (this.#resume && (heard === null || httpStatus(heard.code) >= 500)) return false;
    this.handlers.onEnd?.(heard);
    return true;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        this.#endPause = null;
        resolve();
      };
    });
  }

  #hear(reader: SseReader, text: string): void {
    this.heardAny = true;
    for (const { event, data, id } of reader.push(text)) {
      if (this.stopped) return;
      this.#after = id ?? this.#after;
      const told = parse(data);
      try {
        this.handlers.onEvent(event, told, id);
      } catch (error) {
        // The listener's own mistake is not a lost connection: it is thrown where nobody takes it for one.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

/** Null where nobody listens; any other reason (permission, a path too long) is told. */
function dial(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(path);
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      socket.on("error", () => socket.destroy());
      socket.unref();
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(null);
      else reject(unreachable(path, error));
    });
  });
}

export interface RunFile {
  readonly pid: number;
  readonly socket: string;
  readonly owner: string;
  readonly version: string;
}

/** What a running daemon wrote of itself; null where there is nothing that can be read. It may be stale. */
export function readRunFile(path: string): RunFile | null {
  try {
    const run = JSON.parse(readFileSync(path, "utf8")) as Partial<RunFile>;
    if (typeof run.socket !== "string" || typeof run.version !== "string") return null;
    return { pid: Number(run.pid), socket: run.socket, owner: String(run.owner), version: run.version };
  } catch {
    return null;
  }
}

function withAfter(path: string, after: string | null): string {
  if (after === null) return path;
  return `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}`;
}

async function answer(socket: Socket, ask: Ask): Promise<{ status: number; text: string }> {
  let status = 0;
  let text = "";
  await exchange(socket, ask, {
    onStatus: (told) => {
      status = told;
    },
    onText: (more) => {
      text += more;
      if (text.length > ANSWER_LIMIT_CHARACTERS) throw new Error("an answer without an end");
    },
  });
  return { status, text };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault("INTERNAL", "the daemon answered with something that is not JSON", { cause });
  }
}

/** What stood beside `error` in the body (a stale answer carries the present question) becomes the fault's detail. */
function refused(status: number, text: string): Fault {
  let body: Partial<ErrorJson> & Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // Not one of ours; the status has to do.
  }
  const { error, ...detail } = body;
  if (!error || typeof error.message !== "string") {
    return new Fault(status === 404 ? "NOT_FOUND" : "INTERNAL", `the daemon answered ${status}`);
  }
  const code = error.code in FAULTS ? (error.code as FaultCode) : "INTERNAL";
  return new Fault(code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  });
}

function unreachable(socket: string, cause?: unknown): Fault {
  const reason = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new Fault("DAEMON_UNREACHABLE", `no drover daemon answers at ${socket}${reason}`, {
    cause,
    hint: 'start it with "drover daemon", or see "drover doctor"',
  });
}
