/**
 * Looking at the panes: one listing a tick, and captures of what it says has changed (captures.ts); as seldom as the cost
 * demands. Most ticks ask only for the pulse of the panes; sizes, names and marks are asked for behind the gate, when tmux
 * hints at a change or after a while.
 */
import type { LivePane, PaneId } from "#core/model.js";
import { type Command, listGate, listPanes, listPulse } from "#core/protocol/commands.js";
import { type GateLine, type Pulse, parseGate, parsePanes, parsePulse } from "#core/protocol/listing.js";
import type { Still } from "#core/screen/still.js";
import type { Clock } from "#host/clock.js";
import { Captures, type StillMaker } from "./captures.js";
import { TickCost } from "./cost.js";
import type { Interest } from "./multiplexer.js";
import { own } from "./watched-pane.js";

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
  failed(pane: PaneId, error: unknown): void;
}

const LIVELY_MS = 100;
/** While so many panes move that each waits its turn to be captured. */
const CROWDED_MS = 250;
const SLOWEST_MS = 1_000;
/** Once nothing has moved for a while, no agent works and nobody looks. Hooks and tmux's own words cause a look at once. */
const STILL_MS = 2_000;
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

export class Looker {
  readonly #options: LookerOptions;
  readonly #clock: Clock;
  readonly #cost = new TickCost();
  readonly #captures: Captures;
  #lively = false;
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
  #quietTicks = 0;
  #running = false;
  /** How often it was stopped: a start that began before the last one must not set it running. */
  #stops = 0;
  #ticking: Promise<void> | null = null;
  #cancelTick: (() => void) | null = null;
  #tickAtMs = 0;
  #beganMs = 0;

  constructor(options: LookerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#captures = new Captures(options);
  }

  /** What a tick costs at present, in milliseconds of a core, by our own measure; and how far apart ticks are. */
  get pace(): { readonly costMs: number; readonly intervalMs: number } {
    return { costMs: this.#cost.ms, intervalMs: this.#intervalMs() };
  }

  /** Begins with a full listing. Throws where that fails. Stopped meanwhile, it lists and goes no further. */
  async start(): Promise<void> {
    const stops = this.#stops;
    this.#captures.forget();
    // In this order: what changes between the two shows in the next tick.
    const [gate] = await this.#options.request(listGate);
    this.#gateText = own(gate!);
    this.#gate = parseGate(gate!.toString("utf8"));
    this.#pulseText = null;
    this.#pulse = { panes: "", activityS: new Map() };
    await this.#sightAll();
    if (this.#stops !== stops) return;
    this.#running = true;
    this.#captures.start();
    this.#quietTicks = 0;
    this.#schedule(this.#clock.now());
  }

  async stop(): Promise<void> {
    this.#stops++;
    this.#running = false;
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#captures.stop();
    await this.#ticking;
  }

  interest(interest: Interest): void {
    this.#lively = interest.lively;
    if (this.#captures.interest(interest) || interest.lively) this.soon();
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
    this.#captures.lookSoon(pane);
    this.soon();
  }

  /** One pane, asked now. Throws NOT_FOUND where there is no such pane. */
  capture(pane: PaneId): Promise<Still> {
    return this.#captures.capture(pane);
  }

  /** Every pane, asked now. Throws a Fault. */
  async sight(): Promise<Listing> {
    const [body] = await this.#options.request(listPanes);
    return { taken: ++this.#taken, panes: parsePanes(body!.toString("utf8")) };
  }

  #intervalMs(): number {
    const slowestMs = this.#quietTicks > STILL_AFTER_TICKS ? STILL_MS : SLOWEST_MS;
    const base = this.#lively ? LIVELY_MS : Math.min(slowestMs, LIVELY_MS * 2 ** this.#quietTicks);
    return Math.max(base, this.#captures.crowded ? CROWDED_MS : 0, this.#cost.restMs());
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
    const moved = await this.#captures.tick(this.#gate, this.#pulse.activityS, cost);
    if (moved > 0) this.#moved = true;
    this.#quietTicks = moved > 0 || this.#captures.steady > 0 ? 0 : this.#quietTicks + 1;
    if (this.#moved && this.#clock.now() - this.#commandsAtMs >= COMMANDS_MS) {
      this.#moved = false;
      const listing = await this.sight();
      if (this.#noteCommands(listing.panes)) this.#options.seen(listing);
    }
    cost.end();
  }

  async #passGate(): Promise<void> {
    const quietMs = this.#quietTicks > STILL_AFTER_TICKS ? GATE_STILL_MS : GATE_MS;
    const restMs = this.#endingLooks-- > 0 ? 0 : this.#lively ? GATE_LIVELY_MS : quietMs;
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
}

/** Dead, and how it ended is not known yet. */
export function isEnding(pane: LivePane): boolean {
  return pane.exit !== null && pane.exit.code === null && pane.exit.signal === null;
}

function sameStructure(before: ReadonlyMap<PaneId, GateLine>, now: ReadonlyMap<PaneId, GateLine>): boolean {
  if (before.size !== now.size) return false;
  for (const [pane, line] of now) if (before.get(pane)?.structure !== line.structure) return false;
  return true;
}
