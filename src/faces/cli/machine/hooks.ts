/** `drover hooks`: our own entries in the settings of agents that a user starts by hand. No daemon is asked for them. */
import { join } from "node:path";
import { Fault } from "#core/fault.js";
import { DIALECTS, HOOK_EVENTS, type HookDialect, hookCommand, SPAWNED_HOOKS } from "#core/screen/hook-events.js";
import type { HooksJson } from "#wire/requests.js";
import { installRoot } from "../../kit/install-root.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { readBackup, readSettings, settingsFile, writeBackup, writeSettings } from "./hook-homes.js";
import { ownEntries, type SettingsDialect, withHooks, withoutHooks } from "./hook-settings.js";

export interface HookStatus {
  readonly provider: HookDialect;
  /** `other`: by a drover in another place, or an older one that asked for other events. */
  readonly installed: "yes" | "no" | "other" | "unreadable";
  /** Why it is `unreadable`. */
  readonly problem?: string;
  /** The script that the entries run; null where there are none. */
  readonly by: string | null;
  readonly path: string;
  /** What an agent that drover starts is given without them. */
  readonly spawned: string;
}

export async function run(context: Context, { arguments: [action = "", ...names] }: Invocation): Promise<number> {
  const wanted = names.map(dialectOf);
  if (action === "status") return status(context, wanted.length > 0 ? wanted : DIALECTS);
  if (action !== "install" && action !== "uninstall") {
    throw new Fault("USAGE", `drover hooks takes install, uninstall or status, not "${action}"`);
  }
  if (wanted.length === 0) {
    throw new Fault("USAGE", `drover hooks ${action} whose?`, { hint: DIALECTS.join(", ") });
  }
  // All are worked out before the first is written: what cannot be done for one is done for none.
  const changes = wanted.map((dialect) =>
    action === "install" ? install(context, dialect) : uninstall(context, dialect),
  );
  const done = wanted.map((dialect, n) => ({
    provider: dialect,
    path: settingsFile(dialect, context.env),
    installed: action === "install",
    changed: changes[n]!(),
  }));
  if (context.json) context.value({ hooks: done });
  else {
    context.lines(
      done.map(({ provider, path, installed, changed }) => {
        if (!changed) return `${provider}: ${path} is as it should be`;
        return installed
          ? `${provider}: drover's hooks are in ${path}`
          : `${provider}: drover's hooks are out of ${path}`;
      }),
    );
    if (action === "install" && wanted.includes("codex")) {
      context.note("Codex asks at its next start whether to trust them.");
    }
  }
  return 0;
}

function dialectOf(name: string): HookDialect {
  const found = DIALECTS.find((dialect) => dialect === name);
  if (found !== undefined) return found;
  throw new Fault("USAGE", `drover knows no hooks of "${name}"`, { hint: DIALECTS.join(", ") });
}

/** Makes a change that is worked out; whether anything had to be changed. */
type Change = () => boolean;

function install(context: Context, dialect: HookDialect): Change {
  const { env } = context;
  const file = settingsFile(dialect, env);
  const found = readSettings(file);
  const text = dialect === "opencode" ? asPlugin(file, found) : withSettings(found, file, dialect);
  if (text === found) return () => false;
  const backup = readBackup(dialect, env);
  // Installed over an older one of ours, what was there before that one is what counts.
  const before = backup?.file === file && backup.after === found ? backup.before : found;
  return () => {
    // First the way back, then the change.
    writeBackup(dialect, env, { file, before, after: text });
    writeSettings(file, text);
    return true;
  };
}

function withSettings(found: string | null, file: string, dialect: SettingsDialect): string {
  return withHooks(found === null || found.trim() === "" ? "{}\n" : found, file, dialect, script());
}

function uninstall(context: Context, dialect: HookDialect): Change {
  const { env } = context;
  const file = settingsFile(dialect, env);
  const found = readSettings(file);
  const backup = readBackup(dialect, env);
  let text = found;
  if (found === null) text = null;
  else if (backup?.file === file && backup.after === found) text = backup.before;
  else if (dialect === "opencode") text = isOurPlugin(found) ? null : found;
  else {
    text = withoutHooks(found, file);
    // It was made by drover, and nobody has put anything else in.
    if (backup?.file === file && backup.before === null && /^\s*\{\s*\}\s*$/.test(text)) text = null;
  }
  return () => {
    if (text !== found) writeSettings(file, text);
    writeBackup(dialect, env, null);
    return text !== found;
  };
}

