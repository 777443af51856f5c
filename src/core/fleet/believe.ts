/** Facts about one agent: `derive` says what to believe, and what that changes is recorded, journaled and told. */
import type { Believed } from "../belief/believed.js";
import type { Fact } from "../belief/fact.js";
import { derive } from "../derive.js";
import type { JournalKind } from "../journal.js";
import type { AgentRecord, EvidenceSource, Question } from "../model.js";
import { isRetryNote } from "../screen/retry-note.js";
import type { Draft } from "./draft.js";
import { type Agent, isGone } from "./fleet.js";
import { soleOfItsName } from "./relabel.js";

/** Lets `fact` work on `agent`. `extra` goes into the journal entry, if there is one. */
export function believe(draft: Draft, was: Agent, fact: Fact, extra: Readonly<Record<string, unknown>> = {}): void {
  const before = was.believed;
  const believed = derive(before, fact, draft.nowMs);
  draft.weighed(was.record.id, fact);
  if (believed === before) return;
  // Believed to have ended, it may have lost its label to another meanwhile.
  const agent = isGone(was.record.state) && !isGone(believed.state) ? soleOfItsName(draft, was) : was;
  if (!tells(agent, believed)) {
    draft.keep({ ...agent, believed });
    return;
  }
  const after: Agent = { ...agent, believed, record: recorded(agent.record, believed) };
  const kind: JournalKind = fact.kind === "seen" ? "seen" : "state";
  const { evidence, turn } = believed;
  draft.change(after, kind, {
    from: agent.record.state,
    to: believed.state,
    turn,
    incarnation: agent.record.incarnation,
    source: evidence?.source ?? null,
    rule: evidence?.rule ?? null,
    excerpt: evidence?.excerpt ?? null,
    ...extra,
  });
}

/**
 * Whether the change is worth an entry. A spinner's words change many times a second and say nothing new, so a reason by
 * itself counts only where it is the text of an error, tells of another try at the model, or is a hook's own words.
 */
function tells(agent: Agent, believed: Believed): boolean {
  const { record, told } = agent;
  return (
    believed.state !== record.state ||
    believed.turn !== record.turn ||
    believed.unread !== record.unread ||
    (believed.state === "blocked" && isOtherQuestion(believed.question, told.question)) ||
    (believed.state === "error" && believed.reason !== record.reason) ||
    (believed.state === "working" &&
      believed.reason !== record.reason &&
      (isRetryNote(believed.reason) || isRetryNote(record.reason))) ||
    (isOwnWord(believed.evidence?.source) && believed.reason !== null && believed.reason !== record.reason) ||
    believed.exit?.code !== record.exit?.code ||
    believed.exit?.signal !== record.exit?.signal
  );
}

function isOwnWord(source: EvidenceSource | undefined): boolean {
  return source === "hook" || source === "api" || source === "transcript";
}

/** Another dialog, or another tick in it. What is highlighted, or being typed, says nothing new. */
function isOtherQuestion(now: Question | null, before: Question | null): boolean {
  if (now?.fingerprint !== before?.fingerprint) return true;
  const ticked = (question: Question | null) => question?.choices.map(({ checked }) => (checked ? "x" : " ")).join("");
  return ticked(now) !== ticked(before);
}

/** The record with what is believed now. */
export function recorded(record: AgentRecord, believed: Believed): AgentRecord {
  const { state, sinceMs, evidence, reason, turn, unread, exit } = believed;
  const { dialogs } = believed.memory;
  const known = { ...record, state, sinceMs, evidence, reason, turn, unread, exit };
  return dialogs.last === null ? known : { ...known, dialogs };
}
