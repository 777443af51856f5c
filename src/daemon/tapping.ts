/**
 * The raw taps: which agents are tapped (those of a provider with `tap = true`, and those that are recorded), and what
 * comes of their bytes. A signal that says a state is a fact at once, fenced by the launch whose tap it came from; every
 * other is reason to look. Bytes are handed on to recorders and never kept.
 */
import { StringDecoder } from "node:string_decoder";
import { type AgentChange, isOnRecord } from "#core/fleet/changes.js";
import { type Agent, isReadable } from "#core/fleet/fleet.js";
import type { AgentId, PaneId } from "#core/model.js";
import type { HookReport } from "#core/screen/hook-meanings.js";
import type { Reading } from "#core/screen/reading.js";
import { isPlausible, mayDoubt, signalReport } from "#core/screen/signal-meanings.js";
import { type Signal, SignalScanner } from "#core/screen/signals.js";
import type { PaneTap } from "#tmux/multiplexer.js";
import { asFault } from "./carry-out.js";
import { type Ground, read, theProvider } from "./ground.js";

/** Told what an agent writes while it is tapped. */
export interface Recorder {
  text(text: string): void;
  /** Whether bytes come now; where not, why. */
  tapped(on: boolean, why: string): void;
}

/** What a program said of its state. */
interface Word {
  readonly signal: Signal;
  readonly report: HookReport;
}

interface Tapped {
  readonly id: AgentId;
  readonly pane: PaneId;
  readonly incarnation: number;
  readonly decoder: StringDecoder;
  readonly scanner: SignalScanner;
  tap: PaneTap | null;
  /** Why it is not open; empty where it is, or is being opened. */
  why: string;
  /** Signals since `sinceMs`. */
  signals: number;
  sinceMs: number;
  /** The word that waits for a look at the screen, until that or the next word decides on it. */
  doubted: Word | null;
  cancelRetry: () => void;
}

/** Somebody else's pipe may be there for hours. */
const TAKEN_RETRY_MS = 30_000;
/** After its end, which may have been that of a daemon that stood still for a while. */
const ENDED_RETRY_MS = 1_000;
/** More signals than this in a second are no program's words about its state. */
const SIGNALS_PER_SECOND = 50;

