/**
 * What the hooks of each agent program mean, as data. An event that is not listed says nothing about the state; it still
 * causes a look. Observed with Claude Code 2.1.328, Codex 0.169 and Gemini 0.61; see also their hook references.
 */
import type { HookMeaning } from "#core/derive.js";

interface HookRule {
  readonly means: HookMeaning;
  /** Holds only where this field of the payload has this value. */
  readonly where?: readonly [field: string, value: string];
  /** Does not hold where this field of the payload is a list with something in it. */
  readonly unlessAny?: string;
}

type HookTable = Readonly<Record<string, readonly HookRule[]>>;

const claude: HookTable = {
  SessionStart: [{ means: "started" }],
  UserPromptSubmit: [{ means: "turn-started" }],
  PermissionRequest: [{ means: "asks" }],
  Notification: [{ means: "asks", where: ["notification_type", "permission_prompt"] }],
  // Stop also fires while agents in the background go on; another one follows when they are through.
  Stop: [{ means: "turn-ended", unlessAny: "background_tasks" }],
  StopFailure: [{ means: "turn-failed" }],
  SessionEnd: [{ means: "ended" }],
};

const codex: HookTable = {
  // Fires at the first prompt, not at launch: the turn's own event follows it.
  UserPromptSubmit: [{ means: "turn-started" }],
  PermissionRequest: [{ means: "asks" }],
  Stop: [{ means: "turn-ended" }],
  Interrupt: [{ means: "interrupted" }],
  SessionEnd: [{ means: "ended" }],
};

const gemini: HookTable = {
  SessionStart: [{ means: "started" }],
  BeforeAgent: [{ means: "turn-started" }],
  Notification: [{ means: "asks", where: ["notification_type", "ToolPermission"] }],
  AfterAgent: [{ means: "turn-ended" }],
  SessionEnd: [{ means: "ended" }],
};

const tables: Readonly<Record<string, HookTable>> = { claude, codex, gemini, rehearsal: claude };

/** Null where the event says nothing of the agent's state. */
export function hookMeaning(
  provider: string,
  event: string,
  payload: Readonly<Record<string, unknown>>,
): HookMeaning | null {
  const table = Object.hasOwn(tables, provider) ? tables[provider] : undefined;
  const rules = table !== undefined && Object.hasOwn(table, event) ? table[event] : undefined;
  for (const { means, where, unlessAny } of rules ?? []) {
    if (where !== undefined && payload[where[0]] !== where[1]) continue;
    const list = unlessAny === undefined ? undefined : payload[unlessAny];
    if (Array.isArray(list) && list.length > 0) continue;
    return means;
  }
  return null;
}

/** Fields that name things and quote nobody. */
const NAMING = ["notification_type", "tool_name", "source", "reason", "error", "stop_hook_active"];

/** The payload in short, for the proof: what happened, and no words of a person or an agent. At most 400 characters. */
export function hookExcerpt(event: string, payload: Readonly<Record<string, unknown>>): string {
  const named = NAMING.flatMap((field) => {
    const value = payload[field];
    return typeof value === "string" || typeof value === "boolean" ? [`${field}=${value}`] : [];
  });
  return [event, ...named]
    .join(" ")
    .replace(/[\u0000-\u001f\u007f]/g, " ")
    .slice(0, 400);
}
