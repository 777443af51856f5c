/**
 * The one connection to a tmux server, kept up: lost, it is made again with growing patience; without a server, which is
 * nothing unusual, the socket is looked at now and then and no process is started.
 */
import { existsSync } from "node:fs";
import { Fault } from "#core/fault.js";
import type { Command } from "#core/protocol/commands.js";
import { OWN_SESSION } from "#core/protocol/listing.js";
import type { Notification } from "#core/protocol/notification.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import { type ClientEnd, ControlClient } from "./client.js";
import { ownExecutable, startServer } from "./server-process.js";
import { endStaleClients } from "./stale-clients.js";
import {
  cleanEnvironment,
  type Environment,
  serverAnswers,
  socketOf,
  type TmuxTarget,
  targetArguments,
} from "./target.js";

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly tmuxArgs: TmuxTarget;
  readonly env: Environment;
}

/** Names one life of one server: ids of panes mean nothing in another. */
export interface ServerIdentity {
  readonly epoch: string;
  readonly version: string;
  readonly pid: number;
}

export type Blindness = "tmux-gone" | "tmux-slow" | "no-server";

export interface ConnectionEvents {
  /** Connected and set up. Only when this resolves too does the connection count as made. */
  up(server: ServerIdentity): Promise<void>;
  /** Lost, or not to be had. Said again when the reason changes. */
  down(why: Blindness): void;
  notification(notification: Notification): void;
}

const RETRY_FIRST_MS = 250;
const RETRY_LIMIT_MS = 10_000;
/** How often the socket is looked at while there is no server. */
const SOCKET_LOOK_MS = 500;

export class TmuxConnection {
  readonly socket: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #env: Record<string, string>;
  readonly #target: TmuxTarget;
  /** `tmux`, or the server's own executable where the installed tmux cannot talk to it. */
  #program = "tmux";
  #events: ConnectionEvents | null = null;
  #client: ControlClient | null = null;
  #server: ServerIdentity | null = null;
  #blind: Blindness | null = null;
  #retryMs = RETRY_FIRST_MS;
  #cancelRetry: (() => void) | null = null;
  #connecting: Promise<void> | null = null;
  #closed = false;
  /** While a tab is being made our session may be the only one. */
  #staying = 0;

  constructor(options: ConnectionOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#env = cleanEnvironment(options.env);
    this.#target = options.tmuxArgs;
    this.socket = socketOf(options.tmuxArgs, options.env);
  }

  /** The server we are connected to and set up with, else null. */
  get server(): ServerIdentity | null {
    return this.#server;
  }

  get blind(): Blindness {
    return this.#blind ?? "no-server";
  }

  get watchdogPid(): number | undefined {
    return this.#client?.watchdogPid;
  }

  /** Resolves after the first attempt, good or bad. */
  start(events: ConnectionEvents): Promise<void> {
    this.#events = events;
    return this.#connect();
  }

  /** As ControlClient.request; throws TMUX_UNREACHABLE while there is no connection. */
  request(command: Command): Promise<Buffer[]> {
    if (this.#client === null) {
      const words = this.#blind === "no-server" ? "No tmux server is running." : "tmux does not answer.";
      return Promise.reject(new Fault("TMUX_UNREACHABLE", words));
    }
    return this.#client.request(command);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#client?.close();
    await this.#connecting;
    await this.#client?.close();
  }

