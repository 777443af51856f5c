/** How what was believed along a recording compares with the truth that stands beside it. */
import type { AgentState } from "../model.js";

/** From `t` to `until` (seconds) the state certainly held; gaps between marks are transitions and are not judged. */
export interface Mark {
  readonly t: number;
  readonly until: number;
  /** In the words of the recordings: `processing`, `waiting_user_answer` … */
  readonly state: string;
}

export interface Tick {
  readonly t: number;
  readonly state: AgentState;
  readonly rule: string;
}

export interface JudgedMark {
  readonly t: number;
  readonly until: number;
  readonly truth: AgentState;
  /** States at the ticks inside the mark that were not the truth; empty where it is right. */
  readonly wrong: readonly Tick[];
  readonly ticks: number;
  /** Between the end of the mark before and the first tick that says the truth, in ms; null where it never does. */
  readonly latencyMs: number | null;
}

const STATES: Readonly<Record<string, AgentState>> = {
  starting: "starting",
  idle: "idle",
  processing: "working",
  waiting_user_answer: "blocked",
  completed: "done",
  error: "error",
  exited: "exited",
};

/** Marks with words that are not known are left out. */
export function judgeMarks(marks: readonly Mark[], ticks: readonly Tick[]): JudgedMark[] {
  return marks.flatMap((mark, index): JudgedMark[] => {
    const truth = STATES[mark.state];
    if (truth === undefined) return [];
    const inside = ticks.filter(({ t }) => t >= mark.t && t <= mark.until);
    const began = marks[index - 1]?.until ?? 0;
    const first = ticks.find(({ t, state }) => t >= began && t <= mark.until && state === truth);
    return [
      {
        t: mark.t,
        until: mark.until,
        truth,
        ticks: inside.length,
        wrong: inside.filter(({ state }) => state !== truth),
        latencyMs: first === undefined ? null : Math.round((first.t - began) * 1000),
      },
    ];
  });
}
