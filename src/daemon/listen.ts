/**
 * The socket's place in the file system. Bound under a name of its own and renamed over the real one, so that there is
 * no moment without it and a stale file does no harm; bound again where it disappears, as runtime directories do when
 * their user logs out, and where a dead one stands in its place.
 */
import { chmodSync, renameSync, statSync, unlinkSync } from "node:fs";
import type { Server } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import { bindPath, secureFolder } from "#host/paths.js";

/** How often the socket's file is looked at; one `stat`. */
const LOOK_MS = 5_000;

const ACCEPT_PAUSE_MIN_MS = 1_000;
const ACCEPT_PAUSE_MAX_MS = 60_000;

export interface Listening {
  /** Accepts nobody any more, ends every connection and takes the file away if it is still ours. */
  close(): Promise<void>;
}

export async function listenOn(
  server: Server,
  place: { runtimeDir: string; socket: string },
  clock: Clock,
  log: Log,
): Promise<Listening> {
  const { runtimeDir, socket } = place;
  const extra = new Set<{ close(): void }>();
  const connections = new Set<Socket>();
  server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.on("close", () => connections.delete(connection));
  });
  const acceptFailed = failingLessLoudly(clock, log);
  server.on("error", acceptFailed);
  let inode = await bind((path) => bound(server, path));
  let closed = false;
  let cancel = look();

  function look(): () => void {
    return clock.wake(clock.now() + LOOK_MS, async () => {
      if ((await isLost()) && !closed) await bindAgain();
      if (!closed) cancel = look();
    });
  }

  /** Gone, or another's that nobody listens on any more: one who is killed leaves the file, and no daemon could start. */
  async function isLost(): Promise<boolean> {
    const there = inodeOf(socket);
    return there === null || (there !== inode && !(await isAnswered(socket)));
  }

  async function bindAgain(): Promise<void> {
    try {
      const again = createServer((connection) => server.emit("connection", connection));
      again.on("error", acceptFailed);
      inode = await bind((path) => bound(again, path));
      extra.add(again);
      log.warn("the socket had disappeared and is there again");
    } catch (error) {
      log.warn("the socket disappeared and could not be made again", { error });
    }
  }

  async function bind(listen: (path: string) => Promise<void>): Promise<number | null> {
    secureFolder(runtimeDir);
    const path = bindPath(socket, process.pid);
    try {
      unlinkSync(path);
    } catch {
      // Almost always: there is none.
    }
    await listen(path);
    chmodSync(path, 0o600);
    renameSync(path, socket);
    return inodeOf(socket);
  }

  return {
    async close() {
      closed = true;
      cancel();
      if (inode !== null && inodeOf(socket) === inode) unlinkSync(socket);
      for (const one of extra) one.close();
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.destroy();
      await ended;
    },
  };
}

/**
 * An accept that fails, for want of file descriptors say, is one caller turned away (libuv accepts and closes it); the
 * listener goes on. Only the log has to be spared: it is told at once, then after ever longer pauses.
 */
function failingLessLoudly(clock: Clock, log: Log): (error: Error) => void {
  let pauseMs = 0;
  let quietUntilMs = 0;
  let unsaid = 0;
  return (error) => {
    const nowMs = clock.now();
    if (nowMs < quietUntilMs) {
      unsaid++;
      return;
    }
    // Long after the last one it is a new trouble.
    pauseMs = nowMs - quietUntilMs > ACCEPT_PAUSE_MAX_MS ? ACCEPT_PAUSE_MIN_MS : pauseMs * 2;
    pauseMs = Math.min(Math.max(pauseMs, ACCEPT_PAUSE_MIN_MS), ACCEPT_PAUSE_MAX_MS);
    quietUntilMs = nowMs + pauseMs;
    log.warn("a connection could not be accepted", { error, unsaid });
    unsaid = 0;
  };
}

function bound(
  server: { listen(path: string): unknown; once(event: string, call: (e?: unknown) => void): unknown; off: unknown },
  path: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("listening", () => resolve());
    server.once("error", reject);
    server.listen(path);
  });
}

/** Whether somebody listens there; one who is too busy to take a caller does. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const caller = connect(path);
    caller.once("connect", () => {
      caller.destroy();
      resolve(true);
    });
    caller.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED" && code !== "ENOENT"));
  });
}

function inodeOf(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch {
    return null;
  }
}
