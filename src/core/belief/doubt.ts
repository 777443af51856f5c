/**
 * How long the screen may say something else than what is believed before it is believed. A hook is ahead of the screen, a
 * frame may be half drawn: so a contradiction is first noted, and counts once it has lasted.
 */
import { type Believed, become } from "./believed.js";

/** How long a hook is believed against a screen that says something else. */
export const GRACE_MS = 1_500;
/** The same for the end of a turn: other people's stop hooks may keep the screen busy for a while after it. */
export const END_GRACE_MS = 3_000;
/** A frame that fits nothing is most often half drawn. */
const HALF_DRAWN_MS = 700;
/** A dialog that moves by a row is seen twice, or in halves, for a frame. */
const TORN_MS = 120;
/** So long a program may take to draw the turn that it told of (opencode's first, on a busy machine). */
const BEHIND_MS = 10_000;
/** How long a program that shows its composer may still be called starting. */
const STARTING_MS = 5_000;

/** The belief kept as it is, with the doubt noted; null once the doubt has lasted. */
export function doubt(before: Believed, nowMs: number): Believed | null {
  const since = Math.min(before.memory.doubtSinceMs ?? nowMs, nowMs);
  if (nowMs - since >= patienceMs(before)) return null;
  return become(before, { memory: { ...before.memory, doubtSinceMs: since } }, nowMs);
}

/** The same where the screen may be from before the turn that was told of. */
export function doubtBehind(before: Believed, nowMs: number): Believed | null {
  if (nowMs - before.sinceMs >= BEHIND_MS) return null;
  // To be settled then: nothing may move on it any more.
  const doubtSinceMs = before.sinceMs + BEHIND_MS - patienceMs(before);
  return become(before, { memory: { ...before.memory, doubtSinceMs } }, nowMs);
}

/**
 * When the screen should be looked at again although nothing moves on it, in ms: a doubt that will be settled by then, or
 * a start that will have taken long enough. Null where nothing waits.
 */
export function reviewAtMs(believed: Believed): number | null {
  const { doubtSinceMs } = believed.memory;
  return doubtSinceMs === null ? null : doubtSinceMs + patienceMs(believed);
}

function patienceMs({ state, memory }: Believed): number {
  if (state === "starting") return STARTING_MS;
  if (state === "blocked" && memory.claim === null) return TORN_MS;
  if (memory.claim === "rest") return END_GRACE_MS;
  return memory.claim === null && !memory.hooked ? HALF_DRAWN_MS : GRACE_MS;
}
