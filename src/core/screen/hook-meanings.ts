/**
 * What the agents' own reports mean for the state: hook events by name, and the Program Status Protocol (OSC 7501) in raw
 * bytes. Names and payloads as observed; what is not listed means nothing for the state.
 */
import type { HookMeaning } from "../derive.js";
import type { Evidence } from "../model.js";
import { excerpt } from "./read-screen.js";

export interface HookReport {
  readonly means: HookMeaning;
  readonly evidence: Evidence;
}

export type HookPayload = Readonly<Record<string, unknown>>;

interface HookRule {
  readonly means: HookMeaning;
  /** The event means this only where its payload says so. */
  readonly only?: (payload: HookPayload) => boolean;
  /** Where the payload has a text worth keeping. */
  readonly text?: (payload: HookPayload) => unknown;
}

const field = (payload: HookPayload, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? (at as HookPayload)[name] : undefined),
    payload,
  );

const RULES: Readonly<Record<string, Readonly<Record<string, readonly HookRule[]>>>> = {
  claude: {
    SessionStart: [{ means: "started" }],
    UserPromptSubmit: [{ means: "turn-started" }],
    PermissionRequest: [{ means: "asks", text: (payload) => payload.tool_name }],
    Notification: [{ means: "asks", only: (payload) => payload.notification_type === "permission_prompt" }],
    // With background agents still at work the turn goes on; a second Stop follows.
    Stop: [
      {
        means: "turn-ended",
        only: (payload) => !(Array.isArray(payload.background_tasks) && payload.background_tasks.length > 0),
      },
    ],
    StopFailure: [{ means: "turn-failed", text: (payload) => payload.last_assistant_message ?? payload.error }],
    // `/clear` ends one session and starts the next in the same process.
    SessionEnd: [{ means: "ended", only: (payload) => payload.reason !== "clear" && payload.reason !== "resume" }],
  },
  codex: {
    UserPromptSubmit: [{ means: "turn-started" }],
    PermissionRequest: [{ means: "asks", text: (payload) => payload.tool_name }],
    Stop: [{ means: "turn-ended" }],
    Interrupt: [{ means: "interrupted" }],
    SessionEnd: [{ means: "ended", only: (payload) => payload.reason !== "clear" }],
  },
  gemini: {
    SessionStart: [{ means: "started" }],
    BeforeAgent: [{ means: "turn-started" }],
    Notification: [{ means: "asks", only: (payload) => payload.notification_type === "ToolPermission" }],
    AfterAgent: [{ means: "turn-ended" }],
    SessionEnd: [{ means: "ended", only: (payload) => payload.reason !== "clear" }],
  },
  opencode: {
    "session.status": [
      { means: "turn-started", only: (payload) => field(payload, "properties", "status", "type") !== "idle" },
    ],
    "session.idle": [{ means: "turn-ended" }],
    "session.error": [
      {
        means: "interrupted",
        only: (payload) => field(payload, "properties", "error", "name") === "MessageAbortedError",
      },
      { means: "turn-failed", text: (payload) => field(payload, "properties", "error", "data", "message") },
    ],
    "permission.asked": [{ means: "asks", text: (payload) => field(payload, "properties", "permission") }],
    "question.asked": [{ means: "asks" }],
  },
};

/** What the hook event `name` of `provider` means; null where it says nothing of the state. Never throws. */
export function hookReport(provider: string, name: string, payload: HookPayload): HookReport | null {
  const rule = RULES[provider]?.[name]?.find(({ only }) => only?.(payload) ?? true);
  if (rule === undefined) return null;
  const text = rule.text?.(payload);
  const shown = typeof text === "string" && text !== "" ? text : name;
  return { means: rule.means, evidence: { source: "hook", rule: `${provider}/${name}`, excerpt: excerpt(shown) } };
}

const STATUS: Readonly<Record<string, HookMeaning>> = {
  working: "turn-started",
  blocked: "asks",
  done: "turn-ended",
  error: "turn-failed",
  clear: "ended",
};

/**
 * What one OSC 7501 payload (`state=working:app=codex`) means. `idle` ends an open turn that nobody let finish, and says
 * nothing otherwise: programs send it at start and before a new prompt.
 */
export function statusReport(provider: string, payload: string, turnOpen: boolean): HookReport | null {
  const state = /(?:^|;|:)state=([a-z]+)/.exec(payload)?.[1] ?? "";
  const means = state === "idle" && turnOpen ? "interrupted" : STATUS[state];
  if (means === undefined) return null;
  return { means, evidence: { source: "api", rule: `${provider}/osc-7501`, excerpt: excerpt(payload) } };
}

/**
 * The program's own name for the conversation that a hook tells of, and whether the event says that the agent itself
 * begins or takes up this one: where panes share a server (Codex), or helpers have conversations of their own (opencode),
 * later events may tell of another.
 */
export function hookSession(
  provider: string,
  name: string,
  payload: HookPayload,
): { readonly session: unknown; readonly begins: boolean } {
  const session = provider === "opencode" ? field(payload, "properties", "sessionID") : payload.session_id;
  return { session: session ?? null, begins: name === "SessionStart" && provider !== "codex" };
}
