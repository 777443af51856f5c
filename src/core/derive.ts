/**
 * The one function that says what state an agent is in. Facts come in one at a time, in the order they were seen; what
 * was believed before, and the fact, give what is believed now and why. Everyone else reads its answer.
 *
 * Turns. A turn is open from the first sign of it (a spinner, a prompt hook, a dialog only a turn can open) until the
 * first sign of its end. A screen at rest with a turn open means that it ended: `done`, whether or not the program says
 * so in words, since not every ending leaves a marker on the screen.
 *
 * End markers. `✻ Baked for 4s` stays on the screen long after its turn. It is counted once: with a turn open it ends that
 * turn; without one it counts only if it differs from the marker counted last, which tells of a turn too short to be seen
 * at work. The first marker ever seen (after a launch, an adoption, a restart of the daemon) is history and only remembered,
 * but for a program that was launched with a prompt: there nothing was said before, and the first end is that of its turn.
 *
 * Prompts of ours. That one was submitted opens a turn, so that one too short to be seen at work is counted and its end is
 * `done`. It is claimed like a hook's word, and whatever shows the turn later shows the one that was counted.
 *
 * Hooks. What a hook says is believed at once, and for a while against the screen, which lags behind it. An open dialog
 * always wins, since programs open one in the middle of a turn. Where the screen goes on saying something else past
 * `GRACE_MS` the screen is believed: Escape and a denied permission send no hook.
 *
 * Transcripts. What a program writes down of its turns is believed as a hook's word is, where it tells something new: a
 * record from before what is believed now began is history, one that says what is known already changes nothing, and where
 * a hook said that the turn goes on its end in the transcript is not the agent's.
 */
import { type Believed, become, FRESH, type Memory, newborn } from "./belief.js";
import type { AgentState, Evidence, Exit, Question } from "./model.js";
import { answeredOnce, named, shown, told } from "./open-dialog.js";
import type { Reading } from "./screen/reading.js";

export { type Believed, newborn };

export type Fact =
  /** The pane as it looks now. */
  | { readonly kind: "still"; readonly reading: Reading }
  /** tmux says that the program in the pane ended. */
  | { readonly kind: "ended"; readonly exit: Exit | null }
  /** The pane is gone and the end was not seen. */
  | { readonly kind: "gone" }
  /** It was launched (again): nothing believed before holds. `prompted` as for `newborn`. */
  | { readonly kind: "launched"; readonly prompted?: boolean }
  /** A person looked at it. */
  | { readonly kind: "seen" }
  /** A key was given to the dialog of this fingerprint. */
  | { readonly kind: "answered"; readonly fingerprint: string }
  /** Our prompt left its input box. `turn`: how many turns there were when it was typed. */
  | { readonly kind: "submitted"; readonly turn: number }
  /** The agent's own hook: what it means, and the payload in short. */
  | { readonly kind: "hook"; readonly means: HookMeaning; readonly evidence: Evidence }
  /** A record in the file in which the program writes its session down, and when it wrote that. */
  | {
      readonly kind: "transcript";
      readonly means: HookMeaning;
      readonly evidence: Evidence;
      readonly writtenAtMs: number;
    };

export type HookMeaning =
  | "started"
  | "turn-started"
  /** The model was not reached; the program waits and will try again by itself. */
  | "turn-retries"
  /** The agent itself is at rest, its helpers are not. */
  | "turn-goes-on"
  | "turn-ended"
  | "turn-failed"
  | "asks"
  | "interrupted"
  | "ended";

