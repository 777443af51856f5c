/**
 * Plays a recording back to the same reader and the same `derive` that the daemon uses, and says what it would have said
 * (SPEC §10, `replay`). A stepper without a clock: whoever calls it takes a still every 100 ms of the recording.
 */
import { type Believed, newborn } from "./belief/believed.js";
import type { Fact } from "./belief/fact.js";
import { derive } from "./derive.js";
import type { AgentState, EvidenceSource, Question } from "./model.js";
import type { Output } from "./output/output.js";
import type { HookReport } from "./screen/hook-meanings.js";
import type { Provider } from "./screen/reading.js";
import { isPlausible, signalReport } from "./screen/signal-meanings.js";
import type { Signal } from "./screen/signals.js";
import type { Still } from "./screen/still.js";

/** How far apart the stills are, as the daemon takes them of a working agent. */
export const REPLAY_TICK_MS = 100;

export interface ReplayMoment {
  /** Seconds of the recording. */
  readonly t: number;
  /** Null where the screen was not read then. */
  readonly still: Still | null;
  /** When that was, by the clock that its facts tell the time of, in ms; by default that of the recording. */
  readonly nowMs?: number;
  /** What hooks reported since the moment before, in order. */
  readonly hooks?: readonly HookReport[];
  /** What else the daemon took in, where it recorded that: a person looked, the program ended. */
  readonly facts?: readonly Fact[];
  /** What the raw bytes held since then beside the picture, in order. */
  readonly signals?: readonly Signal[];
}

/** What was believed when a recording began, as far as that is known. */
export type ReplayBeginning = Pick<Believed, "state" | "turn" | "unread" | "evidence"> & Partial<Believed>;

/** What `drover replay` prints: a change of state, or a question that was seen. */
export type ReplayLine =
  | {
      readonly t: number;
      readonly state: AgentState;
      readonly source: EvidenceSource | null;
      readonly rule: string | null;
      readonly excerpt: string | null;
    }
  | { readonly t: number; readonly question: Question };

/** The last line of a replay: the final response of the last turn that ended. */
export interface ReplayEnd {
  readonly last: Pick<Output, "kind" | "text" | "source">;
}

/** One recording on its way: takes its moments in order, and says what changed at each. */
export class Replay {
  readonly #provider: Provider;
  readonly #begins: ReplayBeginning | null;
  #believed: Believed | null = null;

  /** `begins`: what was believed when the recording began; by default it began with the launch. */
  constructor(provider: Provider, begins: ReplayBeginning | null = null) {
    this.#provider = provider;
    this.#begins = begins;
  }

  /** What is believed now; null before the first step. */
  get believed(): Believed | null {
    return this.#believed;
  }

  /** Takes one moment; gives a line for a change of state, and one for a dialog that was not open before. */
  step(moment: ReplayMoment): ReplayLine[] {
    const nowMs = moment.nowMs ?? Math.round(moment.t * 1000);
    const lines: ReplayLine[] = [];
    if (this.#believed === null) {
      const { evidence = null, ...begins } = this.#begins ?? {};
      this.#believed = { ...newborn(nowMs), ...begins, evidence };
      const { state } = this.#believed;
      const { source = null, rule = null, excerpt = null } = evidence ?? {};
      lines.push({ t: moment.t, state, source, rule, excerpt });
      if (this.#believed.question !== null) lines.push({ t: moment.t, question: this.#believed.question });
    }
    const take = (fact: Fact): void => this.#become(derive(this.#believed!, fact, nowMs), moment.t, lines);
    for (const fact of moment.facts ?? []) take(fact);
    for (const report of moment.hooks ?? []) take({ kind: "hook", ...report });
    if (moment.still === null) return lines;
    const reading = this.#provider.read(moment.still);
    for (const signal of moment.signals ?? []) {
      const report = signalReport(this.#provider.name, signal, this.#believed.memory.turnOpen === true);
      if (report !== null && isPlausible(report, reading, this.#believed.state)) take({ kind: "hook", ...report });
    }
    take({ kind: "still", reading });
    return lines;
  }

  /** Goes on from another belief: what led to it is not in the recording. */
  goOn(believed: Believed, t: number): ReplayLine[] {
    const lines: ReplayLine[] = [];
    this.#become(believed, t, lines);
    return lines;
  }

  #become(after: Believed, t: number, lines: ReplayLine[]): void {
    const before = this.#believed!;
    this.#believed = after;
    if (after.state !== before.state) {
      const { source = null, rule = null, excerpt = null } = after.evidence ?? {};
      lines.push({ t, state: after.state, source, rule, excerpt });
    }
    if (after.question !== null && after.question.fingerprint !== before.question?.fingerprint) {
      lines.push({ t, question: after.question });
    }
  }
}
