/**
 * A face's way to the daemon: HTTP over the Unix socket, one connection a request (0.2 ms, and no stale connection to
 * retry), server-sent events for what goes on. What the daemon refuses becomes a Fault with its code, hint and detail.
 */
import { connect as connectSocket, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { Fault } from "#core/fault.js";
import { checkOwn } from "#host/paths.js";
import { answer, parse, refused, unreachable } from "./daemon-answer.js";
import { readRunFile } from "./run-file.js";
import type { DaemonStart } from "./start-daemon.js";
import { type EventHandlers, type EventOptions, Following, type Subscription } from "./subscription.js";

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

/** In the state directory: what a daemon prints that cannot write its log (yet). */
const DAEMON_OUTPUT = "daemon.out";
const REQUEST_LIMIT_MS = 10_000;
const START_LIMIT_MS = 8_000;
const READY_LIMIT_MS = 1_000;
const RESUME_MIN_MS = 50;
const RESUME_MAX_MS = 2_000;

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
      try {
        checkOwn(dirname(place));
      } catch (error) {
        // Nothing was said yet to whoever listens in a folder that is not this user's alone.
        socket.destroy();
        throw error;
      }
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
      if (["ENOENT", "ENOTDIR", "ECONNREFUSED"].includes(error.code ?? "")) resolve(null);
      else reject(unreachable(path, error));
    });
  });
}
