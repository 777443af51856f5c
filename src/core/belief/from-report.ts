/**
 * What is believed after the program itself spoke, by a hook or in its transcript.
 *
 * What a hook says is believed at once, and for a while against the screen, which lags behind it (doubt.ts).
 *
 * A report may be heard long after it was made: a hook's, out of the spool; a record's, whenever its file is read. It is
 * weighed as of when it was made. What it makes believed began then, and one from before what is believed now began is
 * history.
 *
 * What a program writes down of its turns is believed as a hook's word is, where it tells something new: a record that says
 * what is known already changes nothing, and where a hook said that the turn goes on its end in the transcript is not the
 * agent's.
 */
import type { Evidence, EvidenceSource } from "../model.js";
import { atEnd, type Believed, become, closed, FRESH, isOpen, isRest, LEFT_MS, type Memory } from "./believed.js";
import { END_GRACE_MS } from "./doubt.js";
import type { Fact, HookMeaning } from "./fact.js";
import { answered, denied, named, told } from "./open-dialog.js";
import { isOurs, isToldTwice, type Opening } from "./opening.js";

export function withHook(before: Believed, fact: Fact & { kind: "hook" }, nowMs: number): Believed {
  const { means, evidence, request, toldAtMs } = fact;
  if (toldAtMs !== undefined && toldAtMs < before.sinceMs) return before;
  const atMs = Math.min(toldAtMs ?? nowMs, nowMs);
  if (means === "answered" || means === "denied") return withAnswer(before, means, evidence, request, atMs);
  const isStatus = evidence.rule.endsWith("/osc-7501");
  if (isStatus && isLateStatus(before, means, atMs)) return withStatusTurn(before, means, atMs);
  const hooked = before.memory.hooked || !isNotice(evidence);
  const after = withReport(before, means, evidence, hooked, atMs, request);
  return isStatus ? withStatusTurn(after, means, atMs) : after;
}

/** What shows a turn, or a look at its end, before the program says a word. */
const BESIDE: ReadonlySet<EvidenceSource | undefined> = new Set<EvidenceSource>(["screen", "title", "request"]);

/**
 * Whether a status tells of the turn before the one that is known: its bytes come in order, but on a busy machine the screen
 * overtakes them. So it is where the program told its turns so far, of the one that the screen shows it has not, and that is
 * so new that it may not have been heard yet.
 */
function isLateStatus(before: Believed, means: HookMeaning, nowMs: number): boolean {
  const { statusTurn } = before.memory;
  if (statusTurn !== before.turn - 1 || nowMs - before.sinceMs >= END_GRACE_MS) return false;
  if (!BESIDE.has(before.evidence?.source)) return false;
  const ends = means === "turn-ended" || means === "turn-failed" || means === "interrupted";
  return isOpen(before) ? ends : means === "turn-started" && isRest(before.state);
}

/** Notes of which turn the status told. */
function withStatusTurn(believed: Believed, means: HookMeaning, nowMs: number): Believed {
  if (means !== "turn-started" && means !== "asks") return believed;
  return become(believed, { memory: { ...believed.memory, statusTurn: believed.turn } }, nowMs);
}

export function withTranscript(before: Believed, fact: Fact & { kind: "transcript" }, nowMs: number): Believed {
  const { means, evidence, writtenAtMs } = fact;
  const { state, sinceMs, memory } = before;
  if (writtenAtMs < sinceMs || state === "exited" || state === "lost") return before;
  if (means === "turn-retries") return withBackoff(before, evidence, writtenAtMs, nowMs);
  if (!isNews(before, means)) return before;
  return withReport(before, means, evidence, memory.hooked, Math.min(writtenAtMs, nowMs));
}

/** What it asked was answered: the next dialog may say the very same, and where none waits the screen may show this one yet. */
function withAnswer(
  before: Believed,
  means: "answered" | "denied",
  evidence: Evidence,
  request: string | undefined,
  nowMs: number,
): Believed {
  const { state, question } = before;
  const { open } = before.memory.dialogs;
  const ends = means === "denied" ? denied : answered;
  const dialogs = request === undefined ? before.memory.dialogs : ends(before.memory.dialogs, request);
  const retrying = before.memory.retrying || (means === "denied" && isOpen(before));
  const memory: Memory = { ...before.memory, dialogs, retrying };
  if (state !== "blocked" || dialogs.open === open)
    return become(before, { question: question && named(question, dialogs), memory }, nowMs);
  const gone: Memory = {
    ...memory,
    turnOpen: true,
    claim: "working",
    closedDialog: dialogs.last?.words ?? null,
    doubtSinceMs: null,
  };
  return become(before, { state: "working", evidence, reason: null, question: null, memory: gone }, nowMs);
}

/** Longer than a program waits between two tries (Gemini CLI 0.61: up to 39 s), and shorter than an old wait would mislead. */
const BACKOFF_MS = 45_000;

/** Nothing tells that the next try went well: the note goes by itself, or with the turn. */
function withBackoff(before: Believed, evidence: Evidence, writtenAtMs: number, nowMs: number): Believed {
  const untilMs = writtenAtMs + BACKOFF_MS;
  if (before.state !== "working" || nowMs >= untilMs) return before;
  const backoff = { note: evidence.excerpt, turn: before.turn, untilMs };
  return become(before, { reason: evidence.excerpt, evidence, memory: { ...before.memory, backoff } }, nowMs);
}