/** How long a hook is believed against a screen that says something else. */
export const GRACE_MS = 1_500;
/** The same for the end of a turn: other people's stop hooks may keep the screen busy for a while after it. */
export const END_GRACE_MS = 3_000;
/** A frame that fits nothing in the middle of a turn is most often half drawn. */
const HALF_DRAWN_MS = 700;
/** A dialog that moves by a row is seen twice, or in halves, for a frame. */
const TORN_MS = 120;
/** A blank screen contradicts nothing: so long a program may take to draw the turn that it told of (opencode's first). */
const BLANK_MS = 10_000;
/** So long after a prompt was submitted, work that is seen is work on it. */
const SUBMITTED_MS = 10_000;
/** How long a program that shows its composer may still be called starting. */
const STARTING_MS = 5_000;

/** What is believed after `fact`. The very same object where the fact changes nothing at all. */
export function derive(before: Believed, fact: Fact, nowMs: number): Believed {
  const after = weigh(before, fact, nowMs);
  // Whatever showed the turn of the prompt it was launched with, it is counted by now.
  const shown = before.memory.prompted && after.memory.prompted && after.turn > before.turn;
  return shown ? { ...after, memory: { ...after.memory, prompted: false } } : after;
}

function weigh(before: Believed, fact: Fact, nowMs: number): Believed {
  switch (fact.kind) {
    case "still":
      return withStill(before, fact.reading, nowMs);
    case "hook":
      return withReport(before, fact.means, fact.evidence, nowMs, before.memory.hooked || !isNotice(fact.evidence));
    case "transcript":
      return withTranscript(before, fact, nowMs);
    case "submitted":
      return withSubmitted(before, fact.turn, nowMs);
    case "seen":
      if (before.state !== "done") return become(before, { unread: false }, nowMs);
      return become(before, { state: "idle", unread: false, evidence: proof("request", "seen", "") }, nowMs);
    case "answered": {
      const { question, memory } = before;
      if (question?.fingerprint !== fact.fingerprint) return before;
      const dialogs = answeredOnce(memory.dialogs);
      return become(before, { question: named(question, dialogs), memory: { ...memory, dialogs } }, nowMs);
    }
    case "launched":
      return { ...newborn(nowMs, fact.prompted), turn: before.turn, evidence: proof("request", "launched", "") };
    case "ended": {
      const told = fact.exit?.signal ?? fact.exit?.code ?? null;
      const evidence = proof("process", "ended", told === null ? "" : `exit ${told}`);
      // Its screen may have said so first; how it ended is known only now.
      const exit = fact.exit ?? (before.state === "exited" ? before.exit : null);
      return become(before, { ...atEnd("exited", evidence), exit, memory: closed(before.memory) }, nowMs);
    }
    case "gone":
      if (before.state === "exited") return before;
      return become(before, { ...atEnd("lost", proof("process", "gone", "")), memory: closed(before.memory) }, nowMs);
  }
}

/**
 * When the screen should be looked at again although nothing moves on it, in ms: a doubt that will be settled by then, or
 * a start that will have taken long enough. Null where nothing waits.
 */
export function reviewAtMs(believed: Believed): number | null {
  const { doubtSinceMs } = believed.memory;
  if (doubtSinceMs !== null) return doubtSinceMs + patienceMs(believed);
  return null;
}

function patienceMs({ state, memory }: Believed): number {
  if (state === "starting") return STARTING_MS;
  if (state === "blocked" && memory.claim === null) return TORN_MS;
  if (memory.claim === "rest") return END_GRACE_MS;
  return memory.claim === null && !memory.hooked ? HALF_DRAWN_MS : GRACE_MS;
}

function withStill(before: Believed, reading: Reading, nowMs: number): Believed {
  // A process seen to end stays ended, whatever its last screen says.
  if (before.state === "exited" && before.evidence?.source === "process") return before;
  const { memory } = before;
  // A failure is told before it is drawn; where it never is, it left the screen and was dealt with.
  const undrawn = before.state === "error" && memory.claim === "rest" && reading.shown === "ready";
  if (memory.claim !== null && (undrawn || !agrees(memory, reading))) {
    const blank = reading.shown === "starting" && reading.composer === null;
    if (memory.claim === "working" && blank && nowMs - before.sinceMs < BLANK_MS) {
      // To be settled then: nothing may move on it any more.
      const doubtSinceMs = before.sinceMs + BLANK_MS - patienceMs(before);
      return become(before, { memory: { ...memory, doubtSinceMs } }, nowMs);
    }
    return doubt(before, nowMs) ?? withScreen({ ...before, memory: { ...memory, claim: null } }, reading, nowMs, true);
  }
  const heard = memory.claim === null ? before : { ...before, memory: { ...memory, claim: null } };
  return withScreen(heard, reading, nowMs, false);
}