export class Tapping {
  readonly #ground: Ground;
  readonly #tapped = new Map<AgentId, Tapped>();
  readonly #recorders = new Map<AgentId, Set<Recorder>>();
  #closed = false;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** How many panes are tapped now, and how many should be but are not. */
  get counts(): { readonly open: number; readonly refused: number } {
    const all = [...this.#tapped.values()];
    return { open: all.filter(({ tap }) => tap !== null).length, refused: all.filter(({ why }) => why !== "").length };
  }

  /** Nothing is tapped anew; what is open the multiplexer ends. */
  close(): void {
    this.#closed = true;
    for (const { cancelRetry } of this.#tapped.values()) cancelRetry();
  }

  /** To be called with what every event changed. */
  changed(changes: readonly AgentChange[]): void {
    if (changes.some(isOnRecord)) this.update();
  }

  /** Taps who is to be tapped and no other; to be called once at the start. */
  update(): void {
    if (this.#closed) return;
    const { agents } = this.#ground.loop.fleet;
    for (const tapped of [...this.#tapped.values()]) {
      const agent = agents.get(tapped.id);
      const same = agent?.pane === tapped.pane && agent.record.incarnation === tapped.incarnation;
      if (!same || !this.#isWanted(agent)) this.#close(tapped);
    }
    for (const agent of agents.values()) {
      if (!this.#tapped.has(agent.record.id) && this.#isWanted(agent)) void this.#open(agent);
    }
  }

  /** Taps the agent for as long as it is recorded. Resolves when it is known whether it could be. */
  async record(id: AgentId, recorder: Recorder): Promise<{ on: boolean; why: string; end: () => void }> {
    const all = this.#recorders.get(id) ?? new Set();
    this.#recorders.set(id, all.add(recorder));
    const agent = this.#ground.loop.fleet.agents.get(id);
    if (agent !== undefined && !this.#tapped.has(id) && this.#isWanted(agent)) await this.#open(agent);
    const tapped = this.#tapped.get(id);
    const end = (): void => {
      all.delete(recorder);
      if (all.size === 0) this.#recorders.delete(id);
      this.update();
    };
    return { on: tapped?.tap != null, why: tapped?.why ?? "its program has ended", end };
  }

  #isWanted(agent: Agent): boolean {
    const { mux } = this.#ground;
    if (mux.tap === undefined || agent.pane === null || !isReadable(agent)) return false;
    return this.#recorders.has(agent.record.id) || theProvider(this.#ground, agent).tap === true;
  }

  async #open(agent: Agent): Promise<void> {
    const { mux, log } = this.#ground;
    const { id, incarnation, label } = agent.record;
    const tapped: Tapped = {
      id,
      pane: agent.pane!,
      incarnation,
      decoder: new StringDecoder("utf8"),
      scanner: new SignalScanner(),
      tap: null,
      why: "",
      signals: 0,
      sinceMs: 0,
      doubted: null,
      cancelRetry: () => {},
    };
    this.#tapped.set(id, tapped);
    try {
      const tap = await mux.tap!(tapped.pane, (bytes) => this.#hear(tapped, bytes));
      if (this.#tapped.get(id) !== tapped) {
        tap?.close();
        return;
      }
      if (tap === null) {
        this.#without(tapped, "its pane is piped by somebody else", TAKEN_RETRY_MS);
        return;
      }
      log.debug("a pane is tapped", { agent: label });
      tapped.tap = tap;
      for (const recorder of this.#recorders.get(id) ?? []) recorder.tapped(true, "");
      void tap.ended.then(() => this.#without(tapped, "its pane's pipe was closed", ENDED_RETRY_MS));
    } catch (error) {
      const { code, message } = asFault(error);
      log.warn("a pane could not be tapped", { agent: label, code, error });
      this.#without(tapped, message, TAKEN_RETRY_MS);
    }
  }

  /** It is tried again: whoever has the pipe now may let it go. */
  #without(tapped: Tapped, why: string, retryMs: number): void {
    const { id } = tapped;
    if (this.#tapped.get(id) !== tapped) return;
    const { clock } = this.#ground;
    tapped.tap = null;
    tapped.why = why;
    for (const recorder of this.#recorders.get(id) ?? []) recorder.tapped(false, why);
    if (this.#closed) return;
    tapped.cancelRetry = clock.wake(clock.now() + retryMs, () => {
      this.#tapped.delete(id);
      this.update();
    });
  }

  #close(tapped: Tapped): void {
    this.#tapped.delete(tapped.id);
    tapped.cancelRetry();
    if (tapped.tap === null) return;
    tapped.tap.close();
    for (const recorder of this.#recorders.get(tapped.id) ?? []) recorder.tapped(false, "its program was started anew");
  }

  #hear(tapped: Tapped, bytes: Uint8Array): void {
    if (this.#tapped.get(tapped.id) !== tapped) return;
    const text = tapped.decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    for (const recorder of this.#recorders.get(tapped.id) ?? []) recorder.text(text);
    for (const signal of tapped.scanner.push(text)) this.#take(tapped, signal);
  }

  #take(tapped: Tapped, signal: Signal): void {
    const { loop, mux, clock } = this.#ground;
    const agent = loop.fleet.agents.get(tapped.id);
    const nowMs = clock.now();
    if (nowMs - tapped.sinceMs >= 1_000) {
      tapped.sinceMs = nowMs;
      tapped.signals = 0;
    }
    if (agent === undefined || ++tapped.signals > SIGNALS_PER_SECOND) return;
    const { believed } = agent;
    const report = signalReport(theProvider(this.#ground, agent).name, signal, believed.memory.turnOpen === true);
    if (signal.kind === "osc-7501") this.#settle(tapped, report);
    if (report === null) mux.lookSoon(tapped.pane);
    else if (mayDoubt(report, believed)) this.#doubt(tapped, agent, { signal, report });
    else this.#post(tapped, { signal, report });
  }

  /** The next word came before the look: one that ends or asks something proves the turn, one of rest that there was none. */
  #settle(tapped: Tapped, next: HookReport | null): void {
    const { doubted } = tapped;
    tapped.doubted = null;
    if (doubted !== null && next !== null && next.means !== "turn-started") this.#post(tapped, doubted);
  }

  #doubt(tapped: Tapped, agent: Agent, word: Word): void {
    const { loop, mux } = this.#ground;
    tapped.doubted = word;
    const decide = (reading: Reading | null): void => {
      if (tapped.doubted !== word) return;
      tapped.doubted = null;
      const before = loop.fleet.agents.get(tapped.id)?.believed.state ?? "lost";
      if (reading !== null && isPlausible(word.report, reading, before)) this.#post(tapped, word);
    };
    mux.capture(tapped.pane).then(
      (still) => decide(read(this.#ground, agent, still)),
      () => decide(null),
    );
  }

  #post({ id, incarnation }: Tapped, { signal: { kind }, report: { means, evidence } }: Word): void {
    const { loop } = this.#ground;
    loop.post({
      kind: "hook",
      agent: id,
      incarnation,
      means,
      session: null,
      beginsSession: false,
      name: kind,
      evidence,
    });
  }
}