function isNews(before: Believed, means: HookMeaning): boolean {
  const { hooked, paused } = before.memory;
  const open = isOpen(before);
  switch (means) {
    case "turn-started":
      return !open;
    case "turn-goes-on":
      return open && !hooked;
    case "turn-ended":
      return open && !paused;
    case "turn-failed":
    case "interrupted":
      return open;
    default:
      return false;
  }
}

/** What the program itself said at `atMs`, by a hook or in its transcript. `hooked`: it is known to report by hooks. */
function withReport(
  before: Believed,
  means: HookMeaning,
  evidence: Evidence,
  hooked: boolean,
  atMs: number,
  request?: string,
): Believed {
  const open = isOpen(before);
  const base: Memory = {
    ...before.memory,
    hooked,
    paused: false,
    retrying: false,
    opening: null,
    endTold: false,
    closedDialog: null,
    leftAtMs: null,
    doubtSinceMs: null,
  };
  // opencode begins its session first, and says that it works some time later: both tell of one turn.
  const { opening } = before.memory;
  const begun = isToldTwice(opening, evidence.rule, atMs);
  const counted = open || begun || isOurs(opening, atMs);
  const plain = { evidence, reason: null, exit: null };
  switch (means) {
    case "started":
      // The next conversation stands; its screen may show for a moment yet how that was made.
      if (before.memory.leftAtMs !== null) return become(before, { memory: { ...base, claim: "rest" } }, atMs);
      if (before.state !== "exited" && before.state !== "lost") return before;
      return become(before, { ...plain, state: "starting", question: null, memory: FRESH }, atMs);
    case "turn-begins":
    case "turn-started": {
      const { rule } = evidence;
      const begins = means === "turn-begins";
      const isFirst = !begun && (begins || !open);
      const known: Opening | null = opening?.by === "report" ? { ...opening, begins: false } : null;
      const news: Opening | null = isFirst ? { by: "report", rule, sinceMs: atMs, begins } : known;
      const memory: Memory = { ...base, turnOpen: true, claim: "working", opening: news };
      // Prompts queued into a running turn report themselves too, and may do so beside an open dialog.
      if (open && before.state === "blocked") return become(before, { memory: { ...base, turnOpen: true } }, atMs);
      const turn = counted ? before.turn : before.turn + 1;
      return become(before, { ...plain, state: "working", question: null, unread: false, turn, memory }, atMs);
    }
    case "answered":
    case "denied":
      return before;
    case "turn-retries":
    case "turn-goes-on": {
      const paused = means === "turn-goes-on";
      const memory: Memory = { ...base, turnOpen: true, claim: "working", paused, retrying: !paused };
      const turn = counted ? before.turn : before.turn + 1;
      const reason = evidence.excerpt || null;
      return become(before, { ...plain, state: "working", reason, question: null, unread: false, turn, memory }, atMs);
    }
    case "asks": {
      const turn = counted ? before.turn : before.turn + 1;
      const dialogs = told(base.dialogs, evidence.rule, turn, request);
      const memory: Memory = { ...base, turnOpen: true, claim: "blocked", dialogs };
      const question = before.state === "blocked" && before.question !== null ? named(before.question, dialogs) : null;
      return become(before, { ...plain, state: "blocked", question, unread: false, turn, memory }, atMs);
    }
    case "turn-ended": {
      // A hook said already how this one ended; however late this comes, it tells of no other.
      if (!counted && before.memory.endTold)
        return become(before, { memory: { ...base, turnOpen: false, endTold: true } }, atMs);
      // It ends well only out of an answer: nobody waited for the next try.
      if (open && before.memory.retrying) return withReport(before, "interrupted", evidence, hooked, atMs);
      // The marker that will be on the screen is that of this turn, and no sign of another.
      const memory: Memory = { ...base, turnOpen: false, claim: "rest", endMarker: null };
      // This end was told of before: hooks come up to a few hundred ms late, one that says how a turn ended comes before the
      // one that says that it did (opencode's session.error), and one in the spool may have been heard, and not answered.
      if (!open && !begun && isRest(before.state) && atMs - before.sinceMs < END_GRACE_MS) {
        return become(before, { memory: { ...base, turnOpen: false } }, atMs);
      }
      const turn = counted ? before.turn : before.turn + 1;
      return become(before, { ...plain, state: "done", question: null, unread: true, turn, memory }, atMs);
    }
    case "turn-failed": {
      const memory: Memory = { ...base, turnOpen: false, claim: "rest", endTold: evidence.source === "hook" };
      const reason = evidence.excerpt || null;
      return become(before, { ...plain, state: "error", reason, question: null, unread: true, memory }, atMs);
    }
    case "left":
    case "interrupted": {
      const closedDialog = before.question === null ? null : (before.memory.dialogs.last?.words ?? null);
      const endTold = evidence.source === "hook" && !before.memory.retrying;
      const leftAtMs = means === "left" ? atMs : null;
      const memory: Memory = { ...base, turnOpen: false, claim: "rest", closedDialog, endTold, leftAtMs };
      // What its screen alone showed at work since was the end of the conversation, seen before it was told.
      const isNone = means === "left" && opening?.by === "screen" && atMs - opening.sinceMs < LEFT_MS;
      const turn = isNone ? before.turn - 1 : before.turn;
      return become(before, { ...plain, state: "idle", question: null, unread: false, turn, memory }, atMs);
    }
    case "ended":
      return become(before, { ...atEnd("exited", evidence), memory: { ...closed(base), claim: "exited" } }, atMs);
  }
}

/** A notice for a person tells of a dialog; whoever sends one need not report how turns end. */
function isNotice({ rule }: Evidence): boolean {
  return /\/osc-(?:9|777|99)$/.test(rule);
}
