/**
 * Captures of the panes that are read, as seldom as what changed allows. A pane has changed when its window had output in
 * or after the second of its last capture (tmux tells the time of output in whole seconds), or its size is another. A
 * capture equal to the one before goes no further, unless somebody asked for that pane: what did not move for a while is
 * news too, to who doubts what it shows. Between the ticks (looker.ts) panes are captured after a key and while they are
 * looked at.
 */
import { Fault } from "#core/fault.js";
import type { PaneId } from "#core/model.js";
import { type Command, capture, parseFrame } from "#core/protocol/commands.js";
import type { GateLine } from "#core/protocol/listing.js";
import type { Still } from "#core/screen/still.js";
import type { Clock } from "#host/clock.js";
import type { PaneFrame } from "#host/emulator.js";
import type { GraphemeRules } from "#host/widths.js";
import type { RunningTick } from "./cost.js";
import type { Interest } from "./multiplexer.js";
import { WatchedPane } from "./watched-pane.js";

/** Turns a capture into a still; host/emulator.ts is one. */
export interface StillMaker {
  /** Called when the server is known, before the first still of its panes. */
  useRules?(rules: GraphemeRules): void;
  still(captureText: string, frame: PaneFrame): Promise<Still>;
}

export interface CapturesOptions {
  readonly clock: Clock;
  readonly emulator: StillMaker;
  request(command: Command): Promise<Buffer[]>;
  still(pane: PaneId, still: Still): void;
  /** What the pane shows could not be made into a still; said once, until it can. */
  failed(pane: PaneId, error: unknown): void;
}

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
const STEADY_AFTER_MS = 3_000;

interface Answer {
  readonly pane: PaneId;
  readonly watched: WatchedPane;
  readonly turn: number;
  readonly screen: Buffer;
  readonly frame: Buffer;
}

export class Captures {
  readonly #options: CapturesOptions;
  readonly #clock: Clock;
  #interest: Interest = { panes: new Set(), focused: new Set(), lively: false };
  readonly #watched = new Map<PaneId, WatchedPane>();
  readonly #bursts = new Map<PaneId, (() => void)[]>();
  #steady = 0;
  #running = false;
  #cancelFocus: (() => void) | null = null;

