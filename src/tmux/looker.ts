/**
 * Looking at the panes: one listing a tick, captures only of panes that are read and have changed, and as seldom as the
 * cost demands. A pane has changed when its window had output in or after the second of its last capture (tmux tells the
 * time of output in whole seconds), or its size is another. A capture equal to the one before goes no further, unless
 * somebody asked for that pane: what did not move for a while is news too, to who doubts what it shows.
 */
import { Fault } from "#core/fault.js";
import type { LivePane, PaneId } from "#core/model.js";
import { type Command, capture, listGate, listPanes, listPulse, parseFrame } from "#core/protocol/commands.js";
import { type GateLine, type Pulse, parseGate, parsePanes, parsePulse } from "#core/protocol/listing.js";
import type { Still } from "#core/screen/still.js";
import type { Clock } from "#host/clock.js";
import type { PaneFrame } from "#host/emulator.js";
import type { GraphemeRules } from "#host/widths.js";
import { TickCost } from "./cost.js";
import type { Interest } from "./multiplexer.js";

/** Turns a capture into a still; host/emulator.ts is one. */
export interface StillMaker {
  /** Called when the server is known, before the first still of its panes. */
  useRules?(rules: GraphemeRules): void;
  still(captureText: string, frame: PaneFrame): Promise<Still>;
}

export interface Listing {
  readonly panes: readonly LivePane[];
  /** Counts up in the order in which tmux answered, which is that in which it looked. */
  readonly taken: number;
}

export interface LookerOptions {
  readonly clock: Clock;
  readonly emulator: StillMaker;
  request(command: Command): Promise<Buffer[]>;
  /** Every pane, because the set of them, or what they are called, changed. */
  seen(listing: Listing): void;
  still(pane: PaneId, still: Still): void;
}

const LIVELY_MS = 100;
const SLOWEST_MS = 1_000;
/** Once nothing has moved for a while, no agent works and nobody looks. Hooks and tmux's own words cause a look at once. */
const STILL_MS = 2_000;
/** 20 times a second, while the focused pane moves. */
const FOCUS_MS = 50;
const FOCUS_HOT_MS = 1_000;
/** After a key, when an echo is likely to be drawn. */
const BURST_MS = [8, 16, 33, 66];
/** A capture with attributes takes the server 0.25 to 0.55 ms. */
const CAPTURES_AT_ONCE = 8;
/**
 * With more panes than this moving all the time, each of them waits its turn: so long for each that moves. A pane that was
 * quiet, or is looked at, is captured at once as ever.
 */
const STEADY_LIMIT = 20;
const STEADY_TURN_MS = 40;
const STEADY_TICK_MS = 250;
const STEADY_AFTER_MS = 3_000;
/** How often sizes, names and marks are looked at without a hint; notifications tell of most changes at once. */
const GATE_LIVELY_MS = 1_000;
const GATE_MS = 2_000;
/** The same once nothing has moved for a while and nobody looks: it costs the server more than all else then. */
const GATE_STILL_MS = 10_000;
const STILL_AFTER_TICKS = 20;
/** A process that changed inside a pane (`pane_current_command`) is asked for at most this often. */
const COMMANDS_MS = 2_000;
/** Ticks that wait for an exit status; tmux 3.2 never tells that of a program ended by a signal. */
const ENDING_LOOKS = 20;
/** Notifications come in bunches. */
const SOON_MS = 10;

/** What is kept of a pane that is read: its last capture, so that an equal one is not parsed again. */
interface Watched {
  /** The second in which the last capture was asked for; -1 before the first. */
  captureS: number;
  size: string;
  screen: Buffer;
  frame: Buffer;
  asked: number;
  told: number;
  /** Somebody asked for it: the next capture is told, moved or not. */
  due: boolean;
  movedMs: number;
}

interface Answer {
  readonly pane: PaneId;
  readonly watched: Watched;
  readonly turn: number;
  readonly screen: Buffer;
  readonly frame: Buffer;
}

