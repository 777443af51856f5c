/**
 * What a program's signals (signals.ts) mean for its state. OSC 7501 says it outright. Of the notices only those count
 * that say in words that a person is asked: the others, and the bell, are sent at a dialog and at the end of a turn alike,
 * and say no more than that it is time to look.
 */
import type { AgentState, Evidence } from "../model.js";
import { type HookReport, statusReport } from "./hook-meanings.js";
import { excerpt } from "./read-screen.js";
import type { Reading } from "./reading.js";
import type { Signal } from "./signals.js";

/** As Codex 0.169 and Claude Code 2.1.328 put it: "Approval requested: touch x", "Claude needs your permission to use Bash". */
const ASKS = /^(?:Approval requested\b|Question requested\b|Claude needs your permission\b)/i;

/** `turnOpen`: whether a turn is known to be under way. Null for a signal that only deserves a look. */
export function signalReport(provider: string, signal: Signal, turnOpen: boolean): HookReport | null {
  if (signal.kind === "osc-7501") return statusReport(provider, signal.text, turnOpen);
  const notice = noticeText(signal);
  if (notice === null || !ASKS.test(notice)) return null;
  return {
    means: "asks",
    evidence: { source: "api", rule: `${provider}/${signal.kind}`, excerpt: excerpt(notice) },
  };
}

/** What a person would have read; null where it is no notice. */
function noticeText({ kind, text }: Signal): string | null {
  switch (kind) {
    case "osc-9":
      // `9;4` is a progress bar.
      return /^\d+(?:;|$)/.test(text) ? null : text.trim();
    case "osc-777":
      // `notify;TITLE;BODY`: whose notice it is, and what it says.
      return /^notify;(?:[^;]*;)?(.*)$/s.exec(text)?.[1]?.trim() ?? null;
    case "osc-99":
      return text.slice(text.indexOf(";") + 1).trim();
    default:
      return null;
  }
}

/**
 * Whether the screen has to be asked whether a report can be so (`isPlausible`). Codex may say it of a conversation that it
 * begins (`/new`) at any time between two turns.
 */
export function mayDoubt(
  { means, evidence }: HookReport,
  before: { readonly state: AgentState; readonly evidence: Evidence | null },
): boolean {
  if (means !== "turn-started") return false;
  const { state } = before;
  if (evidence.rule.startsWith("codex/")) return state !== "working" && state !== "blocked";
  return state === "starting" || before.evidence?.rule.endsWith("/fresh") === true;
}

/**
 * Whether a report can be so with this on the screen: Codex calls itself working for a moment in the first second of a
 * conversation, and while it starts its servers, with nothing asked of it yet. `before`: what was believed until now.
 */
export function isPlausible({ means }: HookReport, { shown, evidence }: Reading, before: AgentState): boolean {
  if (means !== "turn-started") return true;
  if (shown === "starting" || evidence.rule.endsWith("/fresh")) return false;
  return before !== "starting" || (shown !== "ready" && shown !== "finished");
}