  constructor(options: CapturesOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** Panes that moved lately and still did at the last tick. */
  get steady(): number {
    return this.#steady;
  }

  /** They are so many that each waits its turn. */
  get crowded(): boolean {
    return this.#steady > STEADY_LIMIT;
  }

  /** Another server: the same pane id is another pane. */
  forget(): void {
    for (const watched of this.#watched.values()) watched.forget();
  }

  start(): void {
    this.#running = true;
  }

  stop(): void {
    this.#running = false;
    this.#cancelFocus?.();
    this.#cancelFocus = null;
    for (const pane of [...this.#bursts.keys()]) this.#endBurst(pane);
  }

  /** Which panes are read from now on. True where one was not before. */
  interest(interest: Interest): boolean {
    this.#interest = interest;
    for (const pane of this.#watched.keys()) if (!this.#isRead(pane)) this.#watched.delete(pane);
    let more = false;
    for (const pane of [...interest.panes, ...interest.focused]) {
      if (this.#watched.has(pane)) continue;
      this.#watched.set(pane, new WatchedPane());
      more = true;
    }
    this.#armFocus();
    return more;
  }

  /** One pane, asked now. Throws NOT_FOUND where there is no such pane. */
  async capture(pane: PaneId): Promise<Still> {
    try {
      for (;;) {
        const watched = this.#watched.get(pane);
        const turn = watched?.nextTurn() ?? 0;
        const [screen, frame] = await this.#options.request(capture(pane));
        // Whoever asked knows this screen: should it go back to the one told before, that is news.
        if (watched !== undefined) watched.due = true;
        const still = await this.#make(screen!, frame!);
        if (still === null) break;
        // A newer one was told while this was made: believed after that, it would stand for good on a screen at rest.
        if (!watched?.overtaken(turn)) return still;
      }
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "TMUX_REFUSED") throw error;
    }
    throw new Fault("NOT_FOUND", `There is no pane ${pane}.`);
  }

  /** Something was typed into the pane: it is captured now and a few times when an echo is likely. */
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
  }

  /** Captures what changed by the listing's word, and gives how many panes did move. Throws where tmux cannot be asked. */
  async tick(
    gate: ReadonlyMap<PaneId, GateLine>,
    activityS: ReadonlyMap<PaneId, number>,
    cost: RunningTick,
  ): Promise<number> {
    // A few at a time, so that the server serves its users in between; first what somebody looks at.
    const dirty = this.#dirty(gate, activityS);
    dirty.sort((a, b) => Number(this.#interest.focused.has(b)) - Number(this.#interest.focused.has(a)));
    let moved = 0;
    for (let i = 0; i < dirty.length && this.#running; i += CAPTURES_AT_ONCE) {
      const asked = dirty.slice(i, i + CAPTURES_AT_ONCE).map((pane) => this.#ask(pane));
      const began = performance.now();
      const taken = await Promise.all(asked);
      cost.captured(asked.length, performance.now() - began);
      const told = await Promise.all(taken.map((answer) => answer !== null && this.#take(answer)));
      moved += told.filter((one) => one).length;
    }
    return moved;
  }

  #dirty(gate: ReadonlyMap<PaneId, GateLine>, pulseS: ReadonlyMap<PaneId, number>): PaneId[] {
    const dirty: PaneId[] = [];
    const now = this.#clock.now();
    const turnMs = this.crowded ? this.#steady * STEADY_TURN_MS : 0;
    let steady = 0;
    for (const [pane, watched] of this.#watched) {
      const line = gate.get(pane);
      if (line === undefined) continue;
      if (!watched.changed(line, pulseS.get(pane) ?? 0)) continue;
      const isSteady = now - watched.movedMs < STEADY_AFTER_MS && !this.#interest.focused.has(pane);
      if (isSteady) steady++;
      if (!isSteady || now - watched.movedMs >= turnMs) dirty.push(pane);
    }
    this.#steady = steady;
    return dirty;
  }

  #isRead(pane: PaneId): boolean {
    return this.#interest.panes.has(pane) || this.#interest.focused.has(pane);
  }

  /** Captures one pane and tells it where it changed or is due. False where it did not, or is gone. */
  async #look(pane: PaneId): Promise<boolean> {
    const answer = await this.#ask(pane);
    return answer !== null && this.#take(answer);
  }

  async #ask(pane: PaneId): Promise<Answer | null> {
    const watched = this.#watched.get(pane) ?? new WatchedPane();
    const turn = watched.nextTurn();
    const takeBack = watched.asking(this.#clock.now());
    try {
      const [screen, frame] = await this.#options.request(capture(pane));
      return { pane, watched, turn, screen: screen!, frame: frame! };
    } catch {
      takeBack();
      return null; // gone, or the connection ended: either is told elsewhere
    }
  }

  async #take({ pane, watched, turn, screen, frame }: Answer): Promise<boolean> {
    const { moved, tells } = watched.take(turn, screen, frame, this.#clock.now());
    if (!tells) return false;
    const still = await this.#makeOrFail(pane, watched, screen, frame);
    if (still === null || !this.#running || !watched.isLast(turn)) return false;
    this.#options.still(pane, still);
    if (this.#interest.focused.has(pane)) this.#armFocus();
    return moved;
  }

  /** A screen that cannot be made costs this look alone: nobody waits for it, and the other panes are looked at. */
  async #makeOrFail(pane: PaneId, watched: WatchedPane, screen: Buffer, frame: Buffer): Promise<Still | null> {
    try {
      const still = await this.#make(screen, frame);
      watched.failed = false;
      return still;
    } catch (error) {
      // Told to nobody: the same screen is to be tried again.
      watched.due = true;
      if (!watched.failed) this.#options.failed(pane, error);
      watched.failed = true;
      return null;
    }
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
