/**
 * One tmux server, as the daemon sees it: who is there, what their screens show, and the few things drover does to them.
 *
 * It does no harm. Everything goes over one control client, attached with `no-output` and `ignore-size` to a private
 * session of its own (connection.ts, client.ts); a client that streams panes can crash or freeze a tmux server, one that
 * merely asks cannot. Screens are captured when they have changed and somebody reads them (looker.ts, captures.ts). No
 * global option is changed, nobody is resized, no process is started by looking. When the connection ends the private
 * session goes with it, and agents go on.
 *
 * The way down: server -> connection (kept up) -> client (one process) -> core/protocol (bytes and command lines).
 */
import { Fault } from "#core/fault.js";
import type { AgentId, LivePane, NewTab, PaneId, PaneMark, Sighting } from "#core/model.js";
import { ask, type Command, dropReceipt, type Receipt, remark, unmark } from "#core/protocol/commands.js";
import type { Notification } from "#core/protocol/notification.js";
import type { Row, Still } from "#core/screen/still.js";
import type { Clock } from "#host/clock.js";
import type { Dice } from "#host/dice.js";
import { graphemeRules } from "#host/widths.js";
import type { StillMaker } from "./captures.js";
import { type ConnectionOptions, TmuxConnection } from "./connection.js";
import { historyExtent, pastRows, readHistory } from "./history.js";
import { isEnding, type Listing, Looker } from "./looker.js";
import type {
  HistoryExtent,
  Interest,
  Multiplexer,
  MultiplexerEvents,
  MultiplexerInfo,
  PaneTap,
} from "./multiplexer.js";
import { readReceipts } from "./receipts.js";
import { remindToReap } from "./server-process.js";
import { changePane, closePane, createTab } from "./tabs.js";
import { Taps } from "./taps.js";
import { socketOf } from "./target.js";
import { pasteText, pressEnter, pressKeys, signalPane } from "./typing.js";
import { probeWidths } from "./width-probe.js";

/** What a server is made with. */
export interface TmuxServerOptions extends ConnectionOptions {
  readonly emulator: StillMaker;
  readonly dice?: Dice;
  /** The fleet whose marks these are: a pane that bears another's is never marked or unmarked. */
  readonly home?: string;
  /** A folder for taps alone; without one no pane is tapped. */
  readonly tapFolder?: string;
}

/** One tmux server, by one control-mode connection. */
export class TmuxServer implements Multiplexer {
  readonly #connection: TmuxConnection;
  readonly #looker: Looker;
  readonly #emulator: StillMaker;
  readonly #clock: Clock;
  readonly #request: (command: Command) => Promise<Buffer[]>;
  readonly #taps: Taps | null;
  #events: MultiplexerEvents | null = null;
  #version: string | null = null;
  #pastes = 0;
  /** Which server's panes were told last. */
  #told: string | null = null;
  /** Tabs are made one after the other: two at once could make the same session. */
  #making: Promise<unknown> = Promise.resolve();
  /** And closed one after the other: see `killPane`. */
  #closing: Promise<unknown> = Promise.resolve();
  readonly #home: string | null;
  /** Another drover may paste into the same server. */
  readonly #pasteName: string;

