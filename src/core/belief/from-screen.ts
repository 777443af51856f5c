/**
 * What is believed after a look at the screen.
 *
 * A screen at rest with a turn open means that it ended: `done`, whether or not the program says so in words, since not
 * every ending leaves a marker on the screen.
 *
 * End markers. `✻ Baked for 4s` stays on the screen long after its turn. It is counted once: with a turn open it ends that
 * turn; without one it counts only if it differs from the marker counted last, which tells of a turn too short to be seen
 * at work, where no hooks would have told of it. The first marker ever seen (after a launch, an adoption, a restart of the
 * daemon) is history and only remembered, but for a program that was launched with a prompt: there nothing was said before,
 * and the first end is that of its turn.
 *
 * Against a hook's word. An open dialog always wins, since programs open one in the middle of a turn. Where the screen goes
 * on saying something else past a grace (doubt.ts) the screen is believed: Escape and a denied permission send no hook.
 */
import type { AgentState, Question } from "../model.js";
import type { Reading } from "../screen/reading.js";
import { type Believed, become, isOpen, LEFT_MS, type Memory } from "./believed.js";
import { doubt, doubtBehind } from "./doubt.js";
import { named, shown } from "./open-dialog.js";
import { drawn, ended, isAwaited, isOurs, type Opening, withoutPrompt } from "./opening.js";

/** Its program is there and draws, anew where its tab is given another size: what fits nothing may be a frame half drawn. */
const DRAWS: ReadonlySet<AgentState> = new Set(["starting", "idle", "working", "blocked", "done", "error"]);

export function withStill(before: Believed, reading: Reading, nowMs: number): Believed {
  // A process seen to end stays ended, whatever its last screen says.
  if (before.state === "exited" && before.evidence?.source === "process") return before;
  const { memory } = before;
  if (memory.claim === null) return withScreen(before, reading, nowMs, false);
  const unclaimed = { ...before, memory: { ...memory, claim: null } };
  // A failure is told before it is drawn; where it never is, it left the screen and was dealt with.
  const undrawn = before.state === "error" && memory.claim === "rest" && reading.shown === "ready";
  if (!undrawn && agrees(memory, reading)) return withScreen(unclaimed, reading, nowMs, false);
  const behind = memory.claim === "working" && isBehind(memory, reading);
  const waiting = (behind ? doubtBehind(before, nowMs) : null) ?? doubt(before, nowMs);
  return waiting ?? withScreen(unclaimed, reading, nowMs, true);
}

/**
 * Whether it may be from before the turn that was told of: blank, or with the prompt still in the input box; or at rest,
 * where the program itself called the turn about to start.
 */
function isBehind({ opening }: Memory, { shown, composer }: Reading): boolean {
  if (shown === "ready" && opening?.by === "report" && opening.begins) return true;
  if (shown === "starting") return composer === null;
  return shown === "ready" && opening?.by !== "prompt" && composer?.empty === false;
}

/** Whether the screen says what a hook said, or something that no hook can speak against. */
function agrees({ claim, endMarker, opening, closedDialog }: Memory, reading: Reading): boolean {
  const { shown, evidence } = reading;
  // A dialog on the screen is beyond doubt, but for the one that was ended just now.
  if (shown === "blocked") {
    if (closedDialog === null) return true;
    return reading.question !== null && reading.question.fingerprint !== closedDialog;
  }
  // So is the new marker of a turn that our own prompt opened.
  const isEnd = shown === "finished" || shown === "error";
  if (opening?.by === "prompt" && isEnd && endMarker !== null && endMarker !== evidence.excerpt) return true;
  if (claim === "working") return shown === "working";
  if (claim === "rest")
    return shown === "ready" || shown === "finished" || shown === "interrupted" || shown === "error";
  return claim === "exited" && shown === "exited";
}

