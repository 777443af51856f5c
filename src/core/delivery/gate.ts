/** What is asked of a fresh look before anything is typed, or handed over (SPEC §6): anything that speaks against it does. */
import type { AgentState } from "../model.js";
import type { Reading } from "../screen/reading.js";
import { isReady } from "./recipient.js";

/** A still captured after the last effect, read, and what is believed of the agent with it. */
export interface Looked {
  readonly kind: "read";
  readonly reading: Reading;
  readonly state: AgentState;
  readonly incarnation: number;
  /** The pane carries our mark and the program runs. */
  readonly ours: boolean;
  /** Why no key may be pressed there, whatever it shows. */
  readonly barred?: string;
  /** A person asked it to end. */
  readonly leaving?: boolean;
  /** Its program's API leads to this conversation of its, which is the one shown (handing.ts). */
  readonly door?: { readonly session: string };
}

/** In what way it may not. */
export type Refusal = "gone" | "state" | "dialog" | "draft" | "no-composer" | "unreadable" | "empty-text";

/** Nothing was sent. */
export interface Refused {
  readonly at: "refused";
  readonly why: Refusal;
  readonly message: string;
}

/** Why nothing may be typed now, or handed over where `event` has a door, by what was read; or null. */
export function gate(prompt: { readonly incarnation: number }, event: Looked): Refused | null {
  const { reading, state } = event;
  if (!event.ours) return refused("gone", "the program is no longer in its tab");
  if (event.incarnation !== prompt.incarnation) return refused("gone", "it was started again meanwhile");
  if (event.leaving) return refused("state", "it was asked to end");
  if (isDialog(reading)) return refused("dialog", "a dialog waits for an answer");
  if (!isReady(state)) return refused("state", `it is ${state}`);
  if (reading.leaves) return refused("state", "its conversation is about to end");
  // What is known to be up shows its first page once more (Gemini CLI, whose welcome a resize takes away).
  const upAgain = reading.shown === "starting" && reading.composer !== null;
  if (!upAgain && reading.shown !== "ready" && reading.shown !== "finished" && reading.shown !== "interrupted") {
    return refused("state", `its screen shows it ${reading.shown}`);
  }
  // What is handed over leaves the input box alone.
  if (event.door !== undefined) return null;
  if (event.barred !== undefined) return refused("state", event.barred);
  if (reading.composer === null) return refused("no-composer", "its screen shows no input box");
  if (!reading.composer.empty) return refused("draft", "a draft stands in its input box");
  return null;
}

/** A dialog is open: it would swallow what is typed, and take an Enter for its answer. */
export function isDialog(reading: Reading): boolean {
  return reading.shown === "blocked" || reading.question !== null;
}

/** `message` is for the sender: what it is, or shows. */
export function refused(why: Refusal, message: string): Refused {
  return { at: "refused", why, message };
}
