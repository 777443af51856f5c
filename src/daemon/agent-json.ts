/** What the core's view of an agent is called on the wire: turned by hand, so that either can grow without the other. */
import { type AgentView, iso, view } from "#core/fleet/view.js";
import type { AgentRecord, Choice, Question } from "#core/model.js";
import type { AgentJson, QuestionJson } from "#wire/agent.js";

export function agentJson(v: AgentView): AgentJson {
  return {
    id: v.id,
    label: v.label,
    provider: v.provider,
    role: v.role,
    parent: v.parent,
    group: v.group,
    heartbeatMs: v.heartbeatMs,
    wake: v.wake,
    session: v.session,
    window: v.window,
    pane: v.pane,
    windowName: v.windowName,
    state: v.state,
    since: v.since,
    reason: v.reason,
    errorKind: v.errorKind,
    turn: v.turn,
    incarnation: v.incarnation,
    cwd: v.cwd,
    worktree: v.worktree,
    nativeSession: v.nativeSession,
    unread: v.unread,
    mail: v.mail,
    question: v.question === null ? null : questionJson(v.question),
    exit: v.exit,
    createdAt: v.createdAt,
    archived: v.archived,
  };
}

/** An agent of which only the record is left. */
export function archivedJson(record: AgentRecord): AgentJson {
  return agentJson(view(record, null, null));
}

export function questionJson(question: Question): QuestionJson {
  const { kind, text, fingerprint, multiple, field, questions } = question;
  return {
    kind,
    text,
    choices: question.choices.map(choiceJson),
    fingerprint,
    ...(multiple === undefined ? {} : { multiple }),
    ...(field === undefined ? {} : { takesText: true }),
    ...(questions === undefined ? {} : { questions }),
  };
}

function choiceJson({ key, text, selected, checked, field, submits }: Choice): QuestionJson["choices"][number] {
  return {
    key,
    text,
    selected,
    ...(checked === undefined ? {} : { checked }),
    ...(field === undefined ? {} : { takesText: true }),
    ...(submits === undefined ? {} : { submits }),
  };
}

export { iso };
