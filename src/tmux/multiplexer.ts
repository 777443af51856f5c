/**
 * What the daemon asks of a terminal multiplexer, small enough to be built twice: once on tmux (tmux/server.ts), once
 * as a scripted twin for tests (test/twins/scripted-tmux.ts). Everything that fails throws a Fault.
 */
import type { AgentId, LivePane, NewTab, PaneId, PaneMark, Sighting, WindowId } from "#core/model.js";
import type { Receipt } from "#core/protocol/commands.js";
import type { Row, Still } from "#core/screen/still.js";
import type { PaneTap } from "./taps.js";

export interface MultiplexerInfo {
  readonly kind: "tmux" | "herdr";
  readonly version: string | null;
  readonly socket: string;
  readonly connected: boolean;
}

/** Called by the multiplexer; never while one of its own calls is being made. */
export interface MultiplexerEvents {
  /** After each connect, and whenever the set of panes, their marks, names, processes or deaths changed, or sight was lost. */
  sighting(sighting: Sighting): void;
  /** The window is said to have closed, or to have left its session: a hint, since its panes may live on elsewhere. */
  closed?(window: WindowId): void;
  /** A pane of interest was captured because it changed, or because a look was asked for. */
  still(pane: PaneId, still: Still): void;
  connection(connected: boolean): void;
}

/** What deserves looking at, and how often. Replaces the interest before it. */
export interface Interest {
  /** Panes whose screens are read: the agents'. */
  readonly panes: ReadonlySet<PaneId>;
  /** Panes in a focused preview: captured up to 20 times a second. */
  readonly focused: ReadonlySet<PaneId>;
  /** An agent works or a dashboard looks: ticks of 100 ms rather than stretching to 1 s. */
  readonly lively: boolean;
}

/** In rows; `limit` is the `history-limit` in force when the pane was made. */
export interface HistoryExtent {
  readonly size: number;
  readonly limit: number;
}

/** What the daemon wants of tmux. */
export interface Multiplexer {
  info(): MultiplexerInfo;
  /** Begins connecting and looking; goes on reconnecting until `close`. Resolves after the first attempt, good or bad. */
  start(events: MultiplexerEvents): Promise<void>;
  /** Leaves tmux as it was found; ends no agent. */
  close(): Promise<void>;
  interest(interest: Interest): void;
  /** Something happened in this pane (a hook, a key we sent): look now, and 8, 16, 33 and 66 ms later. */
  lookSoon(pane: PaneId): void;
  /** A fresh listing. Never throws: what cannot be seen is `blind`. */
  sight(): Promise<Sighting>;
  /** A fresh still of one pane, past every cache. */
  capture(pane: PaneId): Promise<Still>;
  /** The last `rows` rows of history and the screen, as text, fetched in pieces small enough not to stall the server. */
  history(pane: PaneId, rows: number): Promise<string[]>;
  /** How much of what scrolled off the pane's screen is kept. */
  extent(pane: PaneId): Promise<HistoryExtent>;
  /**
   * `count` rows of history with their styles, oldest first, that end `above` rows above the screen; fetched in pieces
   * as `history` does. `size` is the history's size at the time: where it moved meanwhile, the rows may not fit together
   * with those fetched before. Rows of which `needsStyle` says (of a text, and of the one above it) that its style does
   * not matter may come without one.
   */
  pastRows(
    pane: PaneId,
    above: number,
    count: number,
    needsStyle: (text: string, above: string) => boolean,
  ): Promise<{ readonly rows: Row[]; readonly size: number }>;
  /**
   * Tells every byte that the pane's program writes from now on, through the pane's own `pipe-pane`; null where that is
   * somebody else's. Absent where there is no such thing.
   */
  tap?(pane: PaneId, hear: (bytes: Uint8Array) => void): Promise<PaneTap | null>;
  /** Starts the tmux server and the session where they are missing; marks the pane in the same command list. */
  createTab(tab: NewTab): Promise<LivePane>;
  /**
   * Leaves copy mode, then pastes as one bracketed paste; control characters other than newline and tab are removed. The
   * receipt is left with it or not at all. NOT_READY where the pane holds another process than the receipt is for.
   */
  paste(pane: PaneId, text: string, receipt?: Receipt): Promise<void>;
  /** Leaves copy mode, presses Enter and leaves the receipt: all of it or nothing. */
  enter(pane: PaneId, receipt: Receipt): Promise<void>;
  /**
   * The receipts there are, and the tmux server that keeps them: they outlive a daemon, and die with the server. Nothing
   * that an earlier daemon asked for can still happen once this is answered.
   */
  receipts(): Promise<{ readonly epoch: string; readonly says: ReadonlyMap<AgentId, string> }>;
  /** Takes an agent's receipt away. */
  dropReceipt(agent: AgentId): Promise<void>;
  /** tmux key names (`Enter`, `Escape`, `C-c`, `Down`) or single characters, which are sent literally. */
  keys(pane: PaneId, keys: readonly string[]): Promise<void>;
  /** Changes the mark (rename, adoption) and the window's name. Throws CONFLICT where another fleet has marked the pane. */
  mark(pane: PaneId, mark: PaneMark, windowName: string | null): Promise<void>;
  /** Takes the mark off the pane, which stays as it is otherwise. Throws CONFLICT as `mark` does. */
  unmark(pane: PaneId): Promise<void>;
  killPane(pane: PaneId): Promise<void>;
  /** Sends a signal to the process that tmux started in the pane. */
  signal(pane: PaneId, signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export type { PaneTap, WindowId };