/** What the screen says, taken at its word. `overruled`: it contradicted a hook for so long that the hook is dropped. */
function withScreen(before: Believed, reading: Reading, nowMs: number, overruled: boolean): Believed {
  switch (reading.shown) {
    case "working":
      return atWork(before, reading, nowMs, overruled);
    case "blocked":
      return asking(before, reading, nowMs);
    case "finished":
      return finished(before, reading, nowMs);
    case "ready":
      return ready(before, reading, nowMs, overruled);
    case "interrupted":
      return interrupted(before, reading, nowMs);
    case "error":
      return failed(before, reading, nowMs);
    case "exited": {
      // Nothing can end before it began: what is on the screen is from before the launch.
      if (before.state === "starting") return before;
      const memory = { ...settled(before), turnOpen: false, claim: null };
      return become(before, { ...plain(reading), state: "exited", memory }, nowMs);
    }
    case "starting":
      return unready(before, reading, nowMs);
    case "unclear": {
      const waiting = DRAWS.has(before.state) ? doubt(before, nowMs) : null;
      if (waiting !== null) return waiting;
      const memory = { ...settled(before), turnOpen: isOpen(before) };
      return become(before, { ...plain(reading), state: "unclear", memory }, nowMs);
    }
  }
}

function atWork(before: Believed, reading: Reading, nowMs: number, overruled: boolean): Believed {
  // Between two conversations the program runs what its user has it run then, and shows that like a turn.
  const { leftAtMs } = before.memory;
  if (leftAtMs !== null && nowMs - leftAtMs < LEFT_MS) return before;
  // A turn that its hook called ended and that goes on is the same turn: a stop hook sent the agent on.
  const goesOn = overruled && before.state === "done";
  const counted = isOpen(before) || goesOn || isAwaited(before.memory.opening, nowMs);
  const turn = counted ? before.turn : before.turn + 1;
  const opening: Opening | null = counted ? drawn(before.memory.opening) : { by: "screen", sinceMs: nowMs };
  const memory = { ...settled(before), turnOpen: true, opening, leftAtMs: null };
  const { backoff } = memory;
  const waits = backoff?.turn === turn && nowMs < backoff.untilMs ? { reason: backoff.note } : {};
  return become(before, { ...plain(reading), ...waits, state: "working", turn, unread: false, memory }, nowMs);
}

function asking(before: Believed, reading: Reading, nowMs: number): Believed {
  const open = isOpen(before);
  const sure = settled(before);
  const asked = reading.question;
  const kind = asked?.kind ?? "other";
  const inTurn = kind === "permission" || kind === "question" || kind === "plan";
  // A daemon that starts again remembers that it was blocked, and that turn was counted then.
  const remembered = before.state === "blocked" && before.memory.turnOpen === null;
  const opens = !open && inTurn && !remembered;
  const turn = opens && !isAwaited(before.memory.opening, nowMs) ? before.turn + 1 : before.turn;
  // Another dialog at once in the place of one, or one that cannot be read, is most often the same, half drawn.
  if (before.state === "blocked" && isReadable(before.question) && asked?.fingerprint !== sure.dialogs.last?.words) {
    const waiting = doubt(before, nowMs);
    if (waiting !== null) return waiting;
  }
  const dialogs = asked === null ? sure.dialogs : shown(sure.dialogs, asked.fingerprint, turn);
  // A prompt of ours may ask for any dialog.
  const rest = open ? withoutPrompt(sure.opening) : sure.opening;
  const opening = inTurn ? drawn(sure.opening) : rest;
  const memory = { ...sure, turnOpen: open || inTurn, opening, dialogs };
  const unread = memory.turnOpen ? false : before.unread;
  const question = asked === null ? null : named(asked, dialogs);
  return become(before, { ...plain(reading), state: "blocked", question, turn, unread, memory }, nowMs);
}

function isReadable(question: Question | null): boolean {
  return question !== null && (question.choices.length > 0 || question.field !== undefined);
}

function finished(before: Believed, reading: Reading, nowMs: number): Believed {
  const open = isOpen(before);
  const sure = settled(before);
  const marker = reading.evidence.excerpt;
  const isNew = sure.endMarker !== marker;
  const opening = isNew ? null : ended(sure.opening);
  const memory: Memory = { ...sure, turnOpen: false, opening, endMarker: marker };
  // The marker is that of the turn before, and the prompt is back in the composer: stopped before it left a trace.
  const takenBack = !isNew && reading.composer?.empty === false;
  if (open && takenBack) return become(before, { ...plain(reading), state: "idle", unread: false, memory }, nowMs);
  if (open) return become(before, { ...plain(reading), state: "done", unread: true, memory }, nowMs);
  // Hooks would have told of that turn: the transcript is scrolled up, to the end of an older one.
  const untold = !sure.hooked && before.state !== "starting" && sure.endMarker !== null && isNew;
  const unseen = untold || sure.prompted;
  if (!unseen) return become(before, { ...plain(reading), ...atRest(before), memory }, nowMs);
  const turn = isOurs(before.memory.opening, nowMs) ? before.turn : before.turn + 1;
  return become(before, { ...plain(reading), state: "done", unread: true, turn, memory }, nowMs);
}

