/**
 * `config.toml`: what a person may set. The parser and the schema are loaded only where a file exists. A name that is
 * not known is refused, by name and line, since a setting that is silently ignored looks like one that does not work.
 */
import { readFileSync } from "node:fs";
import { Fault } from "#core/fault.js";
import type { ProviderConfig } from "#core/screen/configured.js";
import { BACKENDS, type Backend, DEFAULT_BACKEND } from "./backend-name.js";

export interface Config {
  /** What the agents' tabs live in; `--backend` goes before it. */
  readonly backend: Backend;
  readonly tmux: {
    /** A configuration file for tmux servers that drover itself has to start; null: tmux's own rule. */
    readonly config: string | null;
  };
  readonly ui: {
    /** Which of the two terminal libraries the dashboard draws with. */
    readonly driver: "neo-blessed" | "blessed";
    /** At most this many pictures a second, 1 to 60; null: 30, and 10 over SSH. */
    readonly framesPerSecond: number | null;
  };
  /** Whether agents that lived before a reboot are brought back by themselves, or by `drover restore`. */
  readonly restore: "manual" | "auto";
  /** By provider name: what is laid over a known provider's table, or a new provider (core/screen/table.ts). */
  readonly providers: Readonly<Record<string, ProviderConfig>>;
}

export const DEFAULT_CONFIG: Config = {
  backend: DEFAULT_BACKEND,
  tmux: { config: null },
  ui: { driver: "neo-blessed", framesPerSecond: null },
  restore: "manual",
  providers: {},
};

/** The defaults where there is no such file. Throws a Fault (INVALID) that names the file, the line and the setting. */
export async function readConfig(file: string): Promise<Config> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return DEFAULT_CONFIG;
    throw new Fault("INVALID", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  return parseConfig(text, file);
}

/** `file` is only for the messages. */
export async function parseConfig(text: string, file: string): Promise<Config> {
  const [toml, v] = await Promise.all([import("smol-toml"), import("valibot")]);
  let parsed: Readonly<Record<string, unknown>>;
  try {
    parsed = toml.parse(text);
  } catch (cause) {
    if (!(cause instanceof toml.TomlError)) throw cause;
    const what = cause.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    throw new Fault("INVALID", `${file}:${cause.line}: ${what}`, { cause });
  }

  // The readers and their schema are large; most configurations name no provider.
  const { providerSchema, camelKeys } = hasProviders(parsed)
    ? await import("./provider-schema.js")
    : { providerSchema: v.never(), camelKeys: (value: unknown) => value };
  const fps = "must be a whole number from 1 to 60";
  const schema = v.strictObject({
    backend: v.optional(v.picklist(BACKENDS, 'must be "tmux" or "herdr"')),
    tmux: v.optional(v.strictObject({ config: v.optional(v.string("must be a string")) }, "must be a table")),
    ui: v.optional(
      v.strictObject(
        {
          driver: v.optional(v.picklist(["neo-blessed", "blessed"], 'must be "neo-blessed" or "blessed"')),
          frames_per_second: v.optional(v.pipe(v.number(fps), v.integer(fps), v.minValue(1, fps), v.maxValue(60, fps))),
        },
        "must be a table",
      ),
    ),
    restore: v.optional(v.picklist(["manual", "auto"], 'must be "manual" or "auto"')),
    providers: v.optional(
      v.record(
        v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "is no name: small letters, digits and dashes")),
        providerSchema,
        "must be a table",
      ),
    ),
  });

  const result = v.safeParse(schema, parsed);
  if (!result.success) {
    const issue = result.issues[0];
    const path = (issue.path ?? []).map((item) => String(item.key));
    const name = path.join(".") || "the file";
    const line = lineOf(text, path);
    const at = line === null ? file : `${file}:${line}`;
    const isKey = issue.type === "strict_object";
    if (isKey && issue.expected === "never") throw new Fault("INVALID", `${at}: unknown setting ${name}`);
    const missing = isKey && issue.received === "undefined";
    throw new Fault("INVALID", `${at}: ${name} ${missing ? "is missing" : issue.message}`);
  }
  const { backend, tmux, ui, restore, providers } = result.output;
  // The schema's library leaves out what every object has.
  const leftOut = Object.keys(Object(parsed.providers)).find((name) => !Object.hasOwn(providers ?? {}, name));
  if (leftOut !== undefined) {
    const line = lineOf(text, ["providers", leftOut]);
    const at = line === null ? file : `${file}:${line}`;
    throw new Fault("INVALID", `${at}: providers.${leftOut} is no name: JavaScript has another use for it`);
  }
  return {
    backend: backend ?? DEFAULT_CONFIG.backend,
    tmux: { config: tmux?.config ?? null },
    ui: { driver: ui?.driver ?? "neo-blessed", framesPerSecond: ui?.frames_per_second ?? null },
    restore: restore ?? "manual",
    providers:
      providers === undefined ? {} : await ownProviders(camelKeys(providers) as Config["providers"], text, file),
  };
}

function hasProviders(parsed: unknown): boolean {
  return typeof parsed === "object" && parsed !== null && "providers" in parsed;
}

/** Checked against the providers there are. */
async function ownProviders(own: Config["providers"], text: string, file: string): Promise<Config["providers"]> {
  const [{ tableTrouble }, { providers: known }] = await Promise.all([
    import("#core/screen/configured.js"),
    import("#core/screen/providers.js"),
  ]);
  for (const [name, table] of Object.entries(own)) {
    const trouble = tableTrouble(known, name, table);
    if (trouble === null) continue;
    const path = ["providers", name, ...(trouble.field === null ? [] : [trouble.field])];
    const line = lineOf(text, path);
    throw new Fault("INVALID", `${line === null ? file : `${file}:${line}`}: ${path.join(".")} ${trouble.says}`);
  }
  return own;
}

/**
 * The line (from 1) on which a setting stands, or of what it stands in where that is written in one piece (an inline
 * table, a list); null where nothing of it is found. The parser keeps no positions.
 */
function lineOf(text: string, path: readonly string[]): number | null {
  const split = (name: string) => name.split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
  const lists = new Map<string, number>();
  let table: readonly string[] = [];
  let best: { readonly line: number; readonly depth: number } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*(\[\[?)([^[\]]+)\]/.exec(line);
    const key = header === null ? /^\s*([^=#]+?)\s*=/.exec(line) : null;
    if (header !== null) {
      // Tables below an element of a list of tables belong to its last one.
      const names = split(header[2]!).flatMap((name, at, all) => {
        const nth = lists.get(all.slice(0, at + 1).join("."));
        return nth === undefined || (header[1] === "[[" && at === all.length - 1) ? [name] : [name, String(nth)];
      });
      if (header[1] === "[[") {
        const list = split(header[2]!).join(".");
        lists.set(list, (lists.get(list) ?? -1) + 1);
        names.push(String(lists.get(list)));
      }
      table = names;
    } else if (key === null) continue;
    const here = key === null ? table : [...table, ...split(key[1]!)];
    const shared = here.findIndex((name, at) => name !== path[at]);
    const depth = shared < 0 ? here.length : shared;
    // All of it leads to the setting, or it is a part of it.
    if (depth < Math.min(here.length, path.length) || depth === 0) continue;
    if (best === null || Math.min(depth, path.length) > best.depth)
      best = { line: index + 1, depth: Math.min(depth, path.length) };
  }
  return best?.line ?? null;
}
