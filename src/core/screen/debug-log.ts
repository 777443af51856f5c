/**
 * What Gemini CLI (0.61) writes into its debug log when the model was not reached. It draws nothing of that: the hint that
 * it has for it never gets to its status line, and with a model to fall back to it begins its ten tries anew for ever.
 */
import { excerpt } from "./read-screen.js";
import { retryNote } from "./retry-note.js";

/** `[2026-11-20T16:53:17.640Z] [WARN] Attempt 1 failed with status 500. Retrying with backoff... _ApiError: {"error":{…}}` */
const FAILED = /^\[([^\]]+)\] \[WARN\] Attempt (\d+) failed(?: with status (\d+))?(.*)$/;

export interface Backoff {
  /** As `retryNote` puts it. */
  readonly note: string;
  readonly writtenAtMs: number;
}

/** The wait that `line` tells of; null where it tells of none. Never throws. */
export function backoffIn(line: string): Backoff | null {
  const [, at = "", attempt = "", status, rest = ""] = FAILED.exec(line) ?? [];
  const writtenAtMs = Date.parse(at);
  if (Number.isNaN(writtenAtMs) || !/\bRetrying\b/.test(rest)) return null;
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? /^: (.*)\. Retrying\b/.exec(rest)?.[1];
  const says = message ?? (status === undefined ? "" : `status ${status}`);
  return { note: excerpt(retryNote(excerpt(says, 160), `${Number(attempt) + 1}`), 200), writtenAtMs };
}
