/** How what was believed along a recording compares with the truth that stands beside it. */
import type { AgentState } from "../model.js";
import type { Shown } from "./reading.js";

/** From `t` to `until` (seconds) the state certainly held; gaps between marks are transitions and are not judged. */
export interface Mark {
  readonly t: number;
  readonly until: number;
  /** In the words of the recordings: `processing`, `waiting_user_answer` … */
  readonly state: string;
}

/** What was believed at a look, `t` seconds into the recording. */
export interface Tick {
  readonly t: number;
  readonly state: AgentState;
  readonly rule: string;
}

/** A mark, and the looks inside it. */
export interface JudgedMark {
  readonly t: number;
  readonly until: number;
  readonly truth: AgentState;
  /** States at the ticks inside the mark that were not the truth; empty where it is right. */
  readonly wrong: readonly Tick[];
  readonly ticks: number;
  /**
   * From the first picture that shows the truth, and goes on showing it, to the first tick that says it, in ms: 0 where a
   * tick says it sooner. Null where none does, or the pictures are not known.
   */
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

/** What the pictures that a recording's program wrote show, in order of time. */
export interface Picture {
  readonly t: number;
  readonly shown: Shown;
}

/** What a screen can show where the state is this one. */
const SHOWN: Readonly<Partial<Record<AgentState, readonly Shown[]>>> = {
  starting: ["starting"],
  idle: ["ready", "finished", "interrupted"],
  working: ["working"],
  blocked: ["blocked"],
  done: ["finished", "ready"],
  error: ["error"],
  exited: ["exited"],
};

/** Marks with words that are not known are left out. */
export function judgeMarks(
  marks: readonly Mark[],
  ticks: readonly Tick[],
  pictures: readonly Picture[] = [],
): JudgedMark[] {
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
        latencyMs: first === undefined ? null : latencyMs(truth, first.t, began, pictures),
      },
    ];
  });
}

function latencyMs(truth: AgentState, decidedAt: number, began: number, pictures: readonly Picture[]): number | null {
  if (pictures.length === 0) return null;
  let shownAt: number | null = null;
  let before: Shown | null = null;
  for (const { t, shown } of pictures) {
    if (t > decidedAt) break;
    if (!SHOWN[truth]?.includes(shown)) shownAt = null;
    else if (shown !== before) shownAt = t;
    before = shown;
  }
  return shownAt === null ? 0 : Math.round((decidedAt - Math.max(shownAt, began)) * 1000);
}
