/**
 * Who opened the turn that was counted last, as long as nobody else has shown it. Each source may show a turn sooner than
 * the others; what another one shows of it within its time is that turn, and not counted again.
 */

export type Opening =
  /** A hook or a record named `rule` told of it, and no screen has shown it yet. `begins`: another one will tell that it did. */
  | { readonly by: "report"; readonly rule: string; readonly sinceMs: number; readonly begins: boolean }
  /** A prompt of ours was submitted, and nothing has shown its turn yet. */
  | { readonly by: "prompt"; readonly sinceMs: number }
  /** A look at the screen showed it at work, and the program itself has not told of it. */
  | { readonly by: "screen"; readonly sinceMs: number };

const AWAITED_MS = {
  /** So long a program may take to show the turn that it told of, on a machine that has no time for it. */
  report: 30_000,
  /** So long after a prompt was submitted, work that is seen is work on it. */
  prompt: 10_000,
} as const;

/** Whether what is seen of a turn now may be the one that is counted, though the screen spoke against it since. */
export function isAwaited(opening: Opening | null, nowMs: number): boolean {
  return opening !== null && opening.by !== "screen" && nowMs - opening.sinceMs < AWAITED_MS[opening.by];
}

/** The same, of the turn of a prompt of ours alone. */
export function isOurs(opening: Opening | null, nowMs: number): boolean {
  return opening?.by === "prompt" && isAwaited(opening, nowMs);
}

/** Whether a report of this rule tells of the turn that one of another rule opened. */
export function isToldTwice(opening: Opening | null, rule: string, nowMs: number): boolean {
  return opening?.by === "report" && opening.rule !== rule && isAwaited(opening, nowMs);
}

/** What is left of it once the screen shows the turn: the program itself may still have to tell of one. */
export function drawn(opening: Opening | null): Opening | null {
  return opening?.by === "screen" ? opening : null;
}

/** What is left of it once our prompt has opened its turn, or never will. */
export function withoutPrompt(opening: Opening | null): Opening | null {
  return opening?.by === "prompt" ? null : opening;
}

/** What is left of it once the screen shows an end, which may be from before our prompt. */
export function ended(opening: Opening | null): Opening | null {
  return opening?.by === "prompt" ? opening : null;
}
