/** What is believed of an agent, and what the next fact needs to know of the facts before it. */
import type { AgentState, Dialogs, Evidence, Exit, OpenDialog, Question } from "../model.js";
import { closedDialogs, NO_DIALOGS } from "./open-dialog.js";
import { type Opening, withoutPrompt } from "./opening.js";

/** What is believed of an agent, and why. The state and its reason are for everybody; `memory` is the deriver's own. */
export interface Believed {
  readonly state: AgentState;
  readonly sinceMs: number;
  readonly evidence: Evidence | null;
  readonly reason: string | null;
  readonly question: Question | null;
  /** Turns begun so far. */
  readonly turn: number;
  /** A turn ended and nobody has looked yet. */
  readonly unread: boolean;
  readonly exit: Exit | null;
  /** What the next fact needs and nobody else reads. Not stored: a daemon that starts again begins with none. */
  readonly memory: Memory;
}

/** The turn that is counted; who speaks for it; what may still come of what is over; what the screen has yet to show. */
export interface Memory {
  /** A turn is under way. Null where that is not known: then the state says it. */
  readonly turnOpen: boolean | null;
  /** Who opened the turn counted last, as long as nobody else has shown it. */
  readonly opening: Opening | null;
  /**
   * What an end of the open turn now would be, where the program said so. `well`: the agent itself is done, its helpers are
   * not. `cut`: it waits before it asks the model again, or a person said no, so an end is none of its own.
   */
  readonly endsAs: "well" | "cut" | null;
  /** What the program wrote of a wait before another try, of which its screen says nothing. */
  readonly backoff: { readonly note: string; readonly turn: number; readonly untilMs: number } | null;
  /** It was launched with a prompt whose turn nothing has shown yet: the first end that is seen is that turn's. */
  readonly prompted: boolean;

  /** This incarnation reports its turns by hooks, so a screen at rest alone does not mean that a turn ended well. */
  readonly hooked: boolean;
  /** The turn of which the program's own status in its bytes told last; null before the first. */
  readonly statusTurn: number | null;

  /** The marker of a turn's end that was counted last, as its row. */
  readonly endMarker: string | null;
  /** A hook said how the turn ended; another one, that says only that it did, may follow at any time, twice too (opencode's). */
  readonly endTold: boolean;
  /** The fingerprint of the words of the dialog that a hook or the transcript ended, as long as the screen may still show it. */
  readonly closedDialog: string | null;
  /** When one conversation ended whose program has not said yet that it began the next. */
  readonly leftAtMs: number | null;

  /** What a hook said last and the screen has not confirmed yet. */
  readonly claim: Claim | null;
  /** Since when the screen has said something else than what is believed. */
  readonly doubtSinceMs: number | null;
  readonly dialogs: Dialogs;
}

export type Claim = "working" | "blocked" | "rest" | "exited";

/** The memory of a launch of which nothing was seen or told. */
export const FRESH: Memory = {
  turnOpen: null,
  opening: null,
  endsAs: null,
  backoff: null,
  prompted: false,
  hooked: false,
  statusTurn: null,
  endMarker: null,
  endTold: false,
  closedDialog: null,
  leftAtMs: null,
  claim: null,
  doubtSinceMs: null,
  dialogs: NO_DIALOGS,
};

/** `prompted`: a prompt was given to it at its launch, in a conversation that begins with that prompt. */
export function newborn(nowMs: number, prompted = false): Believed {
  return {
    state: "starting",
    sinceMs: nowMs,
    evidence: null,
    reason: null,
    question: null,
    turn: 0,
    unread: false,
    exit: null,
    memory: prompted ? { ...FRESH, prompted } : FRESH,
  };
}

/** Applies `change`; `sinceMs` moves only with the state. The same object where nothing changed. */
export function become(before: Believed, change: Partial<Believed>, nowMs: number): Believed {
  const changed = { ...before, ...change };
  const after = changed.state === "blocked" ? changed : withoutDialog(changed);
  if (after.state !== before.state) return { ...after, sinceMs: nowMs };
  // The proof is that of the decision: later stills that say the same by the same rule add nothing.
  const sameRule = after.evidence?.rule === before.evidence?.rule && after.evidence?.source === before.evidence?.source;
  const sameQuestion = after.question === before.question || sameDialog(after.question, before.question);
  const same =
    sameRule &&
    sameQuestion &&
    after.reason === before.reason &&
    after.turn === before.turn &&
    after.unread === before.unread &&
    sameExit(after.exit, before.exit) &&
    sameMemory(after.memory, before.memory);
  return same ? before : { ...after, evidence: sameRule ? before.evidence : after.evidence };
}

/** So long what a program does between two conversations is no turn, where it does not say that it began the next. */
export const LEFT_MS = 10_000;

/** Whether a turn is under way. */
export function isOpen({ memory, state }: Believed): boolean {
  return memory.turnOpen ?? state === "working";
}

export function isRest(state: AgentState): boolean {
  return state === "idle" || state === "done" || state === "error";
}

/** Nothing is under way any more: what was told and not confirmed will not be. */
export function closed(memory: Memory): Memory {
  return { ...memory, turnOpen: false, claim: null, opening: withoutPrompt(memory.opening), doubtSinceMs: null };
}

export function atEnd(state: "exited" | "lost", evidence: Evidence): Partial<Believed> {
  return { state, evidence, reason: null, question: null, exit: null };
}

/** What drover itself did or saw, as the evidence of a belief. */
export function proof(source: Evidence["source"], rule: string, excerpt: string): Evidence {
  return { source, rule, excerpt };
}

function withoutDialog(believed: Believed): Believed {
  const { memory } = believed;
  const dialogs = closedDialogs(memory.dialogs);
  return dialogs === memory.dialogs ? believed : { ...believed, memory: { ...memory, dialogs } };
}

function sameDialog(a: Question | null, b: Question | null): boolean {
  if (a === null || b === null || a.fingerprint !== b.fingerprint) return false;
  return JSON.stringify([a.choices, a.field]) === JSON.stringify([b.choices, b.field]);
}

function sameExit(a: Exit | null, b: Exit | null): boolean {
  return a?.code === b?.code && a?.signal === b?.signal;
}

const PARTS = Object.keys(FRESH) as readonly (keyof Memory)[];

function sameMemory(a: Memory, b: Memory): boolean {
  return PARTS.every((part) => (part === "dialogs" ? sameDialogs(a.dialogs, b.dialogs) : a[part] === b[part]));
}

function sameDialogs(a: Dialogs, b: Dialogs): boolean {
  const [some, others] = [a.unanswered ?? [], b.unanswered ?? []];
  const sameAsked = some.length === others.length && some.every((request, n) => request === others[n]);
  return a.open === b.open && sameAsked && sameLast(a.last, b.last);
}

function sameLast(a: OpenDialog | null, b: OpenDialog | null): boolean {
  if (a === null || b === null) return a === b;
  return a.words === b.words && a.turn === b.turn && a.nth === b.nth && a.told === b.told && a.request === b.request;
}
