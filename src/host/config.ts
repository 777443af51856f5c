/**
 * `config.toml`: what a person may set. The parser and the schema are loaded only where a file exists. A name that is
 * not known is refused, by name and line, since a setting that is silently ignored looks like one that does not work.
 */
import { Fault } from "#core/fault.js";
import type { ProviderConfig } from "#core/screen/configured.js";
import { BACKENDS, type Backend, DEFAULT_BACKEND } from "./backend-name.js";
import { issueFault, parseToml, placeOf, readText } from "./config-file.js";
import { DEFAULT_UI, type Ui, uiOf, uiSchema } from "./config-ui.js";

export interface Config {
  /** What the agents' tabs live in; `--backend` goes before it. */
  readonly backend: Backend;
  readonly tmux: {
    /** A configuration file for tmux servers that drover itself has to start; null: tmux's own rule. */
    readonly config: string | null;
  };
  readonly ui: Ui;
  /** Whether agents that lived before a reboot are brought back by themselves, or by `drover restore`. */
  readonly restore: "manual" | "auto";
  /** By provider name: what is laid over a known provider's table, or a new provider (core/screen/table.ts). */
  readonly providers: Readonly<Record<string, ProviderConfig>>;
}

export const DEFAULT_CONFIG: Config = {
  backend: DEFAULT_BACKEND,
  tmux: { config: null },
  ui: DEFAULT_UI,
  restore: "manual",
  providers: {},
};

/** The defaults where there is no such file. Throws a Fault (INVALID) that names the file, the line and the setting. */
export async function readConfig(file: string): Promise<Config> {
  const text = readText(file);
  return text === null ? DEFAULT_CONFIG : parseConfig(text, file);
}

/** `file` is only for the messages. */
export async function parseConfig(text: string, file: string): Promise<Config> {
  const [parsed, v] = await Promise.all([parseToml(text, file), import("valibot")]);
  // The readers and their schema are large; most configurations name no provider.
  const { providerSchema, camelKeys } = hasProviders(parsed)
    ? await import("./provider-schema.js")
    : { providerSchema: v.never(), camelKeys: (value: unknown) => value };
  const schema = v.strictObject({
    backend: v.optional(v.picklist(BACKENDS, 'must be "tmux" or "herdr"')),
    tmux: v.optional(v.strictObject({ config: v.optional(v.string("must be a string")) }, "must be a table")),
    ui: uiSchema(v),
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
  if (!result.success) throw issueFault(result.issues[0], text, file);
  const { backend, tmux, ui, restore, providers } = result.output;
  // The schema's library leaves out what every object has.
  const leftOut = Object.keys(Object(parsed.providers)).find((name) => !Object.hasOwn(providers ?? {}, name));
  if (leftOut !== undefined) {
    const at = placeOf(text, file, ["providers", leftOut]);
    throw new Fault("INVALID", `${at}: providers.${leftOut} is no name: JavaScript has another use for it`);
  }
  return {
    backend: backend ?? DEFAULT_CONFIG.backend,
    tmux: { config: tmux?.config ?? null },
    ui: uiOf(ui),
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
    throw new Fault("INVALID", `${placeOf(text, file, path)}: ${path.join(".")} ${trouble.says}`);
  }
  return own;
}
