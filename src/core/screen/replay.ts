/**
 * Plays a recording back to the same reader and the same `derive` that the daemon uses, and says what it would have said
 * (SPEC §10, `replay`). A stepper without a clock: whoever calls it takes a still every 100 ms of the recording.
 */
import { type Believed, newborn } from "../belief/believed.js";
import type { Fact } from "../belief/fact.js";
import { derive } from "../derive.js";
import type { AgentState, EvidenceSource, Question } from "../model.js";
import type { Output } from "../output/output.js";
import type { HookReport } from "./hook-meanings.js";
import type { Provider } from "./reading.js";
import { isPlausible, signalReport } from "./signal-meanings.js";
import type { Signal } from "./signals.js";
import type { Still } from "./still.js";

/** How far apart the stills are, as the daemon takes them of a working agent. */
export const REPLAY_TICK_MS = 100;

export interface ReplayMoment {
  /** Seconds of the recording. */
  readonly t: number;
  readonly still: Still;
  /** What hooks reported since the moment before, in order. */
  readonly hooks?: readonly HookReport[];
  /** What else the daemon took in, where it recorded that: a person looked, the program ended. */
  readonly facts?: readonly Fact[];
  /** What the raw bytes held since then beside the picture, in order. */
  readonly signals?: readonly Signal[];
}

export type ReplayBeginning = Pick<Believed, "state" | "turn" | "unread" | "evidence">;

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
    const nowMs = Math.round(moment.t * 1000);
    const lines: ReplayLine[] = [];
    if (this.#believed === null) {
      const { evidence = null, ...begins } = this.#begins ?? {};
      this.#believed = { ...newborn(nowMs), ...begins, evidence };
      const { state } = this.#believed;
      const { source = null, rule = null, excerpt = null } = evidence ?? {};
      lines.push({ t: moment.t, state, source, rule, excerpt });
    }
    for (const fact of moment.facts ?? []) this.#take(fact, moment.t, lines);
    const reading = this.#provider.read(moment.still);
    for (const { means, evidence } of moment.hooks ?? [])
      this.#take({ kind: "hook", means, evidence }, moment.t, lines);
    for (const signal of moment.signals ?? []) {
      const report = signalReport(this.#provider.name, signal, this.#believed.memory.turnOpen === true);
      if (report !== null && isPlausible(report, reading, this.#believed.state))
        this.#take({ kind: "hook", ...report }, moment.t, lines);
    }
    this.#take({ kind: "still", reading }, moment.t, lines);
    return lines;
  }

  #take(fact: Fact, t: number, lines: ReplayLine[]): void {
    const before = this.#believed!;
    const after = derive(before, fact, Math.round(t * 1000));
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