async function status(context: Context, dialects: readonly HookDialect[]): Promise<number> {
  const hooks = dialects.map((dialect) => statusOrProblem(context, dialect));
  const code = hooks.some(({ installed }) => installed === "unreadable") ? 1 : 0;
  const daemon = await context.runningDaemon();
  const heard = daemon === null ? null : await daemon.request<HooksJson>("GET", "/v1/hooks").catch(() => null);
  if (context.json) {
    context.value({ hooks, heard });
    return code;
  }
  const words = { yes: "installed", no: "not installed", other: "installed by another drover" };
  context.lines(
    hooks.flatMap(({ provider, installed, by, path, spawned, problem }) => [
      installed === "unreadable"
        ? `${provider.padEnd(9)} unreadable: ${problem}`
        : `${provider.padEnd(9)} ${words[installed]}: ${path}${installed === "other" ? `, ${by}` : ""}`,
      `          agents that drover starts: ${spawned}`,
    ]),
  );
  if (heard !== null) {
    const { taken = 0, ...others } = heard.outcomes;
    const dropped = Object.entries(others).map(([why, n]) => `${n} ${why}`);
    context.line(
      `heard     ${taken} since the daemon started${dropped.length > 0 ? `; dropped: ${dropped.join(", ")}` : ""}`,
    );
  }
  return code;
}

/** One program's settings that cannot be read do not hide the others'. */
function statusOrProblem(context: Context, provider: HookDialect): HookStatus {
  try {
    return statusOf(context, provider);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const path = settingsFile(provider, context.env);
    return {
      provider,
      installed: "unreadable",
      problem: error.message,
      by: null,
      path,
      spawned: SPAWNED_HOOKS[provider],
    };
  }
}

function statusOf({ env }: Context, provider: HookDialect): HookStatus {
  const path = settingsFile(provider, env);
  const text = readSettings(path);
  const told = { provider, path, spawned: SPAWNED_HOOKS[provider] };
  if (provider === "opencode") {
    if (text === null || !isOurPlugin(text)) return { ...told, installed: "no", by: null };
    const by = /import\("([^"]+)"\)/.exec(text)?.[1] ?? null;
    return { ...told, installed: text === pluginText() ? "yes" : "other", by };
  }
  const own = text === null || text.trim() === "" ? [] : ownEntries(text, path);
  const by = /-x '?(.*?\/drover-hook)'? \|\|/.exec(own[0]?.command ?? "")?.[1] ?? null;
  const current =
    own.length === HOOK_EVENTS[provider].length &&
    own.every(({ event, command }) => command === hookCommand(script(), provider, event));
  return { ...told, installed: own.length === 0 ? "no" : current ? "yes" : "other", by };
}

function script(): string {
  return join(installRoot(), "bin/drover-hook");
}

const PLUGIN_MARK = "// Written by `drover hooks install opencode`; `drover hooks uninstall opencode` takes it away.";

/** Should drover be gone without a word, or have given the plugin itself, it does nothing. */
function pluginText(): string {
  const plugin = JSON.stringify(join(installRoot(), "bin/opencode-plugin.js"));
  return [
    PLUGIN_MARK,
    "export const Drover = async (input) => {",
    '  if (process.env.OPENCODE_CONFIG_CONTENT?.includes("/opencode-plugin.js")) return {};',
    "  try {",
    `    return await (await import(${plugin})).Drover(input);`,
    "  } catch {",
    "    return {};",
    "  }",
    "};",
    "",
  ].join("\n");
}

function isOurPlugin(text: string): boolean {
  return text.startsWith(PLUGIN_MARK);
}

function asPlugin(file: string, found: string | null): string {
  if (found === null || isOurPlugin(found)) return pluginText();
  throw new Fault("CONFLICT", `${file} was not written by drover and is left as it is`, { hint: "move it away first" });
}
