/**
 * The hooks that drover asks for, as data, and how they are written into a program's settings. The same command stands in
 * the user's settings (`drover hooks install`) and in what a spawned agent is given: Claude Code runs a command once
 * though two of its settings name it.
 */

/** Whose way of hooks a provider has. Codex's and Gemini's settings are shaped as Claude's are. */
export const DIALECTS = ["claude", "codex", "gemini", "opencode"] as const;

/** By the program whose way it is. */
export type HookDialect = (typeof DIALECTS)[number];

/** Events as the programs call them. opencode's are sent by a plugin, which passes on those that hook-meanings.ts knows. */
export const HOOK_EVENTS: Readonly<Record<Exclude<HookDialect, "opencode">, readonly string[]>> = {
  claude: [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "PermissionRequest",
    "Notification",
    "Stop",
    "StopFailure",
    "SubagentStart",
    "SubagentStop",
    "SessionEnd",
  ],
  codex: [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "Stop",
    "Interrupt",
    "SessionEnd",
  ],
  // Not AfterModel: it runs for every piece of an answer.
  gemini: ["SessionStart", "BeforeAgent", "BeforeTool", "Notification", "AfterTool", "AfterAgent", "SessionEnd"],
};

/** What an agent is given that drover starts, without anything in its user's settings: for people. */
export const SPAWNED_HOOKS: Readonly<Record<HookDialect, string>> = {
  claude: "all hooks, by --settings",
  codex: "the end of a turn alone, by -c notify; Codex runs other hooks only once its user trusts them",
  gemini: "all hooks by its system settings where root starts it, else none: its session's id and transcript",
  opencode: "all hooks, by a plugin in OPENCODE_CONFIG_CONTENT",
};

/** The script gives up within a second; past this the program ends it. */
const LIMIT_S = 5;

/**
 * The shell command of one hook: `script` is the absolute path of bin/drover-hook. A drover that was removed without a
 * word leaves a command that does nothing.
 */
export function hookCommand(script: string, dialect: HookDialect, event: string): string {
  const quoted = shellWord(script);
  return `test ! -x ${quoted} || ${quoted} ${dialect} ${event}`;
}

/** Whether a command is one of `hookCommand`'s, of whichever drover. */
export function isOwnCommand(command: unknown): boolean {
  return typeof command === "string" && /\/drover-hook'? (?:claude|codex|gemini) \w+$/.test(command);
}

/** One entry of the list that a program's settings keep for an event. */
export function hookEntry(script: string, dialect: Exclude<HookDialect, "opencode">, event: string): HookEntry {
  const command = hookCommand(script, dialect, event);
  const timeout = dialect === "gemini" ? LIMIT_S * 1_000 : LIMIT_S;
  return { hooks: [{ type: "command", command, timeout }] };
}

export interface HookEntry {
  readonly hooks: readonly { readonly type: "command"; readonly command: string; readonly timeout: number }[];
}

/** The settings of an agent that is given them whole. */
export function hookSettings(
  script: string,
  dialect: Exclude<HookDialect, "opencode">,
): { readonly hooks: Readonly<Record<string, readonly HookEntry[]>> } {
  return {
    hooks: Object.fromEntries(HOOK_EVENTS[dialect].map((event) => [event, [hookEntry(script, dialect, event)]])),
  };
}

/** `word` for a POSIX shell, in single quotes. */
export function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
