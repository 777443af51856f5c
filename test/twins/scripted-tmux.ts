/**
 * A terminal multiplexer in memory: the same interface as tmux, panes that a test fills with programs, and hands with
 * which a user, or an accident, moves, kills and restarts things. Nothing happens by itself: what a real tmux would
 * notice at its next tick, the test says with `tick`.
 */
import { Fault } from "#core/fault.js";
import {
  type AgentId,
  isForeign,
  type LivePane,
  type NewTab,
  type PaneId,
  type PaneMark,
  type SessionId,
  type Sighting,
  type WindowId,
} from "#core/model.js";
import type { Receipt } from "#core/protocol/commands.js";
import { sendKeys } from "#core/protocol/commands.js";
import { pasteable } from "#core/protocol/quote.js";
import { DEFAULT_COLOUR, type Row, type Still } from "#core/screen/still.js";
import type {
  HistoryExtent,
  Interest,
  Multiplexer,
  MultiplexerEvents,
  MultiplexerInfo,
  PaneTap,
} from "#tmux/multiplexer.js";

const HISTORY_LIMIT = 2_000;

/** What runs in a pane. */
export interface PaneProgram {
  screen(): string[];
  /** What scrolled off its screen. */
  past?(): string[];
  paste?(text: string): void;
  key?(key: string): void;
  signal?(signal: string): void;
}

interface Pane {
  live: LivePane;
  program: PaneProgram;
}

export class ScriptedTmux implements Multiplexer {
  epoch = "1";
  /** While set, nothing can be seen or done. */
  blind: "tmux-gone" | "tmux-slow" | "no-server" | null = null;
  /** While set, every tab is refused with it. */
  refuseTabs: Fault | null = null;
  /** The fleet whose marks these are; null where no other can be. */
  home: string | null = null;
  /** Every call that does something, in order: `keys %1 Enter`. */
  readonly calls: string[] = [];
  interested: Interest = { panes: new Set(), focused: new Set(), lively: false };
  closed = false;
  /** How often it was asked for a fresh listing. */
  sights = 0;
  /** Receipts. */
  readonly kept = new Map<AgentId, string>();
  /** Panes whose pipe is somebody else's. */
  readonly piped = new Set<PaneId>();
  readonly #taps = new Map<PaneId, { hear: (bytes: Uint8Array) => void; close: () => void }>();
  readonly #panes = new Map<PaneId, Pane>();
  readonly #newProgram: (tab: NewTab) => PaneProgram;
  #events: MultiplexerEvents | null = null;
  #next = 1;

  /** `newProgram` says what starts in a tab that is made. */
  constructor(newProgram: (tab: NewTab) => PaneProgram = () => ({ screen: () => [] })) {
    this.#newProgram = newProgram;
  }

  info(): MultiplexerInfo {
    return { kind: "tmux", version: "3.3a", socket: "/scripted", connected: this.blind === null };
  }

  async start(events: MultiplexerEvents): Promise<void> {
    this.#events = events;
    events.connection(this.blind === null);
    this.tick();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#events = null;
  }

  interest(interest: Interest): void {
    this.interested = interest;
  }

  lookSoon(pane: PaneId): void {
    this.calls.push(`look ${pane}`);
    setImmediate(() => this.show(pane));
  }

  async sight(): Promise<Sighting> {
    this.sights++;
    return this.sighting();
  }

