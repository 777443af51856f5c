/**
 * `config.toml`: what a person may set. The parser and the schema are loaded only where a file exists. A name that is
 * not known is refused, by name and line, since a setting that is silently ignored looks like one that does not work.
 */
import { readFileSync } from "node:fs";
import { Fault } from "#core/fault.js";

/** The terminal multiplexers that drover knows by name; which of them are built in is for the daemon to say. */
export const BACKENDS = ["tmux", "herdr"] as const;
export type Backend = (typeof BACKENDS)[number];

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
  /** By provider name: what replaces the description's own. */
  readonly providers: Readonly<Record<string, ProviderConfig>>;
}

export interface ProviderConfig {
  /** The program and the arguments always given; null: the provider's own. */
  readonly command: readonly string[] | null;
}

export const DEFAULT_CONFIG: Config = {
  backend: "tmux",
  tmux: { config: null },
  ui: { driver: "neo-blessed", framesPerSecond: null },
  restore: "manual",
  providers: {},
};

/** Which backend: the flag, else the configuration. Throws a Fault (USAGE) for a name that is none. */
export function chooseBackend(flag: string | undefined, config: Pick<Config, "backend">): Backend {
  if (flag === undefined) return config.backend;
  const named = BACKENDS.find((name) => name === flag);
  if (named === undefined) throw new Fault("USAGE", `there is no backend "${flag}"`, { hint: BACKENDS.join(" or ") });
  return named;
}

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
  let parsed: unknown;
  try {
    parsed = toml.parse(text);
  } catch (cause) {
    if (!(cause instanceof toml.TomlError)) throw cause;
    const what = cause.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    throw new Fault("INVALID", `${file}:${cause.line}: ${what}`, { cause });
  }

  const command = v.pipe(
    v.array(v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty")), "must be a list of strings"),
    v.nonEmpty("must name a program"),
  );
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
      v.record(v.string(), v.strictObject({ command: v.optional(command) }, "must be a table"), "must be a table"),
    ),
  });

  const result = v.safeParse(schema, parsed);
  if (!result.success) {
    const issue = result.issues[0];
    const path = (issue.path ?? []).map((item) => String(item.key));
    const name = path.join(".") || "the file";
    const line = lineOf(text, path);
    const at = line === null ? file : `${file}:${line}`;
    const unknown = issue.type === "strict_object" && issue.expected === "never";
    throw new Fault("INVALID", unknown ? `${at}: unknown setting ${name}` : `${at}: ${name} ${issue.message}`);
  }
  const { backend, tmux, ui, restore, providers } = result.output;
  return {
    backend: backend ?? DEFAULT_CONFIG.backend,
    tmux: { config: tmux?.config ?? null },
    ui: { driver: ui?.driver ?? "neo-blessed", framesPerSecond: ui?.frames_per_second ?? null },
    restore: restore ?? "manual",
    providers: Object.fromEntries(
      Object.entries(providers ?? {}).map(([name, own]) => [name, { command: own.command ?? null }]),
    ),
  };
}

/**
 * The line (from 1) on which a setting stands, or null where it is written in a way not looked for here (dotted keys,
 * inline tables): the parser keeps no positions.
 */
function lineOf(text: string, path: readonly string[]): number | null {
  const names = path.filter((name) => !/^\d+$/.test(name)); // positions in a list
  const bare = (s: string) => s.trim().replace(/^["']|["']$/g, "");
  let table = "";
  let tableLine: number | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line);
    if (header) {
      table = header[1]!.split(".").map(bare).join(".");
      if (table === names.join(".") || table.startsWith(`${names.join(".")}.`)) tableLine ??= index + 1;
      continue;
    }
    const key = /^\s*([^=#]+?)\s*=/.exec(line);
    if (key && [table, bare(key[1]!)].filter((s) => s !== "").join(".") === names.join(".")) return index + 1;
  }
  return tableLine;
}
