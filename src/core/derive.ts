/**
 * The one function that says what state an agent is in. Facts come in one at a time, in the order they were seen; what
 * was believed before, and the fact, give what is believed now and why. Everyone else reads its answer.
 *
 * Turns. A turn is open from the first sign of it (a spinner, a prompt hook, a prompt of ours, a dialog only a turn can
 * open) until the first sign of its end. Each source may show a turn sooner than the others, and whatever shows it first
 * counts it, once: belief/opening.ts.
 *
 * What a source is worth, and when, stands with it under belief/: the screen in from-screen.ts, the program's own hooks and
 * its transcript in from-report.ts and report.ts, prompts of ours in from-prompt.ts, and how they wait for one another in doubt.ts.
 */
import { atEnd, type Believed, become, closed, newborn, proof } from "./belief/believed.js";
import type { Fact } from "./belief/fact.js";
import { withSubmitted } from "./belief/from-prompt.js";
import { withHook, withTranscript } from "./belief/from-report.js";
import { withStill } from "./belief/from-screen.js";
import { answeredOnce, named } from "./belief/open-dialog.js";
import type { Exit } from "./model.js";

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
      return withHook(before, fact, nowMs);
    case "transcript":
      return withTranscript(before, fact, nowMs);
    case "submitted":
      return withSubmitted(before, fact.turn, nowMs);
    case "seen":
      if (before.state !== "done") return become(before, { unread: false }, nowMs);
      return become(before, { state: "idle", unread: false, evidence: proof("request", "seen", "") }, nowMs);
    case "answered":
      return withAnswered(before, fact.fingerprint, nowMs);
    case "launched":
      return { ...newborn(nowMs, fact.prompted), turn: before.turn, evidence: proof("request", "launched", "") };
    case "ended":
      return withEnd(before, fact.exit, nowMs);
    case "gone":
      if (before.state === "exited") return before;
      return become(before, { ...atEnd("lost", proof("process", "gone", "")), memory: closed(before.memory) }, nowMs);
  }
}

function withAnswered(before: Believed, fingerprint: string, nowMs: number): Believed {
  const { question, memory } = before;
  if (question?.fingerprint !== fingerprint) return before;
  const dialogs = answeredOnce(memory.dialogs);
  return become(before, { question: named(question, dialogs), memory: { ...memory, dialogs } }, nowMs);
}

function withEnd(before: Believed, seen: Exit | null, nowMs: number): Believed {
  const how = seen?.signal ?? seen?.code ?? null;
  const evidence = proof("process", "ended", how === null ? "" : `exit ${how}`);
  // Its screen may have said so first; how it ended is known only now.
  const exit = seen ?? (before.state === "exited" ? before.exit : null);
  return become(before, { ...atEnd("exited", evidence), exit, memory: closed(before.memory) }, nowMs);
}
