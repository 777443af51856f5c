/** What an agent's own hook tells, fenced by the launch it belongs to. */
import type { AgentId, Evidence } from "../model.js";
import type { HookMeaning } from "../screen/hook-meanings.js";
import { believe } from "./believe.js";
import type { Draft } from "./draft.js";
import { type Agent, isGone, isReadable } from "./fleet.js";

export interface HookEvent {
  readonly kind: "hook";
  readonly agent: AgentId;
  /** The launch that sent it; null where the hook did not say. */
  readonly incarnation: number | null;
  /** Null where the event says nothing about the state; it still deserves a look. */
  readonly means: HookMeaning | null;
  /** The program's name for the conversation, where the hook tells it. */
  readonly session: string | null;
  /** Whether the event says that this conversation begins, or is taken up, in the agent itself. */
  readonly beginsSession: boolean;
  /** Whether it says that this conversation is over. */
  readonly endsSession?: boolean;
  readonly name: string;
  /** When it was told, where it is heard later than that; ms since the epoch. */
  readonly toldAtMs?: number;
  /** The program's own name for what it asks, or for what was answered. */
  readonly request?: string;
  readonly evidence: Evidence;
}

/**
 * A hook of an older launch changes nothing and is journaled as such, as does one of an agent whose process is gone: what
 * it tells was true a moment ago. One of an unknown agent is nobody's.
 */
export function decideHook(draft: Draft, hook: HookEvent): void {
  const agent = draft.fleet.agents.get(hook.agent);
  if (agent === undefined) return;
  const { incarnation, id } = agent.record;
  if (hook.incarnation !== null && hook.incarnation !== incarnation) {
    draft.note(id, "stale-event", { hook: hook.name, incarnation: hook.incarnation, now: incarnation });
    return;
  }
  const { session, means } = hook;
  // The first one told is the agent's own (its helpers have theirs), unless the program says that it begins another.
  if (session !== null && means !== "ended" && (agent.record.nativeSession === null || hook.beginsSession)) {
    learnSession(draft, agent, session, hook.name);
  }
  if (hook.endsSession === true) {
    const ending = draft.fleet.agents.get(id) ?? agent;
    if (session === ending.record.nativeSession) draft.keep({ ...ending, betweenSessions: true });
  }
  const told = draft.fleet.agents.get(id) ?? agent;
  if (isGone(told.record.state) && !isReadable(told)) {
    draft.note(id, "stale-event", { hook: hook.name, state: told.record.state });
    draft.after({ do: "sight" });
    return;
  }
  if (means !== null) {
    const { evidence, toldAtMs, request } = hook;
    const fact = {
      kind: "hook" as const,
      means,
      evidence,
      ...(toldAtMs === undefined ? {} : { toldAtMs }),
      ...(request === undefined ? {} : { request }),
    };
    believe(draft, told, fact, { hook: hook.name });
  }
  // A hook says that something happened, seldom what the screen shows of it: the dialog's text, say.
  if (agent.pane !== null) draft.after({ do: "look", pane: agent.pane });
}

/** Keeps the program's name for its conversation, by which it is resumed. */
export function learnSession(draft: Draft, agent: Agent, nativeSession: string, from: string): void {
  if (agent.record.nativeSession === nativeSession) return;
  const record = { ...agent.record, nativeSession };
  draft.change({ ...agent, record, betweenSessions: false }, "hook", { hook: from, nativeSession });
}