function ready(before: Believed, reading: Reading, nowMs: number, overruled: boolean): Believed {
  const sure = settled(before);
  const memory = { ...sure, turnOpen: false };
  if (!isOpen(before)) return become(before, { ...plain(reading), ...atRest(before), memory }, nowMs);
  // The mark of the turn's end, good or not, may be drawn a frame later.
  const early = reading.unmarked ? doubt(before, nowMs) : null;
  if (early !== null) return early;
  if (!sure.hooked) return become(before, { ...plain(reading), state: "done", unread: true, memory }, nowMs);
  // Its hooks would have told of a good end. Wait for them; then it was stopped by hand.
  const waiting = overruled ? null : doubt(before, nowMs);
  if (waiting !== null) return waiting;
  if (sure.endsAs !== "well") return become(before, { ...plain(reading), state: "idle", unread: false, memory }, nowMs);
  return become(before, { ...plain(reading), state: "done", unread: true, memory: { ...memory, endsAs: null } }, nowMs);
}

function interrupted(before: Believed, reading: Reading, nowMs: number): Believed {
  const open = isOpen(before);
  const sure = settled(before);
  const memory = { ...sure, turnOpen: false };
  // The program said why its turn was cut: that it was is no news.
  const { source } = before.evidence ?? {};
  const known = before.state === "error" && !open && (source === "hook" || source === "transcript");
  if (known) return become(before, { memory }, nowMs);
  const turn = sure.prompted && !open ? before.turn + 1 : before.turn;
  return become(before, { ...plain(reading), state: "idle", unread: false, turn, memory }, nowMs);
}

function failed(before: Believed, reading: Reading, nowMs: number): Believed {
  const open = isOpen(before);
  const sure = settled(before);
  const marker = reading.evidence.excerpt;
  const fresh = sure.endMarker !== marker && before.state !== "error";
  const other = fresh && !open && before.state !== "starting" && before.state !== "unclear";
  const unseen = other || (sure.prompted && !open);
  const turn = unseen ? before.turn + 1 : before.turn;
  const unread = fresh || before.unread;
  const memory = { ...sure, turnOpen: false, opening: ended(sure.opening), endMarker: marker };
  return become(before, { ...plain(reading), state: "error", turn, unread, memory }, nowMs);
}

/** The screen of a program that is not up yet, or a blank one. */
function unready(before: Believed, reading: Reading, nowMs: number): Believed {
  const { evidence, reason, composer } = reading;
  const asReady: Reading = { ...reading, shown: "ready" };
  if (before.state === "starting") {
    if (composer === null) return become(before, { reason, evidence }, nowMs);
    // Its composer is drawn. Programs differ in what they draw first; after a while this is all there will be.
    return doubt(before, nowMs) ?? ready(before, asReady, nowMs, false);
  }
  if (composer !== null) return ready(before, asReady, nowMs, false);
  if (before.state === "exited" || before.state === "lost" || before.state === "unclear") {
    return become(before, { state: "starting", reason, evidence, question: null, exit: null }, nowMs);
  }
  // Blank for a moment: a resize, a clear, a program that draws itself anew.
  const waiting = doubt(before, nowMs);
  return waiting ?? become(before, { state: "unclear", reason, evidence, question: null }, nowMs);
}

/** What every screen says anew, but for a dialog's question. */
function plain({ reason, evidence }: Reading): Pick<Believed, "reason" | "question" | "exit" | "evidence"> {
  return { reason, question: null, exit: null, evidence };
}

/** The screen says something that is believed: no doubt is left. */
function settled({ memory }: Believed): Memory {
  return { ...memory, doubtSinceMs: null };
}

/** At rest with no turn open: what was not looked at stays `done`, but a failure that left the screen was dealt with. */
function atRest(before: Believed): { state: AgentState; unread: boolean } {
  const unread = before.unread && before.state !== "error";
  return { state: unread ? "done" : "idle", unread };
}
