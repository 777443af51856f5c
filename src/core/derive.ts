/**
 * The one function that says what state an agent is in. Facts come in one at a time, in the order they were seen; what
 * was believed before, and the fact, give what is believed now and why. Everyone else reads its answer.
 */
import type { AgentState, Evidence, Exit, Question } from "./model.js";
import type { Reading } from "./screen/reading.js";

export interface Believed {
  readonly state: AgentState;
  readonly sinceMs: number;
  readonly evidence: Evidence | null;
  readonly reason: string | null;
  readonly question: Question | null;
  /** Turns begun so far. */
  readonly turn: number;
  /** A turn ended and nobody has looked yet. */
  readonly unread: boolean;
  readonly exit: Exit | null;
}

export type Fact =
  /** The pane as it looks now. */
  | { readonly kind: "still"; readonly reading: Reading }
  /** tmux says that the program in the pane ended. */
  | { readonly kind: "ended"; readonly exit: Exit | null }
  /** The pane is gone and the end was not seen. */
  | { readonly kind: "gone" }
  /** It was launched (again): nothing believed before holds. */
  | { readonly kind: "launched" }
  /** A person looked at it. */
  | { readonly kind: "seen" }
  /** The agent's own hook: what it means, and the payload in short. */
  | { readonly kind: "hook"; readonly means: HookMeaning; readonly evidence: Evidence };

export type HookMeaning = "started" | "turn-started" | "turn-ended" | "turn-failed" | "asks" | "interrupted" | "ended";

export function newborn(nowMs: number): Believed {
  return {
    state: "starting",
    sinceMs: nowMs,
    evidence: null,
    reason: null,
    question: null,
    turn: 0,
    unread: false,
    exit: null,
  };
}

export function derive(before: Believed, _fact: Fact, _nowMs: number): Believed {
  return before;
}
