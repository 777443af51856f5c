/**
 * What the agents' own reports mean for the state: hook events by name, and the Program Status Protocol (OSC 7501) in raw
 * bytes. Names and payloads as observed; what is not listed means nothing for the state.
 */
import type { Evidence } from "../model.js";
import { excerpt } from "./read-screen.js";
import { retryNote } from "./retry-note.js";

/** What a program can say of itself. */
export type HookMeaning =
  | "started"
  | "turn-started"
  /** A turn is about to start: that it did is told as well, some time later, and the screen shows nothing of it until then. */
  | "turn-begins"
  /** The model was not reached; the program waits and will try again by itself. */
  | "turn-retries"
  /** What it asked was answered. */
  | "answered"
  /** The same, by a person's no: unless it goes on, its end is no good one. */
  | "denied"
  /** The agent itself is at rest, its helpers are not. */
  | "turn-goes-on"
  | "turn-ended"
  | "turn-failed"
  | "asks"
  | "interrupted"
  /** This conversation ended, and the same program begins the next one now. */
  | "left"
  | "ended";

/** What a program said, weighed as a fact. */
export interface HookReport {
  readonly means: HookMeaning;
  readonly evidence: Evidence;
  /** The program's own name for what it asks, or for what was answered; absent where it tells none. */
  readonly request?: string;
}

/** A hook's JSON, as it came: nothing in it is sure. */
export type HookPayload = Readonly<Record<string, unknown>>;

interface HookRule {
  readonly means: HookMeaning;
  /** The event means this only where its payload says so. */
  readonly only?: (payload: HookPayload) => boolean;
  /** Where the payload has a text worth keeping. */
  readonly text?: (payload: HookPayload) => unknown;
  /** Where it has the program's own name for what is asked. */
  readonly request?: (payload: HookPayload) => unknown;
}

const field = (payload: HookPayload, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? (at as HookPayload)[name] : undefined),
    payload,
  );

/** How many helpers of the agent's still work in the background when its Stop hook runs. */
export function backgroundTasks({ background_tasks: tasks }: HookPayload): number {
  return Array.isArray(tasks) ? tasks.length : 0;
}

/** Why a turn goes on though the agent itself is at rest. */
export function backgroundNote(tasks: number): string {
  return `waits for ${tasks} background ${tasks === 1 ? "task" : "tasks"}`;
}

/** opencode's: what the model's server said, and which try is next. */
function retriesNote(payload: HookPayload): string {
  const [message, attempt] = ["message", "attempt"].map((name) => field(payload, "properties", "status", name));
  return retryNote(typeof message === "string" ? message : "", typeof attempt === "number" ? `${attempt}` : undefined);
}

const askedId = (payload: HookPayload): unknown => field(payload, "properties", "id");
const answeredId = (payload: HookPayload): unknown => field(payload, "properties", "requestID");

