/** Every way the outside world, or a caller, can refuse us, each with a code. Thrown once, met once. */

/** Each code with its exit status and its HTTP status. */
export const FAULTS = {
  USAGE: { exit: 2, http: 400 },
  INVALID: { exit: 2, http: 400 },
  TOO_LARGE: { exit: 2, http: 413 },
  NOT_FOUND: { exit: 3, http: 404 },
  DAEMON_UNREACHABLE: { exit: 4, http: 503 },
  BACKEND_MISSING: { exit: 4, http: 503 },
  TMUX_MISSING: { exit: 4, http: 503 },
  TMUX_TOO_OLD: { exit: 4, http: 503 },
  TMUX_UNREACHABLE: { exit: 4, http: 503 },
  TMUX_REFUSED: { exit: 1, http: 502 },
  CONFLICT: { exit: 5, http: 409 },
  STALE: { exit: 5, http: 409 },
  NOT_READY: { exit: 5, http: 409 },
  UNCERTAIN: { exit: 5, http: 409 },
  TIMED_OUT: { exit: 6, http: 504 },
  TOO_MANY: { exit: 1, http: 429 },
  STORE_LOCKED: { exit: 1, http: 500 },
  STORE_BROKEN: { exit: 1, http: 500 },
  STORE_FULL: { exit: 1, http: 507 },
  NOT_RESUMABLE: { exit: 1, http: 409 },
  FILE_UNUSABLE: { exit: 1, http: 500 },
  INTERNAL: { exit: 1, http: 500 },
} as const;

/** Names a fault to programs: on the wire, and in `--json`. */
export type FaultCode = keyof typeof FAULTS;

/** `message` is one sentence for a person; `hint` says what to do about it; `detail` is extra JSON for the caller. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly hint: string | undefined;
  readonly detail: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: FaultCode,
    message: string,
    more: { cause?: unknown; hint?: string; detail?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "Fault";
    this.code = code;
    this.hint = more.hint;
    this.detail = more.detail;
  }
}

/** The same as a value: what whoever asked is told where a decision refuses. */
export interface Refusal {
  readonly code: FaultCode;
  readonly message: string;
  readonly hint?: string;
}

/** The process exit status for a fault (SPEC §8): 0 ok, 1 failed, 2 usage, 3 not found, 4 unreachable, 5 conflict, 6 timed out. */
export function exitStatus(code: FaultCode): number {
  return FAULTS[code].exit;
}

/** The status with which the daemon answers a request that ends in such a fault. */
export function httpStatus(code: FaultCode): number {
  return FAULTS[code].http;
}