  /**
   * Does `work` with a server that runs and is connected, starting one where there is none; until it is done the server
   * is kept even if it has no session but ours.
   */
  async withServer<T>(work: () => Promise<T>): Promise<T> {
    this.#staying++;
    try {
      if (this.#server === null) {
        if (!(await serverAnswers(this.socket))) {
          await startServer(this.#program, this.#target, this.socket, this.#env);
        }
        this.#cancelRetry?.();
        await this.#connect();
        // That attempt may have begun before there was a server.
        if (this.#server === null) await this.#connect();
      }
      return await work();
    } finally {
      this.#staying--;
      void this.leaveIfAlone().catch(() => {});
    }
  }

  /** Called with every listing that shows no pane but ours: we must not be what keeps a server alive. */
  async leaveIfAlone(): Promise<void> {
    if (this.#staying > 0 || this.#client === null) return;
    const [body] = await this.#client.request(listEverywhere);
    // More than the one pane that is ours: a person may have opened windows in our very session.
    const names = body!.toString("utf8").split("\n").filter(Boolean);
    if (this.#staying > 0 || names.length > 1 || names.some((name) => name !== OWN_SESSION)) return;
    this.#log.info("no session left but ours: letting the server end", { socket: this.socket });
    this.#goDown("no-server");
    await this.#client?.close();
    // With `exit-empty off` the server stays: do not come and go all the time.
    this.#again(RETRY_LIMIT_MS / 4);
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#attempt().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #attempt(): Promise<void> {
    if (this.#closed || this.#server !== null) return;
    if (!existsSync(this.socket) || !(await serverAnswers(this.socket))) {
      this.#program = "tmux";
      this.#goDown("no-server");
      this.#again(SOCKET_LOOK_MS);
      return;
    }
    try {
      await this.#attach();
      this.#retryMs = RETRY_FIRST_MS;
    } catch (error) {
      const slow = error instanceof Fault && error.detail?.slow === true;
      this.#log.warn("cannot connect to tmux", { socket: this.socket, error: String(error), retryMs: this.#retryMs });
      await this.#drop();
      this.#goDown(slow ? "tmux-slow" : "tmux-gone");
      await this.#chooseProgram();
      this.#again(this.#retryMs);
      this.#retryMs = Math.min(RETRY_LIMIT_MS, this.#retryMs * 2);
    }
  }

  #again(inMs: number): void {
    this.#cancelRetry?.();
    if (!this.#closed) this.#cancelRetry = this.#clock.wake(this.#clock.now() + inMs, () => void this.#connect());
  }

  async #attach(): Promise<void> {
    let ended: ClientEnd | null = null;
    let ours: ControlClient | null = null;
    ours = await ControlClient.open(
      { program: this.#program, target: targetArguments(this.#target), env: this.#env, clock: this.#clock },
      {
        notification: (notification) => this.#heard(notification, ours),
        ended: (why) => {
          ended = why;
          if (ours !== null && this.#client === ours) this.#lost(why);
        },
      },
    );
    this.#client = ours;
    if (this.#closed) throw new Fault("TMUX_UNREACHABLE", "The connection to tmux was closed while it was made.");
    const said = await ours.request(identify);
    const [pid, startTime, version, clientPid, session] = said[0]!.toString("utf8").trim().split(" ");
    if (session !== OWN_SESSION) throw new Fault("TMUX_UNREACHABLE", `tmux put us into the session ${session}`);
    // Should somebody close the session, tmux must not move us into one of theirs. Nor may the end of our client close it:
    // that crashes some servers (client.ts), and a user may have `destroy-unattached on` for all sessions.
    const own = `set-option -t "=${OWN_SESSION}:"`;
    await ours.request({ line: `${own} destroy-unattached off ; ${own} detach-on-destroy on`, replies: 2 });
    await endStaleClients(ours, Number(clientPid), this.#env, this.#log);
    const server = { epoch: `${this.socket}:${pid}:${startTime}`, version: version!, pid: Number(pid) };
    this.#server = server;
    this.#blind = null;
    await this.#events!.up(server);
    if (ended !== null) throw new Fault("TMUX_UNREACHABLE", "The connection to tmux ended while it was set up.");
  }

  #heard(notification: Notification, client: ControlClient | null): void {
    // With `detach-on-destroy off` tmux moves a client whose session was killed into another: never stay there.
    if (notification.kind === "session-changed" && notification.name !== OWN_SESSION && client !== null) {
      this.#log.warn("our session was closed: leaving the one tmux moved us to", { session: notification.session });
      void client.close();
      return;
    }
    if (client === this.#client) this.#events?.notification(notification);
  }

  #lost(why: ClientEnd): void {
    this.#client = null;
    const wasUp = this.#server !== null;
    this.#server = null;
    if (this.#closed) return;
    this.#log.info("the connection to tmux ended", { socket: this.socket, words: why.words });
    if (this.#blind !== "no-server") this.#goDown(why.slow ? "tmux-slow" : "tmux-gone");
    if (wasUp && this.#connecting === null) {
      this.#again(this.#retryMs);
    }
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    this.#server = null;
    await client?.close();
  }

  #goDown(why: Blindness): void {
    const before = this.#blind;
    this.#blind = why;
    if (before !== why) this.#events?.down(why);
  }

  async #chooseProgram(): Promise<void> {
    if (this.#closed || !(await serverAnswers(this.socket))) return;
    const own = await ownExecutable(this.#target, this.#env);
    if (own === null || this.#program === own.path) return;
    this.#log.warn("using the tmux server's own executable", { installed: own.installed, server: own.version });
    this.#program = own.path;
  }
}

const identify: Command = {
  line: 'display-message -p "#{pid} #{start_time} #{version} #{client_pid} #{session_name}"',
  replies: 1,
};
const listEverywhere: Command = { line: 'list-panes -a -F "#{session_name}"', replies: 1 };