  async capture(pane: PaneId): Promise<Still> {
    return stillOf(this.#pane(pane));
  }

  async history(pane: PaneId, rows: number): Promise<string[]> {
    return this.#pane(pane).program.screen().slice(-rows);
  }

  async extent(pane: PaneId): Promise<HistoryExtent> {
    return { size: this.#pane(pane).program.past?.().length ?? 0, limit: HISTORY_LIMIT };
  }

  async pastRows(pane: PaneId, above: number, count: number): Promise<{ rows: Row[]; size: number }> {
    const past = this.#pane(pane).program.past?.() ?? [];
    const end = past.length - above;
    return { rows: past.slice(Math.max(0, end - count), Math.max(0, end)).map(textRow), size: past.length };
  }

  async createTab(tab: NewTab): Promise<LivePane> {
    this.calls.push(`create-tab ${tab.sessionName}:${tab.windowName}`);
    if (this.refuseTabs !== null) throw this.refuseTabs;
    if (this.blind !== null && this.blind !== "no-server") throw unreachable();
    const { sessionName, windowName, mark, columns, rows, command } = tab;
    if (sessionName === "" || command.length === 0) throw new Fault("INVALID", "There is no session, or no command.");
    if (this.blind !== null) {
      this.blind = null;
      this.#events?.connection(true);
    }
    const made = this.put({ sessionName, windowName, mark, program: this.#newProgram(tab) });
    this.change(made.pane, { columns, rows });
    return this.#pane(made.pane).live;
  }

  async tap(pane: PaneId, hear: (bytes: Uint8Array) => void): Promise<PaneTap | null> {
    this.#pane(pane);
    if (this.piped.has(pane) || this.#taps.has(pane)) return null;
    this.calls.push(`tap ${pane}`);
    let close = (): void => {};
    const ended = new Promise<void>((resolve) => {
      close = () => {
        if (this.#taps.delete(pane)) this.calls.push(`untap ${pane}`);
        resolve();
      };
    });
    this.#taps.set(pane, { hear, close });
    return { ended, close };
  }

  /** The pane's program writes this; whether anybody hears it. */
  write(pane: PaneId, text: string): boolean {
    this.#taps.get(pane)?.hear(Buffer.from(text));
    return this.#taps.has(pane);
  }

  /** Somebody else takes the pane's pipe. */
  takePipe(pane: PaneId): void {
    this.piped.add(pane);
    this.#taps.get(pane)?.close();
  }

  async paste(pane: PaneId, text: string, receipt?: Receipt): Promise<void> {
    this.calls.push(`paste ${pane} ${JSON.stringify(text)}`);
    this.#living(pane, receipt?.pid).paste?.(pasteable(text));
    if (receipt !== undefined) this.kept.set(receipt.agent, receipt.says);
  }

  async enter(pane: PaneId, receipt: Receipt): Promise<void> {
    this.calls.push(`keys ${pane} Enter`);
    this.#living(pane, receipt.pid).key?.("Enter");
    this.kept.set(receipt.agent, receipt.says);
  }

  async receipts(): Promise<{ epoch: string; says: ReadonlyMap<AgentId, string> }> {
    if (this.blind !== null) throw unreachable();
    return { epoch: this.epoch, says: new Map(this.kept) };
  }

  async dropReceipt(agent: AgentId): Promise<void> {
    this.kept.delete(agent);
  }

  async keys(pane: PaneId, keys: readonly string[]): Promise<void> {
    this.calls.push(`keys ${pane} ${keys.join(" ")}`);
    if (sendKeys(pane, keys) === null) throw new Fault("INVALID", `Not all of these are keys: ${keys.join(" ")}.`);
    const program = this.#living(pane);
    for (const key of keys) program.key?.(key);
  }

  async mark(pane: PaneId, mark: PaneMark, windowName: string | null): Promise<void> {
    this.calls.push(`mark ${pane} ${mark.label}`);
    this.#mustNotBeAnothers(pane);
    this.change(pane, windowName === null ? { mark } : { mark, windowName });
  }

  async unmark(pane: PaneId): Promise<void> {
    this.calls.push(`unmark ${pane}`);
    this.#mustNotBeAnothers(pane);
    this.change(pane, { mark: null });
  }

  async killPane(pane: PaneId): Promise<void> {
    this.calls.push(`kill ${pane}`);
    this.#pane(pane);
    this.kill(pane);
    this.tick();
  }

  async signal(pane: PaneId, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.calls.push(`signal ${pane} ${signal}`);
    const { live, program } = this.#pane(pane);
    if (!live.dead) program.signal?.(signal);
  }

  // ------------------------------------------------------------ the test's own hands

  /** Puts a pane there by hand, in a window of its own. */
  put(made: { sessionName?: string; windowName?: string; mark?: PaneMark | null; program?: PaneProgram }): LivePane {
    const n = this.#next++;
    const live: LivePane = {
      pane: `%${n}`,
      window: `@${n}` as WindowId,
      session: "$1" as SessionId,
      sessionName: made.sessionName ?? "work",
      windowName: made.windowName ?? "sh",
      windowIndex: n,
      activityS: 0,
      historyRows: 0,
      cursorX: 0,
      cursorY: 0,
      columns: 80,
      rows: 24,
      dead: false,
      exit: null,
      inMode: false,
      inputOff: false,
      alternate: false,
      pid: 1000 + n,
      title: "",
      command: "",
      mark: made.mark ?? null,
    };
    this.#panes.set(live.pane, { live, program: made.program ?? { screen: () => [] } });
    return live;
  }

  /** Changes what a listing says of a pane: moved, renamed, dead. */
  change(pane: PaneId, fields: Partial<LivePane>): void {
    const found = this.#pane(pane);
    this.#panes.set(pane, { ...found, live: { ...found.live, ...fields } });
  }

  kill(pane: PaneId): void {
    this.#panes.delete(pane);
  }

  /** The server dies and another comes up: every pane is gone, and ids begin again. */
  restart(epoch: string): void {
    this.#panes.clear();
    this.kept.clear();
    this.epoch = epoch;
    this.#next = 1;
  }

  panes(): LivePane[] {
    return [...this.#panes.values()].map(({ live }) => live);
  }

  program(pane: PaneId): PaneProgram {
    return this.#pane(pane).program;
  }

  sighting(): Sighting {
    return this.blind === null ? { epoch: this.epoch, panes: this.panes() } : { blind: this.blind };
  }

  /** What the set of panes is now, as the next tick would tell it. */
  tick(): void {
    this.#events?.sighting(this.sighting());
  }

  /** The pane changed, as the next tick would tell it; only where somebody is interested. */
  show(pane: PaneId): void {
    const found = this.#panes.get(pane);
    const { panes, focused } = this.interested;
    if (found !== undefined && (panes.has(pane) || focused.has(pane))) this.#events?.still(pane, stillOf(found));
  }

  #mustNotBeAnothers(pane: PaneId): void {
    if (isForeign(this.#pane(pane).live, this.home)) {
      throw new Fault("CONFLICT", `${pane} bears the mark of another drover.`);
    }
  }

  #pane(pane: PaneId): Pane {
    if (this.blind !== null) throw unreachable();
    const found = this.#panes.get(pane);
    if (found === undefined) throw new Fault("NOT_FOUND", `There is no pane ${pane}.`);
    return found;
  }

  /** Of the pane that is to take input: tmux drops what is sent to a dead one without a word. */
  #living(pane: PaneId, of = this.#pane(pane).live.pid): PaneProgram {
    const { live, program } = this.#pane(pane);
    if (live.pid !== of) throw new Fault("NOT_READY", `${pane} holds another program by now.`);
    if (live.dead) throw new Fault("NOT_READY", `The program in ${pane} has ended.`);
    return program;
  }
}

function unreachable(): Fault {
  return new Fault("TMUX_UNREACHABLE", "tmux does not answer");
}

function stillOf({ live, program }: Pane): Still {
  const lines = program.screen().slice(-live.rows);
  const rows: Row[] = Array.from({ length: live.rows }, (_, y) => textRow(lines[y] ?? ""));
  const { columns, title, alternate, cursorX, cursorY } = live;
  return { columns, rows, cursor: { x: cursorX, y: cursorY, visible: true }, title, alternate };
}

function textRow(text: string): Row {
  if (text === "") return { text: "", runs: [] };
  return {
    text: text.trimEnd(),
    runs: [{ text, cells: text.length, unit: 1, fg: DEFAULT_COLOUR, bg: DEFAULT_COLOUR, attrs: 0 }],
  };
}
