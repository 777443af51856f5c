/**
 * What is believed once a prompt of ours was submitted. That opens a turn, so that one too short to be seen at work is
 * counted and its end is `done`. It is claimed like a hook's word, and whatever shows the turn later shows the one that was
 * counted.
 */
import { type Believed, become, isOpen, isRest, proof } from "./believed.js";
import { withoutPrompt } from "./opening.js";

/** It is counted once: by this, or by what showed it sooner. An agent that reports its turns by hooks is left to them. */
export function withSubmitted(before: Believed, turn: number, nowMs: number): Believed {
  const { memory, state } = before;
  if (memory.hooked || before.turn > turn) return before;
  // It was at rest when the prompt was typed: what was taken for the late start of the turn before is this one.
  if (isOpen(before)) {
    const opening = withoutPrompt(memory.opening);
    return become(before, { turn: before.turn + 1, memory: { ...memory, opening } }, nowMs);
  }
  if (!isRest(state)) return before;
  const evidence = proof("request", "send/submitted", "");
  return become(
    before,
    {
      state: "working",
      evidence,
      reason: null,
      question: null,
      unread: false,
      turn: before.turn + 1,
      // In doubt from the start: where the turn is over already nothing on the screen moves any more.
      memory: {
        ...memory,
        turnOpen: true,
        claim: "working",
        closedDialog: null,
        opening: { by: "prompt", sinceMs: nowMs },
        doubtSinceMs: nowMs,
      },
    },
    nowMs,
  );
}
