/**
 * Where the agent programs keep who is logged in, which models they were set to use, and their hooks: read from their own
 * files, as their present versions write them. Nothing is started, nothing is written, and no secret leaves this file: of
 * what is read only a hash and a yes or no go on.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { accountMeaning } from "./account-meaning.js";

type Env = Readonly<Record<string, string | undefined>>;

export interface Account {
  /** Null where it cannot be told: the program may keep its login in the system's key ring, or needs none. */
  readonly loggedIn: boolean | null;
  readonly models: readonly string[];
  /** Whether drover's hooks stand in the user's own settings; null where the program has none that drover knows. */
  readonly hooks: boolean | null;
  /** A hash of the meaning of all that was read; the same as long as nobody logs in, out, or changes a setting. */
  readonly fingerprint: string;
}

interface Place {
  /** JSON files that only a login makes. */
  readonly auth: (home: string, env: Env) => readonly string[];
  /** JSON files that hold a login among much else: which of their fields do. */
  readonly among?: (home: string, env: Env) => readonly { readonly file: string; readonly fields: readonly string[] }[];
  /** Variables that stand for a login. */
  readonly variables: readonly string[];
  /** Where models are named: a pattern with the name as its group, for JSON and TOML alike. */
  readonly models?: (home: string, env: Env) => readonly { readonly file: string; readonly named: RegExp }[];
  readonly hooks?: (home: string, env: Env) => readonly string[];
}

const xdg = (home: string, env: Env, name: string, fallback: string) => env[name] || join(home, fallback);
const claudeHome = (home: string, env: Env) => env.CLAUDE_CONFIG_DIR || join(home, ".claude");
const codexHome = (home: string, env: Env) => env.CODEX_HOME || join(home, ".codex");

const JSON_MODEL = /"model"\s*:\s*(?:\{\s*"name"\s*:\s*)?"([^"]{1,100})"/g;

const PLACES: Readonly<Record<string, Place>> = {
  claude: {
    auth: (home, env) => [join(claudeHome(home, env), ".credentials.json")],
    among: (home, env) => [
      {
        file: env.CLAUDE_CONFIG_DIR ? join(env.CLAUDE_CONFIG_DIR, ".claude.json") : join(home, ".claude.json"),
        fields: ["oauthAccount", "customApiKeyResponses"],
      },
    ],
    variables: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
    models: (home, env) => [{ file: join(claudeHome(home, env), "settings.json"), named: JSON_MODEL }],
    hooks: (home, env) => [join(claudeHome(home, env), "settings.json")],
  },
  codex: {
    auth: (home, env) => [join(codexHome(home, env), "auth.json")],
    variables: ["OPENAI_API_KEY", "CODEX_API_KEY"],
    models: (home, env) => [
      { file: join(codexHome(home, env), "config.toml"), named: /^\s*model\s*=\s*"([^"]{1,100})"/gm },
      { file: join(codexHome(home, env), "models_cache.json"), named: /"slug"\s*:\s*"([^"]{1,100})"/g },
    ],
    hooks: (home, env) => [join(codexHome(home, env), "hooks.json")],
  },
  gemini: {
    auth: (home) => [join(home, ".gemini", "oauth_creds.json"), join(home, ".gemini", "google_accounts.json")],
    variables: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"],
    models: (home) => [{ file: join(home, ".gemini", "settings.json"), named: JSON_MODEL }],
    hooks: (home) => [join(home, ".gemini", "settings.json")],
  },
  opencode: {
    auth: (home, env) => [join(xdg(home, env, "XDG_DATA_HOME", ".local/share"), "opencode", "auth.json")],
    variables: ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY"],
    models: (home, env) => [
      { file: join(xdg(home, env, "XDG_CONFIG_HOME", ".config"), "opencode", "opencode.json"), named: JSON_MODEL },
    ],
    hooks: (home, env) =>
      ["plugin", "plugins"].map((folder) => join(xdg(home, env, "XDG_CONFIG_HOME", ".config"), "opencode", folder)),
  },
  qwen: {
    auth: (home) => [join(home, ".qwen", "oauth_creds.json")],
    variables: ["OPENAI_API_KEY", "DASHSCOPE_API_KEY"],
    models: (home) => [{ file: join(home, ".qwen", "settings.json"), named: JSON_MODEL }],
  },
  pi: {
    auth: (home) => [join(home, ".pi", "agent", "auth.json")],
    variables: ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"],
  },
  copilot: {
    auth: () => [],
    among: (home) => [
      { file: join(home, ".copilot", "config.json"), fields: ["logged_in_users", "last_logged_in_user"] },
    ],
    variables: ["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
  },
};

/** These may keep their login in the system's key ring instead, of which nothing is asked. */
const KEY_RING = new Set(["claude", "codex", "gemini", "copilot"]);
const FILE_LIMIT_BYTES = 4 * 1024 * 1024;
const MODELS_LIMIT = 40;

/** What is known of the account of the provider `name`. Never throws: a file that cannot be read says nothing. */
export async function readAccount(name: string, env: Env): Promise<Account> {
  const place = PLACES[name];
  const home = env.HOME;
  if (place === undefined || !home) return { loggedIn: null, models: [], hooks: null, fingerprint: "" };
  const auth = await Promise.all(place.auth(home, env).map(async (file) => meaningOf(await readJsonFile(file))));
  const among = await Promise.all(
    (place.among?.(home, env) ?? []).map(async ({ file, fields }) => {
      const whole = (await readJsonFile(file)) as Record<string, unknown> | null;
      return meaningOf(whole === null ? null : Object.fromEntries(fields.map((field) => [field, whole[field]])));
    }),
  );
  const variables = place.variables.filter((variable) => env[variable]);
  const models = await modelsOf(place.models?.(home, env) ?? []);
  const hooks = place.hooks === undefined ? null : await anyHook(place.hooks(home, env));
  const found = [...auth, ...among].some((meaning) => meaning !== null) || variables.length > 0;
  const loggedIn = found || !(KEY_RING.has(name) && process.platform === "darwin") ? found : null;
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([auth, among, variables.map((variable) => [variable, env[variable]]), models, hooks]))
    .digest("hex")
    .slice(0, 32);
  return { loggedIn, models, hooks, fingerprint };
}

/** Null where nothing speaks of a login: no file, `{}`, `[]`, or only empty things. */
function meaningOf(value: unknown): unknown {
  if (value === null || isEmpty(value)) return null;
  // A login of nothing but rotating fields is one all the same.
  return accountMeaning(value) ?? {};
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (typeof value !== "object") return false;
  return Object.values(value).every(isEmpty);
}

async function readText(file: string): Promise<string | null> {
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > FILE_LIMIT_BYTES) return null;
    return await readFile(file, "utf8");
  } catch {
    return null;
  }
}

async function readJsonFile(file: string): Promise<unknown> {
  const text = await readText(file);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function modelsOf(places: readonly { readonly file: string; readonly named: RegExp }[]): Promise<string[]> {
  const found = new Set<string>();
  for (const { file, named } of places) {
    for (const match of ((await readText(file)) ?? "").matchAll(named)) found.add(match[1]!);
  }
  return [...found].slice(0, MODELS_LIMIT);
}

/** A settings file that calls bin/drover-hook, or a folder with a plugin of drover's. */
async function anyHook(places: readonly string[]): Promise<boolean> {
  for (const place of places) {
    if ((await readText(place))?.includes("/drover-hook")) return true;
    const names = await readdir(place).catch(() => []);
    if (names.some((name) => /^drover\b.*\.[jt]s$/.test(name))) return true;
  }
  return false;
}
