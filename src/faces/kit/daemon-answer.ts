/** What the daemon answers, read; and what it refuses, or that it is not there, as a Fault. */
import type { Socket } from "node:net";
import { FAULTS, Fault, type FaultCode } from "#core/fault.js";
import type { ErrorJson } from "#wire/agent.js";
import { type Ask, exchange } from "./http-exchange.js";

/** An answer larger than this is no answer of ours. */
const ANSWER_LIMIT_CHARACTERS = 256 * 1_048_576;

/** Asks on that socket, and reads the answer whole. */
export async function answer(socket: Socket, ask: Ask): Promise<{ status: number; text: string }> {
  let status = 0;
  let text = "";
  await exchange(socket, ask, {
    onStatus: (told) => {
      status = told;
    },
    onText: (more) => {
      text += more;
      if (text.length > ANSWER_LIMIT_CHARACTERS) throw new Error("an answer without an end");
    },
  });
  return { status, text };
}

/** Throws a Fault (INTERNAL) where it is not JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault("INTERNAL", "the daemon answered with something that is not JSON", { cause });
  }
}

/** What stood beside `error` in the body (a stale answer carries the present question) becomes the fault's detail. */
export function refused(status: number, text: string): Fault {
  let body: Partial<ErrorJson> & Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // Not one of ours; the status has to do.
  }
  const { error, ...detail } = body;
  if (!error || typeof error.message !== "string") {
    return new Fault(status === 404 ? "NOT_FOUND" : "INTERNAL", `the daemon answered ${status}`);
  }
  const code = error.code in FAULTS ? (error.code as FaultCode) : "INTERNAL";
  return new Fault(code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  });
}

/** Nobody answers at that socket. */
export function unreachable(socket: string, cause?: unknown): Fault {
  const reason = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new Fault("DAEMON_UNREACHABLE", `no drover daemon answers at ${socket}${reason}`, {
    cause,
    hint: 'start it with "drover daemon", or see "drover doctor"',
  });
}