/** The belief kept as it is, with the doubt noted; null once the doubt has lasted. */
function doubt(before: Believed, nowMs: number): Believed | null {
  const since = Math.min(before.memory.doubtSinceMs ?? nowMs, nowMs);
  if (nowMs - since >= patienceMs(before)) return null;
  return become(before, { memory: { ...before.memory, doubtSinceMs: since } }, nowMs);
}

function agrees({ claim, endMarker, submittedAtMs, closedDialog }: Memory, reading: Reading): boolean {
  const { shown, evidence } = reading;
  // A dialog on the screen is beyond doubt, but for the one that was ended just now.
  if (shown === "blocked") {
    if (claim !== "rest" || closedDialog === null) return true;
    return reading.question !== null && reading.question.fingerprint !== closedDialog;
  }
  // So is the new marker of a turn that our own prompt opened.
  const isEnd = shown === "finished" || shown === "error";
  if (submittedAtMs !== null && isEnd && endMarker !== null && endMarker !== evidence.excerpt) return true;
  if (claim === "working") return shown === "working";
  if (claim === "rest")
    return shown === "ready" || shown === "finished" || shown === "interrupted" || shown === "error";
  return claim === "exited" && shown === "exited";
}

/** What the screen says, taken at its word. `overruled`: it contradicted a hook for so long that the hook is dropped. */
function withScreen(before: Believed, reading: Reading, nowMs: number, overruled: boolean): Believed {
  const { evidence, reason } = reading;
  const open = isOpen(before);
  const plain = { reason, question: null, exit: null, evidence };
  const sure = { ...before.memory, doubtSinceMs: null };
  switch (reading.shown) {
    case "working": {
      // A turn that its hook called ended and that goes on is the same turn: a stop hook sent the agent on.
      const goesOn = overruled && before.state === "done";
      const turn = open || goesOn || isSubmitted(before, nowMs) ? before.turn : before.turn + 1;
      const memory = { ...sure, turnOpen: true, submittedAtMs: null };
      return become(before, { ...plain, state: "working", turn, unread: false, memory }, nowMs);
    }
    case "blocked": {
      const kind = reading.question?.kind ?? "other";
      const inTurn = kind === "permission" || kind === "question" || kind === "plan";
      // A daemon that starts again remembers that it was blocked, and that turn was counted then.
      const remembered = before.state === "blocked" && before.memory.turnOpen === null;
      const opens = !open && inTurn && !remembered;
      const turn = opens && !isSubmitted(before, nowMs) ? before.turn + 1 : before.turn;
      const asked = reading.question;
      // Another dialog at once in the place of one, or one that cannot be read, is most often the same, half drawn.
      if (
        before.state === "blocked" &&
        isReadable(before.question) &&
        asked?.fingerprint !== sure.dialogs.last?.words
      ) {
        const waiting = doubt(before, nowMs);
        if (waiting !== null) return waiting;
      }
      const dialogs = asked === null ? sure.dialogs : shown(sure.dialogs, asked.fingerprint, turn);
      const submittedAtMs = opens || open ? null : sure.submittedAtMs;
      const memory = { ...sure, turnOpen: open || inTurn, submittedAtMs, dialogs };
      const unread = memory.turnOpen ? false : before.unread;
      const question = asked === null ? null : named(asked, dialogs);
      return become(before, { ...plain, state: "blocked", question, turn, unread, memory }, nowMs);
    }
    case "finished": {
      const marker = evidence.excerpt;
      const ended = sure.endMarker !== marker;
      const memory: Memory = {
        ...sure,
        turnOpen: false,
        endMarker: marker,
        submittedAtMs: ended ? null : sure.submittedAtMs,
      };
      // The marker is that of the turn before, and the prompt is back in the composer: stopped before it left a trace.
      const takenBack = sure.endMarker === marker && reading.composer?.empty === false;
      if (open && takenBack) return become(before, { ...plain, state: "idle", unread: false, memory }, nowMs);
      if (open) return become(before, { ...plain, state: "done", unread: true, memory }, nowMs);
      const other = before.state !== "starting" && sure.endMarker !== null && sure.endMarker !== marker;
      const unseen = other || sure.prompted;
      if (unseen) {
        const turn = isSubmitted(before, nowMs) ? before.turn : before.turn + 1;
        return become(before, { ...plain, state: "done", unread: true, turn, memory }, nowMs);
      }
      return become(before, { ...plain, ...atRest(before), memory }, nowMs);
    }
    case "ready": {
      const memory = { ...sure, turnOpen: false };
      if (!open) return become(before, { ...plain, ...atRest(before), memory }, nowMs);
      // The mark of the turn's end, good or not, may be drawn a frame later.
      const early = reading.unmarked ? doubt(before, nowMs) : null;
      if (early !== null) return early;
      if (!sure.hooked) return become(before, { ...plain, state: "done", unread: true, memory }, nowMs);
      // Its hooks would have told of a good end. Wait for them; then it was stopped by hand.
      if (!overruled) {
        const waiting = doubt(before, nowMs);
        if (waiting !== null) return waiting;
      }
      const { paused } = sure;
      return become(
        before,
        { ...plain, state: paused ? "done" : "idle", unread: paused, memory: { ...memory, paused: false } },
        nowMs,
      );
    }
    case "interrupted": {
      // The program said why its turn was cut: that it was is no news.
      const { source } = before.evidence ?? {};
      const known = before.state === "error" && !open && (source === "hook" || source === "transcript");
      if (known) return become(before, { memory: { ...sure, turnOpen: false } }, nowMs);
      const turn = sure.prompted && !open ? before.turn + 1 : before.turn;
      const memory = { ...sure, turnOpen: false };
      return become(before, { ...plain, state: "idle", unread: false, turn, memory }, nowMs);
    }
    case "error": {
      const marker = evidence.excerpt;
      const fresh = sure.endMarker !== marker && before.state !== "error";
      const other = fresh && !open && before.state !== "starting" && before.state !== "unclear";
      const unseen = other || (sure.prompted && !open);
      const turn = unseen ? before.turn + 1 : before.turn;
      const unread = fresh || before.unread;
      const memory = { ...sure, turnOpen: false, endMarker: marker };
      return become(before, { ...plain, state: "error", turn, unread, memory }, nowMs);
    }
    case "exited":
      // Nothing can end before it began: what is on the screen is from before the launch.
      if (before.state === "starting") return before;
      return become(before, { ...plain, state: "exited", memory: { ...sure, turnOpen: false, claim: null } }, nowMs);
    case "starting":
      return withUnready(before, reading, nowMs);
    case "unclear": {
      const mayPass = before.state === "working" || before.state === "starting" || before.state === "blocked";
      const waiting = mayPass ? doubt(before, nowMs) : null;
      if (waiting !== null) return waiting;
      return become(before, { ...plain, state: "unclear", memory: { ...sure, turnOpen: open } }, nowMs);
    }
  }
}

