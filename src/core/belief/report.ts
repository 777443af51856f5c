/**
 * What each word of the program itself makes believed, whichever way it came: a rule for each meaning. It is believed at
 * once, and for a while against the screen, which lags behind it (doubt.ts).
 */
import type { Evidence } from "../model.js";
import type { HookMeaning } from "../screen/hook-meanings.js";
import { atEnd, type Believed, become, closed, FRESH, isOpen, isRest, LEFT_MS, type Memory } from "./believed.js";
import { END_GRACE_MS } from "./doubt.js";
import { answered, denied, named, told } from "./open-dialog.js";
import { isOurs, isToldTwice, type Opening } from "./opening.js";

export interface Report {
  readonly means: HookMeaning;
  readonly evidence: Evidence;
  /** When it was made, in ms. */
  readonly atMs: number;
  /** The program is known to report its turns by hooks. */
  readonly hooked: boolean;
  /** The program's own name for what it asks, or for what was answered. */
  readonly request?: string | undefined;
}

/** What is believed after `report`. The very same object where it changes nothing. */
export function withReport(before: Believed, report: Report): Believed {
  switch (report.means) {
    case "started":
      return withStart(before, report);
    case "turn-begins":
    case "turn-started":
      return withTurn(before, report);
    case "turn-retries":
    case "turn-goes-on":
      return withMore(before, report);
    case "asks":
      return withQuestion(before, report);
    case "answered":
    case "denied":
      return withAnswer(before, report);
    case "turn-ended":
      return withTurnsEnd(before, report);
    case "turn-failed":
      return withFailure(before, report);
    case "interrupted":
    case "left":
      return withStop(before, report);
    case "ended":
      return withProgramsEnd(before, report);
  }
}

function withStart(before: Believed, report: Report): Believed {
  const { evidence, atMs } = report;
  // The next conversation stands; its screen may show for a moment yet how that was made.
  if (before.memory.leftAtMs !== null) {
    return become(before, { memory: { ...heard(before, report), claim: "rest" } }, atMs);
  }
  if (before.state !== "exited" && before.state !== "lost") return before;
  return become(before, { ...plain(evidence), state: "starting", memory: FRESH }, atMs);
}

function withTurn(before: Believed, report: Report): Believed {
  const { means, evidence, atMs } = report;
  const open = isOpen(before);
  const memory: Memory = { ...heard(before, report), turnOpen: true };
  // Prompts queued into a running turn report themselves too, and may do so beside an open dialog.
  if (open && before.state === "blocked") return become(before, { memory }, atMs);
  const { opening: known } = before.memory;
  const begins = means === "turn-begins";
  const isFirst = !isToldTwice(known, evidence.rule, atMs) && (begins || !open);
  const first: Opening = { by: "report", rule: evidence.rule, sinceMs: atMs, begins };
  const opening = isFirst ? first : known?.by === "report" ? { ...known, begins: false } : null;
  return atWork(before, report, { ...memory, claim: "working", opening });
}

function withMore(before: Believed, report: Report): Believed {
  const endsAs = report.means === "turn-goes-on" ? "well" : "cut";
  const memory: Memory = { ...heard(before, report), turnOpen: true, claim: "working", endsAs };
  return atWork(before, report, memory, report.evidence.excerpt || null);
}

function atWork(before: Believed, report: Report, memory: Memory, reason: string | null = null): Believed {
  const turn = turnOf(before, report);
  const says = { ...plain(report.evidence), reason, state: "working", unread: false } as const;
  return become(before, { ...says, turn, memory }, report.atMs);
}

function withQuestion(before: Believed, report: Report): Believed {
  const { evidence, atMs, request } = report;
  const turn = turnOf(before, report);
  const dialogs = told(before.memory.dialogs, evidence.rule, turn, request);
  const memory: Memory = { ...heard(before, report), turnOpen: true, claim: "blocked", dialogs };
  const question = before.state === "blocked" && before.question !== null ? named(before.question, dialogs) : null;
  return become(before, { ...plain(evidence), state: "blocked", question, unread: false, turn, memory }, atMs);
}

