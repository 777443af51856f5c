/**
 * What a face is told of an agent, made from what is known of it (SPEC §10). The journal's `set` is the difference of
 * two of these, so that entries applied in order always give what a snapshot says.
 */
import { type MailCounts, NO_MAIL } from "../delivery/message.js";
import type { AgentId, AgentRecord, AgentState, Exit, PaneId, Question, Role, WakePolicy } from "../model.js";

import { type ErrorKind, errorKindOf } from "../screen/error-kind.js";

/** An agent as faces are told of it. */
export interface AgentView {
  readonly id: AgentId;
  readonly label: string;
  readonly provider: string;
  readonly role: Role;
  readonly parent: AgentId | null;
  readonly group: string | null;
  readonly heartbeatMs: number | null;
  readonly wake: WakePolicy;
  /** The session's name; the last one where it is nowhere. */
  readonly session: string;
  /** tmux's ids of where it is now, empty where it is nowhere. */
  readonly window: string;
  readonly pane: string;
  /** The window's name as its user sees it. */
  readonly windowName: string;
  readonly state: AgentState;
  readonly since: string;
  readonly reason: string | null;
  /** What went wrong with the turn; null where nothing did. */
  readonly errorKind: ErrorKind | null;
  readonly turn: number;
  readonly incarnation: number;
  readonly cwd: string;
  readonly worktree: { readonly path: string; readonly branch: string } | null;
  readonly nativeSession: string | null;
  readonly unread: boolean;
  readonly mail: MailCounts;
  readonly question: Question | null;
  readonly exit: Exit | null;
  readonly createdAt: string;
  readonly archived: boolean;
}

/** `pane` is where it is now, null for nowhere; `question` the dialog that was read, if any. */
export function view(
  record: AgentRecord,
  pane: PaneId | null,
  question: Question | null,
  mail: MailCounts = NO_MAIL,
): AgentView {
  return {
    id: record.id,
    label: record.label,
    provider: record.provider,
    role: record.role,
    parent: record.parent,
    group: record.group,
    heartbeatMs: record.heartbeatMs ?? null,
    wake: record.wake ?? "type",
    session: record.place?.sessionName ?? "",
    window: pane === null ? "" : (record.place?.window ?? ""),
    pane: pane ?? "",
    windowName: pane === null ? "" : (record.place?.windowName ?? ""),
    state: record.state,
    since: iso(record.sinceMs),
    reason: record.reason,
    errorKind: record.state === "error" ? errorKindOf(record.reason ?? record.evidence?.excerpt ?? "") : null,
    turn: record.turn,
    incarnation: record.incarnation,
    cwd: record.cwd,
    worktree: record.worktree === null ? null : { path: record.worktree.path, branch: record.worktree.branch },
    nativeSession: record.nativeSession,
    unread: record.unread,
    mail,
    question: record.state === "blocked" ? question : null,
    exit: record.exit,
    createdAt: iso(record.createdAtMs),
    archived: record.archivedAtMs !== null,
  };
}

/** The fields in which `after` differs from `before`; all of them where there was no before; null where none does. */
export function difference(before: AgentView | null, after: AgentView): Partial<AgentView> | null {
  if (before === null) return after;
  const set: Record<string, unknown> = {};
  for (const key of Object.keys(after) as (keyof AgentView)[]) {
    const was = before[key];
    const is = after[key];
    if (was === is) continue;
    if (typeof is === "object" && JSON.stringify(was) === JSON.stringify(is)) continue;
    set[key] = is;
  }
  return Object.keys(set).length === 0 ? null : set;
}

/** ISO 8601, UTC. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
