/** Agents as the daemon tells of them, for tests of what is printed. */
import type { AgentJson } from "#wire/agent.js";

export const NOW = "2026-11-20T12:00:00.000Z";

export function agent(changes: Partial<AgentJson> = {}): AgentJson {
  return {
    id: "01JABCDEFGHJKMNPQRSTVWXYZ0",
    label: "api",
    provider: "codex",
    role: "worker",
    parent: null,
    group: null,
    session: "work",
    window: "@3",
    pane: "%7",
    state: "idle",
    since: "2026-11-20T11:48:00.000Z",
    reason: null,
    turn: 1,
    incarnation: 1,
    cwd: "/src/api",
    worktree: null,
    nativeSession: null,
    unread: false,
    mail: { queued: 0, inbox: 0, dead: 0, uncertain: 0 },
    question: null,
    exit: null,
    createdAt: "2026-11-20T10:00:00.000Z",
    archived: false,
    ...changes,
  };
}

export const QUESTION = {
  kind: "permission" as const,
  text: "Run npm test?\nIt was not allowed before.",
  choices: [
    { key: "1", text: "Yes", selected: true },
    { key: "2", text: "No, and say why", selected: false },
  ],
  fingerprint: "5f2c09",
};