function isReadable(question: Question | null): boolean {
  return question !== null && (question.choices.length > 0 || question.field !== undefined);
}

/** The screen of a program that is not up yet, or a blank one. */
function withUnready(before: Believed, reading: Reading, nowMs: number): Believed {
  const { evidence, reason, composer } = reading;
  const asReady: Reading = { ...reading, shown: "ready" };
  if (before.state === "starting") {
    if (composer === null) return become(before, { reason, evidence }, nowMs);
    // Its composer is drawn. Programs differ in what they draw first; after a while this is all there will be.
    return doubt(before, nowMs) ?? withScreen(before, asReady, nowMs, false);
  }
  if (composer !== null) return withScreen(before, asReady, nowMs, false);
  if (before.state === "exited" || before.state === "lost" || before.state === "unclear") {
    return become(before, { state: "starting", reason, evidence, question: null, exit: null }, nowMs);
  }
  // Blank for a moment: a resize, a clear, a program that draws itself anew.
  const waiting = doubt(before, nowMs);
  return waiting ?? become(before, { state: "unclear", reason, evidence, question: null }, nowMs);
}

/** It is counted once: by this, or by what showed it sooner. An agent that reports its turns by hooks is left to them. */
function withSubmitted(before: Believed, turn: number, nowMs: number): Believed {
  const { memory, state } = before;
  if (memory.hooked || before.turn > turn) return before;
  // It was at rest when the prompt was typed: what was taken for the late start of the turn before is this one.
  if (isOpen(before)) {
    return become(before, { turn: before.turn + 1, memory: { ...memory, submittedAtMs: null } }, nowMs);
  }
  if (!isRest(state)) return before;
  const evidence = proof("request", "send/submitted", "");
  return become(
    before,
    {
      state: "working",
      evidence,
      reason: null,
      question: null,
      unread: false,
      turn: before.turn + 1,
      // In doubt from the start: where the turn is over already nothing on the screen moves any more.
      memory: { ...memory, turnOpen: true, claim: "working", submittedAtMs: nowMs, doubtSinceMs: nowMs },
    },
    nowMs,
  );
}

