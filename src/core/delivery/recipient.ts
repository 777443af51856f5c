/** Whom a message is for, as far as delivering it goes: whether it may be typed to now, and what it was when that was seen. */
import type { AgentState } from "../model.js";
import type { Claim } from "./message.js";
import type { ShellMode } from "./shell-mode.js";

/** What is known of the recipient. */
export interface Recipient {
  /** In a tab, its program running, by what was seen last. */
  readonly there: boolean;
  /** There, and in a state in which it may be typed to. */
  readonly ready: boolean;
  /** Why it is not ready, for the sender: `it is working`. */
  readonly state: string;
  readonly sinceMs: number;
  /** Since when its screen says something else, and is not believed yet; absent or null where it does not. */
  readonly doubtSinceMs?: number | null;
  readonly incarnation: number;
  readonly turn: number;
  readonly epoch: string;
  /** The process in its pane, which a user's respawn-pane changes; null where that is not known. */
  readonly pid: number | null;
  readonly pasteSettleMs: number;
  /** Where its program runs what begins in some way as a command line. */
  readonly shellMode?: ShellMode;
}

/** States in which mail may be typed (SPEC §2). */
export function isReady(state: AgentState): boolean {
  return state === "idle" || state === "done";
}

/** Whether the program that a message was claimed for is still there. */
export function isSame(recipient: Recipient, claim: Claim | null): claim is Claim {
  const { there, incarnation, epoch, pid } = recipient;
  const samePid = pid === null || claim?.pid === undefined || claim.pid === pid;
  return there && incarnation === claim?.incarnation && epoch === claim.epoch && samePid;
}

/** What waits is tried again so often, whatever was or was not heard meanwhile. */
export const SWEEP_MS = 30_000;
const AGAIN_SOON_MS = 250;

/**
 * When a recipient that refused is asked again. A hook tells of a turn's end before the screen shows it, and what rests may
 * be drawing itself anew: what was just called ready, or is in doubt, is asked again soon, and then after twice as long
 * each time.
 */
export function askAgainAtMs(recipient: Recipient | null, nowMs: number): number {
  const readyForMs = recipient === null ? 0 : nowMs - (recipient.doubtSinceMs ?? recipient.sinceMs);
  return nowMs + Math.min(SWEEP_MS, Math.max(AGAIN_SOON_MS, readyForMs));
}

export const edgeOf = ({ incarnation, turn, sinceMs }: Recipient): string => `${incarnation}:${turn}:${sinceMs}`;

export const turnOf = ({ incarnation, turn }: { incarnation: number; turn: number }): string =>
  `${incarnation}:${turn}`;
