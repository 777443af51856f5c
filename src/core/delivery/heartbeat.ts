/**
 * The heartbeat of a conductor: from time to time, while it rests, it is told what waits for it. What is due and what is
 * said, and no clock; daemon/heartbeats.ts has that. It is counted from the end of the last turn, which a heartbeat that
 * was typed begins anew, and from the last heartbeat itself, of which the time is on disk with its words: the next daemon
 * says nothing that is still to be typed a second time.
 */

/** What is known when it may be due. */
export interface Pulse {
  readonly heartbeatMs: number;
  /** It rests, and may be typed to. */
  readonly ready: boolean;
  /** Since when it is in its state. */
  readonly sinceMs: number;
  /** When it was last asked whether there is anything to say; null where it never was. */
  readonly lastMs: number | null;
  /** Completions in its inbox. */
  readonly inbox: number;
  /** Its children that wait for a person. */
  readonly waiting: readonly Waiting[];
}

export interface Waiting {
  readonly label: string;
  /** What its dialog asks. */
  readonly asks: string;
  readonly sinceMs: number;
}

/** When it is next due; null while the agent does not rest. */
export function beatAtMs({ ready, sinceMs, lastMs, heartbeatMs }: Pulse): number | null {
  return ready ? Math.max(sinceMs, lastMs ?? 0) + heartbeatMs : null;
}

/** Children named; of more it is said how many. */
const NAMED = 10;
const ASKS_CHARACTERS = 120;

/** What it is told; null where it is not due, or there is nothing to say: then nothing is typed. */
export function beat(pulse: Pulse, nowMs: number): string | null {
  const atMs = beatAtMs(pulse);
  if (atMs === null || nowMs < atMs) return null;
  const { inbox, waiting } = pulse;
  if (inbox === 0 && waiting.length === 0) return null;
  const lines = ["[drover heartbeat]"];
  if (inbox > 0) {
    const what = inbox === 1 ? "1 completion waits" : `${inbox} completions wait`;
    lines.push(`${what} in your inbox: drover inbox drain`);
  }
  if (waiting.length > 0) {
    lines.push(waiting.length === 1 ? "1 child waits for a person:" : `${waiting.length} children wait for a person:`);
    const oldest = [...waiting].sort((a, b) => a.sinceMs - b.sinceMs);
    for (const { label, asks, sinceMs } of oldest.slice(0, NAMED)) {
      const question = asks === "" ? "" : `: ${asks}`;
      lines.push(`- ${label}, for ${minutes(nowMs - sinceMs)}${question}`);
    }
    if (oldest.length > NAMED) lines.push(`- and ${oldest.length - NAMED} more: drover ls`);
  }
  return lines.join("\n");
}

/** A dialog's text in a line, for `asks`. */
export function asksInShort(text: string): string {
  const flat = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return flat.length <= ASKS_CHARACTERS ? flat : `${flat.slice(0, ASKS_CHARACTERS - 3).trimEnd()}...`;
}

function minutes(ms: number): string {
  const whole = Math.floor(ms / 60_000);
  if (whole < 1) return "less than a minute";
  if (whole === 1) return "1 minute";
  return whole < 120 ? `${whole} minutes` : `${Math.floor(whole / 60)} hours`;
}