/** Whether the turn of a prompt of ours is counted, and what is seen now may be that turn. */
function isSubmitted({ memory }: Believed, nowMs: number): boolean {
  return memory.submittedAtMs !== null && nowMs - memory.submittedAtMs < SUBMITTED_MS;
}

function withTranscript(before: Believed, fact: Fact & { kind: "transcript" }, nowMs: number): Believed {
  const { means, evidence, writtenAtMs } = fact;
  const { state, sinceMs, memory } = before;
  if (writtenAtMs < sinceMs || state === "exited" || state === "lost") return before;
  const open = isOpen(before);
  const tells =
    means === "turn-started"
      ? !open
      : means === "turn-goes-on"
        ? open && !memory.hooked
        : means === "turn-ended"
          ? open && !memory.paused
          : open && (means === "turn-failed" || means === "interrupted");
  return tells ? withReport(before, means, evidence, nowMs, memory.hooked) : before;
}

/** What the program itself says, by a hook or in its transcript. `hooked`: it is known to report its turns by hooks. */
function withReport(
  before: Believed,
  means: HookMeaning,
  evidence: Evidence,
  nowMs: number,
  hooked: boolean,
): Believed {
  const open = isOpen(before);
  const base: Memory = {
    ...before.memory,
    hooked,
    paused: false,
    retrying: false,
    closedDialog: null,
    submittedAtMs: null,
    doubtSinceMs: null,
  };
  const counted = open || isSubmitted(before, nowMs);
  const plain = { evidence, reason: null, exit: null };
  switch (means) {
    case "started":
      if (before.state !== "exited" && before.state !== "lost") return before;
      return become(before, { ...plain, state: "starting", question: null, memory: FRESH }, nowMs);
    case "turn-started": {
      const memory: Memory = { ...base, turnOpen: true, claim: "working" };
      // Prompts queued into a running turn report themselves too, and may do so beside an open dialog.
      if (open && before.state === "blocked") return become(before, { memory: { ...base, turnOpen: true } }, nowMs);
      const turn = counted ? before.turn : before.turn + 1;
      return become(before, { ...plain, state: "working", question: null, unread: false, turn, memory }, nowMs);
    }
    case "turn-retries":
    case "turn-goes-on": {
      const paused = means === "turn-goes-on";
      const memory: Memory = { ...base, turnOpen: true, claim: "working", paused, retrying: !paused };
      const turn = counted ? before.turn : before.turn + 1;
      const reason = evidence.excerpt || null;
      return become(before, { ...plain, state: "working", reason, question: null, unread: false, turn, memory }, nowMs);
    }
    case "asks": {
      const turn = counted ? before.turn : before.turn + 1;
      const dialogs = told(base.dialogs, evidence.rule, turn);
      const memory: Memory = { ...base, turnOpen: true, claim: "blocked", dialogs };
      const question = before.state === "blocked" && before.question !== null ? named(before.question, dialogs) : null;
      return become(before, { ...plain, state: "blocked", question, unread: false, turn, memory }, nowMs);
    }
    case "turn-ended": {
      // It ends well only out of an answer: nobody waited for the next try.
      if (open && before.memory.retrying) return withReport(before, "interrupted", evidence, nowMs, hooked);
      // The marker that will be on the screen is that of this turn, and no sign of another.
      const memory: Memory = { ...base, turnOpen: false, claim: "rest", endMarker: null };
      // Something else told of this end first: hooks come up to a few hundred ms late, and one that says how a turn ended
      // comes before the one that says that it did (opencode's session.error).
      const toldBy = before.evidence;
      const other = toldBy?.source !== evidence.source || toldBy.rule !== evidence.rule;
      if (!open && isRest(before.state) && other && nowMs - before.sinceMs < END_GRACE_MS) {
        return become(before, { memory: { ...base, turnOpen: false } }, nowMs);
      }
      const turn = counted ? before.turn : before.turn + 1;
      return become(before, { ...plain, state: "done", question: null, unread: true, turn, memory }, nowMs);
    }
    case "turn-failed": {
      const memory: Memory = { ...base, turnOpen: false, claim: "rest" };
      const reason = evidence.excerpt || null;
      return become(before, { ...plain, state: "error", reason, question: null, unread: true, memory }, nowMs);
    }
    case "interrupted": {
      const closedDialog = before.question === null ? null : (before.memory.dialogs.last?.words ?? null);
      const memory: Memory = { ...base, turnOpen: false, claim: "rest", closedDialog };
      return become(before, { ...plain, state: "idle", question: null, unread: false, memory }, nowMs);
    }
    case "ended":
      return become(before, { ...atEnd("exited", evidence), memory: { ...closed(base), claim: "exited" } }, nowMs);
  }
}

/** A notice for a person tells of a dialog; whoever sends one need not report how turns end. */
function isNotice({ rule }: Evidence): boolean {
  return /\/osc-(?:9|777|99)$/.test(rule);
}

/** Whether a turn is under way. */
export function isOpen({ memory, state }: Believed): boolean {
  return memory.turnOpen ?? state === "working";
}

function isRest(state: AgentState): boolean {
  return state === "idle" || state === "done" || state === "error";
}

/** At rest with no turn open: what was not looked at stays `done`, but a failure that left the screen was dealt with. */
function atRest(before: Believed): { state: AgentState; unread: boolean } {
  const unread = before.unread && before.state !== "error";
  return { state: unread ? "done" : "idle", unread };
}

function atEnd(state: "exited" | "lost", evidence: Evidence): Partial<Believed> {
  return { state, evidence, reason: null, question: null, exit: null };
}

function closed(memory: Memory): Memory {
  return { ...memory, turnOpen: false, claim: null, submittedAtMs: null, doubtSinceMs: null };
}

function proof(source: Evidence["source"], rule: string, excerpt: string): Evidence {
  return { source, rule, excerpt };
}
