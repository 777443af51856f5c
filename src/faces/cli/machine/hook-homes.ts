/** Where each program reads its user's hooks, and the file as it was before drover added its own. */
import { isUtf8 } from "node:buffer";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { Fault } from "#core/fault.js";
import type { HookDialect } from "#core/screen/hook-events.js";
import { readJson, writeWhole } from "#host/files.js";
import { resolvePaths, secureFolder } from "#host/paths.js";

type Env = Readonly<Record<string, string | undefined>>;

/** The user's own settings file; each program's variable for another folder is respected. */
export function settingsFile(dialect: HookDialect, env: Env): string {
  const home = env.HOME || homedir();
  switch (dialect) {
    case "claude":
      return join(env.CLAUDE_CONFIG_DIR || join(home, ".claude"), "settings.json");
    case "codex":
      return join(env.CODEX_HOME || join(home, ".codex"), "hooks.json");
    case "gemini":
      return join(env.GEMINI_CLI_HOME || home, ".gemini", "settings.json");
    case "opencode": {
      const config = env.XDG_CONFIG_HOME;
      return join(config && isAbsolute(config) ? config : join(home, ".config"), "opencode", "plugin", "drover.js");
    }
  }
}

/** Null where there is no such file. Throws a Fault (FILE_UNUSABLE) where it cannot be read, or could not be written back. */
export function readSettings(file: string): string | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Fault("FILE_UNUSABLE", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  if (!isUtf8(bytes)) throw new Fault("FILE_UNUSABLE", `${file} is not UTF-8 and is left as it is`);
  return bytes.toString("utf8");
}

/** Replaces the file whole, with the permissions it had; where it is a link, what it leads to. Null takes that away. */
export function writeSettings(file: string, text: string | null): void {
  try {
    const { path, mode } = placeOf(file);
    if (text === null) {
      rmSync(path, { force: true });
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}.new`;
    writeFileSync(draft, text, { mode });
    chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (cause) {
    throw new Fault("FILE_UNUSABLE", `cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}

function placeOf(file: string): { path: string; mode: number } {
  let path = file;
  // Like the links of dotfiles that are still to be written: a place need not be there yet.
  for (let links = 0; links < LINKS_LIMIT && isLink(path); links++) path = resolve(dirname(path), readlinkSync(path));
  try {
    return { path, mode: statSync(path).mode & 0o777 };
  } catch {
    return { path, mode: 0o600 };
  }
}

/** As many as Linux follows. */
const LINKS_LIMIT = 40;

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** The file before and after drover changed it; `before` null where there was none. */
export interface Backup {
  readonly file: string;
  readonly before: string | null;
  readonly after: string;
}

export function readBackup(dialect: HookDialect, env: Env): Backup | null {
  const found = readJson(backupFile(dialect, env)) as Partial<Backup> | null;
  if (typeof found?.file !== "string" || typeof found.after !== "string") return null;
  return typeof found.before === "string" || found.before === null ? (found as Backup) : null;
}

export function writeBackup(dialect: HookDialect, env: Env, backup: Backup | null): void {
  const file = backupFile(dialect, env);
  if (backup === null) {
    rmSync(file, { force: true });
    return;
  }
  secureFolder(dirname(file));
  writeWhole(file, JSON.stringify(backup));
}

/** With the default tmux server's state, whichever server is meant: a user's settings are the same for all. */
function backupFile(dialect: HookDialect, env: Env): string {
  return join(resolvePaths({ ...env, TMUX: undefined }).stateDir, "hooks", `${dialect}.json`);
}
