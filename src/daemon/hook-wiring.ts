/**
 * Gives an agent that drover starts its hooks, for this launch alone and without touching its user's files. How differs by
 * program, each seen with the real one: Claude Code merges `--settings`, opencode the configuration in its environment.
 * Codex lets nobody but its user add hooks (each asks to be trusted), but takes a program to notify of a turn's end. Gemini
 * CLI reads its user's settings and files that only root can write (0.61), so only root's are given some; the others' tell
 * their session by its id, which is given to them, and by their transcript. Whatever its hooks, a program with a debug log
 * is given a file for it.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AgentId } from "#core/model.js";
import { hookSettings, shellWord } from "#core/screen/hook-events.js";
import type { Provider } from "#core/screen/reading.js";
import type { Dice } from "#host/dice.js";
import type { Context } from "./context.js";
import { makeDebugLog } from "./debug-logs.js";
import { makeDoor } from "./doors.js";
import { geminiSettings } from "./gemini-settings.js";

export const HOOK_SCRIPT = fileURLToPath(new URL("../../bin/drover-hook", import.meta.url));
const OPENCODE_PLUGIN = new URL("../../bin/opencode-plugin.js", import.meta.url).href;

export interface HookWiring {
  /** Before the caller's own arguments, which win. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const NONE: HookWiring = { args: [], env: {} };

/** `env` is what the agent is given by its caller: where that says otherwise, the caller's is left alone. */
export async function wireHooks(
  context: Context,
  provider: Provider,
  agent: { readonly id: AgentId; readonly incarnation: number },
  env: Readonly<Record<string, string>>,
): Promise<HookWiring> {
  const { spoolDir } = context;
  const inherited = { ...context.env, ...env };
  const { args, env: own } = await wiringOf(context, provider, agent, inherited);
  const log = debugLogFor(provider, spoolDir, agent, inherited);
  return { args, env: { ...own, ...log, ...(spoolDir === null ? {} : { DROVER_SPOOL: spoolDir }) } };
}

function debugLogFor(
  { debugLog: variable }: Provider,
  spoolDir: string | null,
  agent: { readonly id: AgentId; readonly incarnation: number },
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (!variable || env[variable]) return {};
  const path = makeDebugLog(spoolDir, agent);
  return path === null ? {} : { [variable]: path };
}

/**
 * Arguments by which a new session has an id that is known before it begins; none where the caller's say which it is, or
 * where the first hook tells it (Claude Code, unless its hooks are switched off).
 */
export function newSession(
  { newSession: gives, hooks }: Provider,
  callers: readonly string[],
  dice: Dice,
): { readonly args: readonly string[]; readonly session: string | null } {
  const isSettled = callers.some((arg) => gives?.unless.some((one) => arg === one || arg.startsWith(`${one}=`)));
  if (gives === undefined || isSettled || hooks === "claude") return { args: [], session: null };
  const session = uuid(dice);
  return { args: gives.args.map((arg) => arg.replaceAll("{session}", session)), session };
}

/** A UUID of version 4 (RFC 9562). */
function uuid(dice: Dice): string {
  return "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx".replace(/[xV]/g, (digit) =>
    (digit === "x" ? dice.below(16) : 8 + dice.below(4)).toString(16),
  );
}

async function wiringOf(
  context: Context,
  { hooks }: Provider,
  agent: { readonly id: AgentId; readonly incarnation: number },
  env: Readonly<Record<string, string | undefined>>,
): Promise<HookWiring> {
  switch (hooks) {
    case "claude":
      return { args: ["--settings", JSON.stringify(hookSettings(HOOK_SCRIPT, "claude"))], env: {} };
    case "codex":
      return { args: ["-c", `notify=${JSON.stringify(await codexNotify(agent, env))}`], env: {} };
    case "opencode": {
      if (env.OPENCODE_CONFIG_CONTENT) return NONE;
      const door = makeDoor(context, agent);
      const plugin = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ plugin: [OPENCODE_PLUGIN] }) };
      return { args: [], env: { ...plugin, ...(door === null ? {} : { DROVER_DOOR: door }) } };
    }
    case "gemini":
      return { args: [], env: (await geminiSettings(HOOK_SCRIPT, context.spoolDir, env)) ?? {} };
    default:
      return NONE;
  }
}

/**
 * Codex has one program to notify, and runs it with the payload as its last argument: ours, and after it the user's own.
 * The agent is named in the command, since Codex may run it in the environment of another.
 */
async function codexNotify(
  { id, incarnation }: { readonly id: AgentId; readonly incarnation: number },
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const tell = `DROVER_ID=${id} DROVER_INCARNATION=${incarnation} ${shellWord(HOOK_SCRIPT)} codex agent-turn-complete`;
  const script = `for payload; do :; done; ${tell} "$payload" >/dev/null; [ $# -lt 2 ] || exec "$@"`;
  return ["/bin/sh", "-c", script, "drover-notify", ...(await ownNotify(env))];
}

/** What the user's configuration has Codex notify. */
async function ownNotify(env: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  const home = env.CODEX_HOME || join(env.HOME || homedir(), ".codex");
  try {
    const text = await readFile(join(home, "config.toml"), "utf8");
    const { parse } = await import("smol-toml");
    const { notify } = parse(text);
    return Array.isArray(notify) && notify.every((word) => typeof word === "string") ? notify : [];
  } catch {
    return [];
  }
}
