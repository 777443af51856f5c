/**
 * Hooks for Gemini CLI by the settings of its system, which a variable names (`GEMINI_CLI_SYSTEM_SETTINGS_PATH`). It reads
 * such a file only where root owns it and every folder above it and nobody else may write there (0.61), so this is for
 * agents that root starts, as in a container. What the machine's own file says is kept, its hooks included.
 */
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HOOK_EVENTS, hookEntry } from "#core/screen/hook-events.js";
import { writeWhole } from "#host/files.js";

const SYSTEM_FOLDER = process.platform === "darwin" ? "/Library/Application Support/GeminiCli" : "/etc/gemini-cli";

type Json = Record<string, unknown>;

/** The variables that an agent is given, whose hooks run `script`; null where a file of ours would not be read, or another is named already. */
export async function geminiSettings(
  script: string,
  spoolDir: string | null,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>> | null> {
  if (spoolDir === null || process.getuid?.() !== 0 || env.GEMINI_CLI_SYSTEM_SETTINGS_PATH) return null;
  const folder = dirname(spoolDir);
  if (!(await isRootsAlone(folder))) return null;
  const machines = await machineSettings();
  if (machines === null) return null;
  const path = join(folder, "gemini-settings.json");
  const text = `${JSON.stringify(withHooks(machines, script), null, 2)}\n`;
  if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // In one go: two agents that are started at once write it one after the other.
    writeWhole(path, text);
  }
  // Defaults are looked for beside the settings unless they are named.
  const defaults = env.GEMINI_CLI_SYSTEM_DEFAULTS_PATH || join(SYSTEM_FOLDER, "system-defaults.json");
  return { GEMINI_CLI_SYSTEM_SETTINGS_PATH: path, GEMINI_CLI_SYSTEM_DEFAULTS_PATH: defaults };
}

/** As Gemini CLI judges it: it would warn of a file that it does not trust. */
async function isRootsAlone(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found !== null && (found.uid !== 0 || (found.mode & 0o022) !== 0)) return false;
    if (at === dirname(at)) return true;
  }
}

/** Empty where the machine has none; null where they cannot be read as plain JSON, and are better left alone. */
async function machineSettings(): Promise<Json | null> {
  let text: string;
  try {
    text = await readFile(join(SYSTEM_FOLDER, "settings.json"), "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? {} : null;
  }
  try {
    const settings = JSON.parse(text) as unknown;
    return isObject(settings) && (settings.hooks === undefined || isObject(settings.hooks)) ? settings : null;
  } catch {
    return null;
  }
}

/** The machine's settings with our hooks behind its own. */
export function withHooks(settings: Json, script: string): Json {
  const theirs = isObject(settings.hooks) ? settings.hooks : {};
  const hooks = Object.fromEntries(
    HOOK_EVENTS.gemini.map((event) => {
      const before = theirs[event];
      return [event, [...(Array.isArray(before) ? before : []), hookEntry(script, "gemini", event)]];
    }),
  );
  return { ...settings, hooks: { ...theirs, ...hooks } };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
