/** How an agent is started again without dropping its task (SPEC §4). */
import { Fault } from "../fault.js";
import type { AgentRecord } from "../model.js";
import type { Provider } from "../screen/reading.js";

/** How a program that is started again gets on. */
export type Resumption =
  /** Its own conversation goes on; these arguments say so to the program. */
  | { readonly how: "session"; readonly args: readonly string[] }
  /** Its first prompt is given once more. */
  | { readonly how: "prompt"; readonly prompt: string }
  /** Nothing has to be brought back: a conductor finds its work in the fleet, a command is its own task. */
  | { readonly how: "fresh" };

/** Throws a Fault (NOT_RESUMABLE) for a worker that would start blank: its task would be dropped silently. */
export function resumption(record: AgentRecord, provider: Pick<Provider, "name" | "resume">): Resumption {
  const { nativeSession, prompt, turn, role } = record;
  // Programs keep no conversation in which nothing was said; an adopted one's turns were not all seen.
  const hasTalked = turn > 0 || prompt === null;
  if (provider.resume !== null && nativeSession !== null && hasTalked) {
    return { how: "session", args: provider.resume.map((arg) => arg.replaceAll("{session}", nativeSession)) };
  }
  if (prompt !== null) return { how: "prompt", prompt };
  if (role === "conductor" || (provider.name === "shell" && record.launch !== undefined)) return { how: "fresh" };
  throw new Fault("NOT_RESUMABLE", "worker has neither a prompt nor a session to resume", {
    hint: "a blank start would drop its task; spawn another and tell it what to do",
  });
}

/** A name that can stand among a program's arguments without meaning something else. */
export function isSessionName(text: unknown): text is string {
  return typeof text === "string" && /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/.test(text);
}