/** What it asked was answered: the next dialog may say the very same, and where none waits the screen may show this one yet. */
function withAnswer(before: Believed, { means, evidence, request, atMs }: Report): Believed {
  const { state, question } = before;
  const { open } = before.memory.dialogs;
  const ends = means === "denied" ? denied : answered;
  const dialogs = request === undefined ? before.memory.dialogs : ends(before.memory.dialogs, request);
  const endsAs = means === "denied" && isOpen(before) ? "cut" : before.memory.endsAs;
  const memory: Memory = { ...before.memory, dialogs, endsAs };
  if (state !== "blocked" || dialogs.open === open) {
    return become(before, { question: question && named(question, dialogs), memory }, atMs);
  }
  const closedDialog = dialogs.last?.words ?? null;
  const gone: Memory = { ...memory, turnOpen: true, claim: "working", closedDialog, doubtSinceMs: null };
  return become(before, { state: "working", evidence, reason: null, question: null, memory: gone }, atMs);
}

function withTurnsEnd(before: Believed, report: Report): Believed {
  const { evidence, atMs } = report;
  const isKnown = isCounted(before, report);
  const ended: Memory = { ...heard(before, report), turnOpen: false };
  // A hook said already how this one ended; however late this comes, it tells of no other.
  if (!isKnown && before.memory.endTold) return become(before, { memory: { ...ended, endTold: true } }, atMs);
  // It ends well only out of an answer: nobody waited for the next try.
  if (isOpen(before) && before.memory.endsAs === "cut") return withStop(before, report);
  if (isToldAgain(before, report)) return become(before, { memory: ended }, atMs);
  // The marker that will be on the screen is that of this turn, and no sign of another.
  const memory: Memory = { ...ended, claim: "rest", endMarker: null };
  const turn = turnOf(before, report);
  return become(before, { ...plain(evidence), state: "done", unread: true, turn, memory }, atMs);
}

/**
 * Whether this end was told of before: hooks come up to a few hundred ms late, one that says how a turn ended comes before
 * the one that says that it did (opencode's session.error), and one in the spool may have been heard, and not answered.
 */
function isToldAgain(before: Believed, { evidence, atMs }: Report): boolean {
  if (isOpen(before) || isToldTwice(before.memory.opening, evidence.rule, atMs)) return false;
  return isRest(before.state) && atMs - before.sinceMs < END_GRACE_MS;
}

function withFailure(before: Believed, report: Report): Believed {
  const { evidence, atMs } = report;
  const endTold = evidence.source === "hook";
  const memory: Memory = { ...heard(before, report), turnOpen: false, claim: "rest", endTold };
  const reason = evidence.excerpt || null;
  return become(before, { ...plain(evidence), state: "error", reason, unread: true, memory }, atMs);
}

/** By hand, or since its conversation was left. */
function withStop(before: Believed, report: Report): Believed {
  const { means, evidence, atMs } = report;
  const { opening, dialogs, endsAs } = before.memory;
  const closedDialog = before.question === null ? null : (dialogs.last?.words ?? null);
  const endTold = evidence.source === "hook" && endsAs !== "cut";
  const leftAtMs = means === "left" ? atMs : null;
  const ended: Memory = { ...heard(before, report), turnOpen: false, claim: "rest" };
  const memory: Memory = { ...ended, closedDialog, endTold, leftAtMs };
  // What its screen alone showed at work since was the end of the conversation, seen before it was told.
  const isNone = means === "left" && opening?.by === "screen" && atMs - opening.sinceMs < LEFT_MS;
  const turn = isNone ? before.turn - 1 : before.turn;
  return become(before, { ...plain(evidence), state: "idle", unread: false, turn, memory }, atMs);
}

function withProgramsEnd(before: Believed, report: Report): Believed {
  const memory: Memory = { ...closed(heard(before, report)), claim: "exited" };
  return become(before, { ...atEnd("exited", report.evidence), memory }, report.atMs);
}

/** The turn that it tells of: the one that is counted already, or the next. */
function turnOf(before: Believed, report: Report): number {
  return isCounted(before, report) ? before.turn : before.turn + 1;
}

/** opencode begins its session first, and says that it works some time later: both tell of one turn. */
function isCounted(before: Believed, { evidence, atMs }: Report): boolean {
  const { opening } = before.memory;
  return isOpen(before) || isToldTwice(opening, evidence.rule, atMs) || isOurs(opening, atMs);
}

/** What is remembered once the program spoke: what waited for its word, or may still come after the end before, is over. */
function heard({ memory }: Believed, { hooked }: Report): Memory {
  return {
    ...memory,
    hooked,
    endsAs: null,
    opening: null,
    endTold: false,
    closedDialog: null,
    leftAtMs: null,
    doubtSinceMs: null,
  };
}

function plain(evidence: Evidence): Pick<Believed, "evidence" | "reason" | "question" | "exit"> {
  return { evidence, reason: null, question: null, exit: null };
}