  constructor(options: TmuxServerOptions) {
    this.#clock = options.clock;
    this.#home = options.home ?? null;
    this.#connection = new TmuxConnection(options);
    this.#emulator = options.emulator;
    this.#request = (command) => this.#connection.request(command);
    this.#pasteName = `drover-${options.dice?.id() ?? process.pid}`;
    const { tapFolder, tmuxArgs, env, clock } = options;
    this.#taps = tapFolder === undefined ? null : new Taps(tapFolder, socketOf(tmuxArgs, env), env, clock);
    this.#looker = new Looker({
      clock: options.clock,
      emulator: options.emulator,
      request: this.#request,
      seen: (listing) => this.#seen(listing),
      still: (pane: PaneId, still: Still) => this.#events?.still(pane, still),
      failed: (pane, error) => options.log.error("a screen could not be made out", { pane, error }),
    });
  }

  info(): MultiplexerInfo {
    const { server, socket } = this.#connection;
    return { kind: "tmux", version: this.#version, socket, connected: server !== null };
  }

  /** What a tick costs at present and how far apart ticks are: for `doctor` and the bench. */
  get pace(): { readonly costMs: number; readonly intervalMs: number } {
    return this.#looker.pace;
  }

  /** The process that ends the control client should this one be killed. */
  get watchdogPid(): number | undefined {
    return this.#connection.watchdogPid;
  }

  async start(events: MultiplexerEvents): Promise<void> {
    this.#events = events;
    await this.#taps?.sweep();
    return this.#connection.start({
      up: async (server) => {
        this.#version = server.version;
        this.#emulator.useRules?.(graphemeRules(server.version));
        void this.#learnWidths(server.epoch);
        events.connection(true);
        await this.#looker.start();
      },
      down: (blind) => {
        void this.#looker.stop();
        events.connection(false);
        events.sighting({ blind });
      },
      notification: (notification) => {
        if (mayChangePanes(notification)) this.#looker.changed();
        if (notification.kind === "window-close" || notification.kind === "unlinked-window-close") {
          events.closed?.(notification.window);
        }
      },
    });
  }

  async close(): Promise<void> {
    await this.#taps?.close();
    await this.#looker.stop();
    await this.#connection.close();
  }

  interest(interest: Interest): void {
    this.#looker.interest(interest);
  }

  lookSoon(pane: PaneId): void {
    this.#looker.lookSoon(pane);
  }

  async sight(): Promise<Sighting> {
    const server = this.#connection.server;
    if (server === null) return { blind: this.#connection.blind };
    try {
      const { panes, taken } = await this.#looker.sight();
      if (panes.some(isEnding)) remindToReap(server.pid);
      return { epoch: server.epoch, panes, taken };
    } catch (error) {
      const slow = error instanceof Fault && error.detail?.slow === true;
      return { blind: slow ? "tmux-slow" : "tmux-gone" };
    }
  }

  async capture(pane: PaneId): Promise<Still> {
    this.#mustHaveTold();
    return this.#looker.capture(pane);
  }

  history(pane: PaneId, rows: number): Promise<string[]> {
    return readHistory(this.#onPane, pane, rows);
  }

  extent(pane: PaneId): Promise<HistoryExtent> {
    return historyExtent(this.#onPane, pane);
  }

  pastRows(
    pane: PaneId,
    above: number,
    count: number,
    needsStyle: (text: string, above: string) => boolean,
  ): Promise<{ rows: Row[]; size: number }> {
    return pastRows(this.#onPane, pane, above, count, needsStyle);
  }

  async tap(pane: PaneId, hear: (bytes: Uint8Array) => void): Promise<PaneTap | null> {
    if (this.#taps === null) throw new Fault("TMUX_REFUSED", "no pane is tapped here");
    return this.#taps.open(this.#onPane, pane, hear);
  }

  createTab(tab: NewTab): Promise<LivePane> {
    const made = this.#making.then(() => this.#connection.withServer(() => createTab(this.#request, tab)));
    this.#making = made.catch(() => {});
    return made;
  }

  paste(pane: PaneId, text: string, receipt?: Receipt): Promise<void> {
    return pasteText(this.#onPane, pane, `${this.#pasteName}-${++this.#pastes}`, text, receipt);
  }

  keys(pane: PaneId, keys: readonly string[]): Promise<void> {
    return pressKeys(this.#onPane, pane, keys);
  }

  enter(pane: PaneId, receipt: Receipt): Promise<void> {
    return pressEnter(this.#onPane, pane, receipt);
  }

  async receipts(): Promise<{ epoch: string; says: ReadonlyMap<AgentId, string> }> {
    const epoch = this.#connection.server?.epoch;
    const says = await readReceipts(this.#request, this.#clock);
    if (epoch === undefined || this.#connection.server?.epoch !== epoch) {
      throw new Fault("TMUX_UNREACHABLE", "tmux was started anew meanwhile.");
    }
    return { epoch, says };
  }

  async dropReceipt(agent: AgentId): Promise<void> {
    await this.#request(dropReceipt(agent));
  }

  async mark(pane: PaneId, mark: PaneMark, windowName: string | null): Promise<void> {
    await this.#mustNotBeAnothers(pane);
    await changePane(this.#onPane, pane, remark(pane, mark, windowName));
    this.#looker.changed();
  }

  async unmark(pane: PaneId): Promise<void> {
    await this.#mustNotBeAnothers(pane);
    await changePane(this.#onPane, pane, unmark(pane));
    this.#looker.changed();
  }

  /**
   * The next one only when tmux has answered, and told its clients what this one changed. Where the current window of a
   * session and then its last are closed in one go, tmux tells every control client of a window that a session no longer
   * has: a null pointer, and the end of the server (control_notify_session_window_changed; seen on 3.3a, the same in 3.5a).
   */
  async killPane(pane: PaneId): Promise<void> {
    const closed = this.#closing.then(() => closePane(this.#onPane, pane));
    this.#closing = closed.catch(() => {});
    await closed;
    this.#looker.changed();
  }

  signal(pane: PaneId, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    return signalPane(this.#onPane, pane, signal);
  }

  /** Throws CONFLICT where another fleet has marked the pane. */
  async #mustNotBeAnothers(pane: PaneId): Promise<void> {
    if (this.#home === null) return;
    const [body] = await this.#onPane(ask(pane, "@drover-home"));
    const home = body!.toString("utf8").trim();
    if (home === "" || home === this.#home) return;
    throw new Fault("CONFLICT", `${pane} bears the mark of another drover on this tmux server.`);
  }

  /** Only to the server whose panes were told last: in one that was started since, the same id is somebody else's pane. */
  readonly #onPane = async (command: Command): Promise<Buffer[]> => {
    this.#mustHaveTold();
    return this.#connection.request(command);
  };

  #mustHaveTold(): void {
    if (this.#connection.server?.epoch === this.#told) return;
    throw new Fault("TMUX_UNREACHABLE", "tmux was started anew and its panes were not looked at yet.");
  }

  async #learnWidths(epoch: string): Promise<void> {
    if (this.#emulator.useRules === undefined) return;
    const rules = await probeWidths(this.#request, this.#clock, () => this.#connection.server?.epoch === epoch);
    if (rules !== null) this.#emulator.useRules(rules);
  }

  #seen({ panes, taken }: Listing): void {
    const server = this.#connection.server;
    if (server === null) return;
    if (panes.some(isEnding)) remindToReap(server.pid);
    this.#told = server.epoch;
    this.#events?.sighting({ epoch: server.epoch, panes, taken });
    if (panes.length === 0) void this.#connection.leaveIfAlone().catch(() => {});
  }
}

/** A hint that the next listing will differ. */
function mayChangePanes(notification: Notification): boolean {
  switch (notification.kind) {
    case "sessions-changed":
    case "session-renamed":
    case "window-add":
    case "window-close":
    case "window-renamed":
    case "unlinked-window-add":
    case "unlinked-window-close":
    case "unlinked-window-renamed":
    case "layout-change":
      return true;
    default:
      return false;
  }
}
