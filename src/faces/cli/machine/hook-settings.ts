/** drover's own entries in a program's settings (Claude Code, Codex and Gemini CLI shape theirs alike): text in, text out. */
import { Fault } from "#core/fault.js";
import { HOOK_EVENTS, type HookDialect, hookEntry, isOwnCommand } from "#core/screen/hook-events.js";
import { type JsonPath, spliceIn, spliceOut } from "./json-splice.js";

export type SettingsDialect = Exclude<HookDialect, "opencode">;

/** What stands there now: the commands of our entries, by event. */
export interface OwnEntries {
  readonly path: JsonPath;
  readonly event: string;
  readonly command: string;
}

/** `text` with our entries and no older ones of ours. Throws a Fault (FILE_UNUSABLE) where it cannot be read; `file` is named. */
export function withHooks(text: string, file: string, dialect: SettingsDialect, script: string): string {
  const wanted = HOOK_EVENTS[dialect].map((event) => ({ event, entry: hookEntry(script, dialect, event) }));
  const found = ownEntries(text, file);
  const isThere = ({ event, entry }: (typeof wanted)[number]): boolean =>
    found.some((own) => own.event === event && own.command === entry.hooks[0]?.command);
  if (found.length === wanted.length && wanted.every(isThere)) return text;
  let next = withoutHooks(text, file);
  if (read(next, file).hooks === undefined) next = spliceIn(next, [], {}, "hooks");
  for (const { event, entry } of wanted) {
    const hooks = read(next, file).hooks;
    if (hooks !== undefined && Object.hasOwn(hooks, event)) next = spliceIn(next, ["hooks", event], entry);
    else next = spliceIn(next, ["hooks"], [entry], event);
  }
  // What came out must still be what the program reads.
  read(next, file);
  return next;
}

/** `text` without our entries, and without the lists that held nothing else. */
export function withoutHooks(text: string, file: string): string {
  let next = text;
  for (let own = ownEntries(next, file).at(-1); own !== undefined; own = ownEntries(next, file).at(-1)) {
    // [hooks, event, entry, "hooks", n]: up to what holds nothing else.
    let path = own.path;
    while (path.length > 1 && isAlone(read(next, file), path)) path = path.slice(0, -1);
    // The entry's other fields (a matcher, say) are of no use without a command.
    next = spliceOut(next, path);
  }
  return next;
}

/** Ours, in the order in which they stand. */
export function ownEntries(text: string, file: string): OwnEntries[] {
  const found: OwnEntries[] = [];
  for (const [event, entries] of Object.entries(read(text, file).hooks ?? {})) {
    for (const [n, entry] of entries.entries()) {
      const { hooks } = (entry ?? {}) as { hooks?: unknown };
      if (!Array.isArray(hooks)) continue;
      for (const [m, hook] of hooks.entries()) {
        const { command } = (hook ?? {}) as { command?: unknown };
        if (isOwnCommand(command))
          found.push({ path: ["hooks", event, n, "hooks", m], event, command: String(command) });
      }
    }
  }
  return found;
}

/** Whether nothing but what stands at `path` is in what holds it. An entry's fields beside its hooks do not count. */
function isAlone(settings: unknown, path: JsonPath): boolean {
  let holder = settings as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as typeof holder;
  if (path.length === 4) return true;
  return path.length > 1 && Object.keys(holder).length === 1;
}

interface Settings {
  readonly hooks?: Readonly<Record<string, readonly unknown[]>>;
}

function read(text: string, file: string): Settings {
  let settings: unknown;
  try {
    // Programs read past a byte order mark, which JSON.parse does not.
    settings = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    throw new Fault("FILE_UNUSABLE", `${file} is not plain JSON and is left as it is`, {
      cause,
      hint: "comments and trailing commas cannot be kept: take them out, or add the hooks by hand",
    });
  }
  if (!isRecord(settings)) throw new Fault("FILE_UNUSABLE", `${file} holds no settings and is left as it is`);
  const { hooks } = settings;
  if (hooks !== undefined && !(isRecord(hooks) && Object.values(hooks).every(Array.isArray))) {
    throw new Fault("FILE_UNUSABLE", `the hooks in ${file} are no lists by event, and it is left as it is`);
  }
  return settings as Settings;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