const RULES: Readonly<Record<string, Readonly<Record<string, readonly HookRule[]>>>> = {
  claude: {
    SessionStart: [{ means: "started" }],
    UserPromptSubmit: [{ means: "turn-started" }],
    PermissionRequest: [{ means: "asks", text: (payload) => payload.tool_name }],
    Notification: [{ means: "asks", only: (payload) => payload.notification_type === "permission_prompt" }],
    // With background agents still at work the turn goes on; a second Stop follows.
    Stop: [
      {
        means: "turn-goes-on",
        only: (payload) => backgroundTasks(payload) > 0,
        text: (payload) => backgroundNote(backgroundTasks(payload)),
      },
      { means: "turn-ended" },
    ],
    StopFailure: [{ means: "turn-failed", text: (payload) => payload.last_assistant_message ?? payload.error }],
    // `/clear` ends one session and starts the next in the same process: what it shows of that is no turn.
    SessionEnd: [
      { means: "ended", only: (payload) => payload.reason !== "clear" && payload.reason !== "resume" },
      { means: "left" },
    ],
  },
  codex: {
    UserPromptSubmit: [{ means: "turn-started" }],
    PermissionRequest: [{ means: "asks", text: (payload) => payload.tool_name }],
    Stop: [{ means: "turn-ended" }],
    "agent-turn-complete": [{ means: "turn-ended" }],
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
    // It begins a session with its first prompt, seconds before it says that it is busy; helpers' have a parent.
    "session.created": [{ means: "turn-begins", only: (payload) => !isHelpers(payload) }],
    "session.status": [
      {
        means: "turn-retries",
        only: (payload) => field(payload, "properties", "status", "type") === "retry",
        text: retriesNote,
      },
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
    // What it asks at once stands on its screen one after the other: only by its names is one told from the next.
    "permission.asked": [
      { means: "asks", text: (payload) => field(payload, "properties", "permission"), request: askedId },
    ],
    "question.asked": [{ means: "asks", request: askedId }],
    "permission.replied": [
      {
        means: "denied",
        only: (payload) => field(payload, "properties", "reply") === "reject",
        request: answeredId,
      },
      { means: "answered", request: answeredId },
    ],
    "question.replied": [{ means: "answered", request: answeredId }],
    "question.rejected": [{ means: "denied", request: answeredId }],
  },
};

/** What the hook event `name` of `provider` means; null where it says nothing of the state. Never throws. */
export function hookReport(provider: string, name: string, payload: HookPayload): HookReport | null {
  // A helper's own beginnings and ends are not its parent's; its dialog is on the parent's screen.
  const isOfHelper = provider === "claude" && typeof payload.agent_id === "string";
  if (isOfHelper && name !== "PermissionRequest" && name !== "Notification") return null;
  const rules = Object.hasOwn(RULES, provider) ? RULES[provider]! : {};
  const rule = (Object.hasOwn(rules, name) ? rules[name]! : []).find(({ only }) => only?.(payload) ?? true);
  if (rule === undefined) return null;
  const text = rule.text?.(payload);
  const shown = typeof text === "string" && text !== "" ? text : name;
  const evidence = { source: "hook" as const, rule: `${provider}/${name}`, excerpt: excerpt(shown) };
  const request = rule.request?.(payload);
  return { means: rule.means, evidence, ...(typeof request === "string" ? { request } : {}) };
}

const STATUS: ReadonlyMap<string, HookMeaning> = new Map([
  ["working", "turn-started"],
  ["blocked", "asks"],
  ["done", "turn-ended"],
  ["error", "turn-failed"],
  ["clear", "ended"],
]);

/**
 * What one OSC 7501 payload (`state=working:app=codex`) means. `idle` ends an open turn that nobody let finish, and says
 * nothing otherwise: programs send it at start and before a new prompt.
 */
export function statusReport(provider: string, payload: string, turnOpen: boolean): HookReport | null {
  const state = /(?:^|;|:)state=([a-z]+)/.exec(payload)?.[1] ?? "";
  const means = state === "idle" && turnOpen ? "interrupted" : STATUS.get(state);
  if (means === undefined) return null;
  return { means, evidence: { source: "api", rule: `${provider}/osc-7501`, excerpt: excerpt(payload) } };
}

/**
 * The program's own name for the conversation that a hook tells of, and whether the event says that the agent itself
 * begins or takes up this one, or that this one ends: where panes share a server (Codex), or helpers have conversations of their own (opencode),
 * later events may tell of another.
 */
export function hookSession(
  provider: string,
  name: string,
  payload: HookPayload,
): { readonly session: unknown; readonly begins: boolean; readonly ends: boolean } {
  const session =
    provider === "opencode"
      ? (field(payload, "properties", "sessionID") ?? field(payload, "properties", "info", "id"))
      : (payload.session_id ?? payload["thread-id"]);
  return {
    session: session ?? null,
    begins: begins(provider, name, payload),
    ends: name === "SessionEnd",
  };
}

function begins(provider: string, name: string, payload: HookPayload): boolean {
  if (provider === "opencode") return name === "session.created" && !isHelpers(payload);
  return name === "SessionStart" && provider !== "codex";
}

/** Whether the session of opencode's that was created is one that another began for a helper. */
function isHelpers(payload: HookPayload): boolean {
  return typeof field(payload, "properties", "info", "parentID") === "string";
}

/** The program's name for the turn, by which two of its events are known to tell of the same end; null where it has none. */
export function hookTurn(payload: HookPayload): string | null {
  const turn = payload.turn_id ?? payload["turn-id"];
  return typeof turn === "string" ? turn : null;
}

/** How Codex 0.169 begins the prompt of the hidden conversation in which it lets the model name the task. */
const TITLE_PROMPT = "Generate a concise, single-line task title";

/** Whether the event is of a conversation that the program has with the model on the side, and no turn of the agent's. */
export function isAside(payload: HookPayload): boolean {
  const messages = payload["input-messages"];
  const prompt = payload.prompt ?? (Array.isArray(messages) ? messages[0] : undefined);
  return typeof prompt === "string" && prompt.startsWith(TITLE_PROMPT);
}
