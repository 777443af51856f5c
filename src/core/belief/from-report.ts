/**
 * Which word of the program itself counts, by a hook or in its transcript, and as of when. What it makes believed then is
 * for report.ts to say.
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
import type { HookMeaning } from "../screen/hook-meanings.js";
import { type Believed, become, isOpen, isRest } from "./believed.js";
import { END_GRACE_MS } from "./doubt.js";
import type { Fact } from "./fact.js";
import { withReport } from "./report.js";

export function withHook(before: Believed, fact: Fact & { kind: "hook" }, nowMs: number): Believed {
  const { means, evidence, toldAtMs } = fact;
  if (toldAtMs !== undefined && toldAtMs < before.sinceMs) return before;
  const atMs = Math.min(toldAtMs ?? nowMs, nowMs);
  const isStatus = evidence.rule.endsWith("/osc-7501");
  if (isStatus && isLateStatus(before, means, atMs)) return withStatusTurn(before, means, atMs);
  const hooked = before.memory.hooked || !isNotice(evidence);
  const after = withReport(before, { ...fact, atMs, hooked });
  return isStatus ? withStatusTurn(after, means, atMs) : after;
}

/** What shows a turn, or a look at its end, before the program says a word. */
const BESIDE: ReadonlySet<EvidenceSource | undefined> = new Set<EvidenceSource>(["screen", "title", "request"]);

/** By what a program tells of its turns beside its status, and may be ahead of that. */
const AHEAD: ReadonlySet<EvidenceSource | undefined> = new Set<EvidenceSource>(["hook", "transcript"]);

/**
 * Whether a status tells of the turn before the one that is known: its bytes come in order, but on a busy machine the screen
 * overtakes them. So it is where the program told its turns so far, of the one that the screen shows it has not, and that is
 * so new that it may not have been heard yet. Or of the one that was cut short: Codex writes down that a person said no,
 * calls itself working once more, and shows the end last.
 */
function isLateStatus(before: Believed, means: HookMeaning, nowMs: number): boolean {
  const { statusTurn, claim } = before.memory;
  const source = before.evidence?.source;
  if (nowMs - before.sinceMs >= END_GRACE_MS) return false;
  if (statusTurn === before.turn && before.state === "idle" && claim === "rest")
    return means === "turn-started" && AHEAD.has(source);
  if (statusTurn !== before.turn - 1 || !BESIDE.has(source)) return false;
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
  return withReport(before, { means, evidence, atMs: Math.min(writtenAtMs, nowMs), hooked: memory.hooked });
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
  const { hooked, endsAs } = before.memory;
  const open = isOpen(before);
  switch (means) {
    case "turn-started":
      return !open;
    case "turn-goes-on":
      return open && !hooked;
    case "turn-ended":
      return open && endsAs !== "well";
    case "turn-failed":
    case "interrupted":
      return open;
    default:
      return false;
  }
}

/** A notice for a person tells of a dialog; whoever sends one need not report how turns end. */
function isNotice({ rule }: Evidence): boolean {
  return /\/osc-(?:9|777|99)$/.test(rule);
}