export class Looker {
  readonly #options: LookerOptions;
  readonly #clock: Clock;
  readonly #cost = new TickCost();
  #interest: Interest = { panes: new Set(), focused: new Set(), lively: false };
  readonly #watched = new Map<PaneId, Watched>();
  readonly #bursts = new Map<PaneId, (() => void)[]>();
  #taken = 0;
  #pulseText: Buffer | null = null;
  #pulse: Pulse = { panes: "", activityS: new Map() };
  #gateText: Buffer | null = null;
  #gate = new Map<PaneId, GateLine>();
  /** When the gate has to be asked again; 0 for at once. */
  #gateAtMs = 0;
  #endingLooks = 0;
  #commands = "";
  #commandsAtMs = 0;
  #moved = false;
  /** Panes that moved lately and still do, at the last tick. */
  #steady = 0;
  #quietTicks = 0;
  #running = false;
  /** How often it was stopped: a start that began before the last one must not set it running. */
  #stops = 0;
  #ticking: Promise<void> | null = null;
  #cancelTick: (() => void) | null = null;
  #tickAtMs = 0;
  #beganMs = 0;
  #cancelFocus: (() => void) | null = null;

  constructor(options: LookerOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** What a tick costs at present, in milliseconds of a core, by our own measure; and how far apart ticks are. */
  get pace(): { readonly costMs: number; readonly intervalMs: number } {
    return { costMs: this.#cost.ms, intervalMs: this.#intervalMs() };
  }

  /** Begins with a full listing. Throws where that fails. Stopped meanwhile, it lists and goes no further. */
  async start(): Promise<void> {
    const stops = this.#stops;
    for (const watched of this.#watched.values()) forget(watched);
    // In this order: what changes between the two shows in the next tick.
    const [gate] = await this.#options.request(listGate);
    this.#gateText = own(gate!);
    this.#gate = parseGate(gate!.toString("utf8"));
    this.#pulseText = null;
    this.#pulse = { panes: "", activityS: new Map() };
    await this.#sightAll();
    if (this.#stops !== stops) return;
    this.#running = true;
    this.#quietTicks = 0;
    this.#schedule(this.#clock.now());
  }

  async stop(): Promise<void> {
    this.#stops++;
    this.#running = false;
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#cancelFocus?.();
    this.#cancelFocus = null;
    for (const pane of [...this.#bursts.keys()]) this.#endBurst(pane);
    await this.#ticking;
  }

  interest(interest: Interest): void {
    this.#interest = interest;
    for (const pane of this.#watched.keys()) if (!this.#isRead(pane)) this.#watched.delete(pane);
    let more = false;
    for (const pane of [...interest.panes, ...interest.focused]) {
      if (this.#watched.has(pane)) continue;
      this.#watched.set(pane, newlyWatched());
      more = true;
    }
    if (more || interest.lively) this.soon();
    this.#armFocus();
  }

  /** Panes came, went or changed their names, or may have: the next tick comes at once and looks at all of it. */
  changed(): void {
    this.#gateAtMs = 0;
    this.soon();
  }

  /** The next tick comes at once. */
  soon(): void {
    this.#quietTicks = 0;
    if (!this.#running || this.#ticking !== null) return;
    const atMs = Math.max(this.#clock.now() + SOON_MS, this.#beganMs + this.#cost.restMs());
    if (this.#cancelTick === null || atMs < this.#tickAtMs) this.#schedule(atMs);
  }

  lookSoon(pane: PaneId): void {
    if (!this.#running) return;
    this.#endBurst(pane);
    const watched = this.#watched.get(pane);
    if (watched !== undefined) watched.due = true;
    const now = this.#clock.now();
    const cancels = BURST_MS.map((ms) =>
      this.#clock.wake(now + ms, () => {
        if (ms === BURST_MS.at(-1)) this.#bursts.delete(pane);
        void this.#look(pane);
      }),
    );
    this.#bursts.set(pane, cancels);
    void this.#look(pane);
    this.soon();
  }

  /** Every pane, asked now. Throws a Fault. */
  async sight(): Promise<Listing> {
    const [body] = await this.#options.request(listPanes);
    return { taken: ++this.#taken, panes: parsePanes(body!.toString("utf8")) };
  }

  /** One pane, asked now. Throws NOT_FOUND where there is no such pane. */
  async capture(pane: PaneId): Promise<Still> {
    try {
      const [screen, frame] = await this.#options.request(capture(pane));
      // Whoever asked knows this screen: should it go back to the one told before, that is news.
      const watched = this.#watched.get(pane);
      if (watched !== undefined) watched.due = true;
      const still = await this.#make(screen!, frame!);
      if (still !== null) return still;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "TMUX_REFUSED") throw error;
    }
    throw new Fault("NOT_FOUND", `There is no pane ${pane}.`);
  }

  #isRead(pane: PaneId): boolean {
    return this.#interest.panes.has(pane) || this.#interest.focused.has(pane);
  }

  #intervalMs(): number {
    const slowestMs = this.#quietTicks > STILL_AFTER_TICKS ? STILL_MS : SLOWEST_MS;
    const base = this.#interest.lively ? LIVELY_MS : Math.min(slowestMs, LIVELY_MS * 2 ** this.#quietTicks);
    return Math.max(base, this.#steady > STEADY_LIMIT ? STEADY_TICK_MS : 0, this.#cost.restMs());
  }

  #schedule(atMs: number): void {
    this.#cancelTick?.();
    this.#tickAtMs = atMs;
    this.#cancelTick = this.#clock.wake(atMs, () => {
      this.#cancelTick = null;
      this.#beganMs = this.#clock.now();
      this.#ticking = this.#tick()
        // Refused or unreachable: the connection tells its end by itself.
        .catch(() => {})
        .then(() => {
          this.#ticking = null;
          if (this.#running) this.#schedule(this.#beganMs + this.#intervalMs());
        });
    });
  }

  async #tick(): Promise<void> {
    const cost = this.#cost.begin();
    if (this.#clock.now() >= this.#gateAtMs) await this.#passGate();
    else {
      const [text] = await this.#options.request(listPulse);
      if (this.#pulseText === null || !this.#pulseText.equals(text!)) {
        this.#pulseText = own(text!);
        const before = this.#pulse.panes;
        this.#pulse = parsePulse(text!.toString("utf8"));
        if (before !== this.#pulse.panes) await this.#passGate();
      }
    }
    cost.listed();
    const dirty: PaneId[] = [];
    const now = this.#clock.now();
    const turnMs = this.#steady > STEADY_LIMIT ? this.#steady * STEADY_TURN_MS : 0;
    let steady = 0;
    for (const [pane, watched] of this.#watched) {
      const line = this.#gate.get(pane);
      if (line === undefined) continue;
      const activityS = Math.max(line.activityS, this.#pulse.activityS.get(pane) ?? 0);
      if (activityS >= watched.captureS || line.size !== watched.size) {
        watched.size = line.size;
        const isSteady = now - watched.movedMs < STEADY_AFTER_MS && !this.#interest.focused.has(pane);
        if (isSteady) steady++;
        if (!isSteady || now - watched.movedMs >= turnMs) dirty.push(pane);
      }
    }
    this.#steady = steady;
    // A few at a time, so that the server serves its users in between; first what somebody looks at.
    dirty.sort((a, b) => Number(this.#interest.focused.has(b)) - Number(this.#interest.focused.has(a)));
    let moved = 0;
    for (let i = 0; i < dirty.length && this.#running; i += CAPTURES_AT_ONCE) {
      const asked = dirty.slice(i, i + CAPTURES_AT_ONCE).map((pane) => this.#ask(pane));
      const began = performance.now();
      const taken = await Promise.all(asked);
      cost.captured(asked.length, performance.now() - began);
      for (const answer of taken) if (answer !== null && (await this.#take(answer))) moved++;
    }
    if (moved > 0) this.#moved = true;
    this.#quietTicks = moved > 0 || steady > 0 ? 0 : this.#quietTicks + 1;
    if (this.#moved && this.#clock.now() - this.#commandsAtMs >= COMMANDS_MS) {
      this.#moved = false;
      const listing = await this.sight();
      if (this.#noteCommands(listing.panes)) this.#options.seen(listing);
    }
    cost.end();
  }

  async #passGate(): Promise<void> {
    const quietMs = this.#quietTicks > STILL_AFTER_TICKS ? GATE_STILL_MS : GATE_MS;
    const restMs = this.#endingLooks-- > 0 ? 0 : this.#interest.lively ? GATE_LIVELY_MS : quietMs;
    this.#gateAtMs = this.#clock.now() + restMs;
    const [text] = await this.#options.request(listGate);
    if (this.#gateText?.equals(text!)) return;
    this.#gateText = own(text!);
    const before = this.#gate;
    this.#gate = parseGate(text!.toString("utf8"));
    if (sameStructure(before, this.#gate)) return;
    this.#quietTicks = 0;
    await this.#sightAll();
  }

  async #sightAll(): Promise<void> {
    const listing = await this.sight();
    const { panes } = listing;
    // tmux calls a pane dead as soon as its terminal closed, and knows a moment later how the program ended.
    const ending = panes.some(isEnding);
    this.#endingLooks = ending ? ENDING_LOOKS : 0;
    if (ending) this.#gateAtMs = 0;
    this.#noteCommands(panes);
    this.#options.seen(listing);
  }

  /** Whether another program runs in some pane than at the last listing. */
  #noteCommands(panes: readonly LivePane[]): boolean {
    const commands = panes.map((pane) => `${pane.pane} ${pane.command}`).join("\n");
    const changed = commands !== this.#commands;
    this.#commands = commands;
    this.#commandsAtMs = this.#clock.now();
    return changed;
  }

  /** Captures one pane and tells it where it changed or is due. False where it did not, or is gone. */
  async #look(pane: PaneId): Promise<boolean> {
    const answer = await this.#ask(pane);
    return answer !== null && this.#take(answer);
  }

  async #ask(pane: PaneId): Promise<Answer | null> {
    const watched = this.#watched.get(pane) ?? newlyWatched();
    const turn = ++watched.asked;
    const before = watched.captureS;
    watched.captureS = Math.floor(this.#clock.now() / 1_000);
    try {
      const [screen, frame] = await this.#options.request(capture(pane));
      return { pane, watched, turn, screen: screen!, frame: frame! };
    } catch {
      watched.captureS = before;
      return null; // gone, or the connection ended: either is told elsewhere
    }
  }

  async #take({ pane, watched, turn, screen, frame }: Answer): Promise<boolean> {
    if (watched.told > turn) return false;
    const moved = watched.told === 0 || !watched.screen.equals(screen) || !watched.frame.equals(frame);
    if (!moved && !watched.due) return false;
    watched.due = false;
    watched.told = turn;
    if (moved) {
      watched.screen = own(screen);
      watched.frame = own(frame);
      watched.movedMs = this.#clock.now();
    }
    const still = await this.#make(screen, frame);
    if (still === null || !this.#running || watched.told !== turn) return false;
    this.#options.still(pane, still);
    if (this.#interest.focused.has(pane)) this.#armFocus();
    return moved;
  }

  async #make(screen: Buffer, frame: Buffer): Promise<Still | null> {
    const facts = parseFrame(frame.toString("utf8"));
    return facts === null ? null : this.#options.emulator.still(screen.toString("utf8"), facts);
  }

  /** While a focused pane moves it is captured between the ticks too. */
  #armFocus(): void {
    if (this.#cancelFocus !== null || !this.#running) return;
    const now = this.#clock.now();
    const hot = [...this.#interest.focused].filter(
      (pane) => now - (this.#watched.get(pane)?.movedMs ?? 0) < FOCUS_HOT_MS,
    );
    if (hot.length === 0) return;
    this.#cancelFocus = this.#clock.wake(now + FOCUS_MS, () => {
      void Promise.all(hot.filter((pane) => this.#isRead(pane)).map((pane) => this.#look(pane))).then(() => {
        this.#cancelFocus = null;
        this.#armFocus();
      });
    });
  }

  #endBurst(pane: PaneId): void {
    for (const cancel of this.#bursts.get(pane) ?? []) cancel();
    this.#bursts.delete(pane);
  }
}

/** Dead, and how it ended is not known yet. */
export function isEnding(pane: LivePane): boolean {
  return pane.exit !== null && pane.exit.code === null && pane.exit.signal === null;
}

function newlyWatched(): Watched {
  return { captureS: -1, size: "", screen: EMPTY, frame: EMPTY, asked: 0, told: 0, due: false, movedMs: 0 };
}

/** Another server: the same pane id is another pane. */
function forget(watched: Watched): void {
  Object.assign(watched, { captureS: -1, size: "", screen: EMPTY, frame: EMPTY, told: 0 });
}

const EMPTY = Buffer.alloc(0);

/** A copy of its own: a reply points into the chunk it came in, which would be kept as long. */
function own(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

function sameStructure(before: ReadonlyMap<PaneId, GateLine>, now: ReadonlyMap<PaneId, GateLine>): boolean {
  if (before.size !== now.size) return false;
  for (const [pane, line] of now) if (before.get(pane)?.structure !== line.structure) return false;
  return true;
}
