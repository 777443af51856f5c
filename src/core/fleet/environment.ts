/** What may be put into an agent's environment by whoever spawns it (SPEC §4). Values never leave this file in a message. */
import { Fault } from "../fault.js";
import { utf8Bytes } from "../utf8.js";

const ENV_VALUE_LIMIT_BYTES = 2048;
const ENV_NAMES_LIMIT = 256;

/** tmux's own names would tell the program that it sits in another pane. */
const TMUX_NAMES = new Set(["TMUX", "TMUX_PANE"]);

/**
 * Throws a Fault that names the variable and never its value: INVALID for a name that is not one, drover's own, or one
 * that `provider` refuses (`refusedEnv` with a trailing `*` as a wildcard, `allowedEnv` being the exceptions); TOO_LARGE
 * past the limits.
 */
export function checkEnvironment(
  env: Readonly<Record<string, string>>,
  provider: { readonly title: string; readonly refusedEnv: readonly string[]; readonly allowedEnv: readonly string[] },
): void {
  const names = Object.keys(env);
  if (names.length > ENV_NAMES_LIMIT) {
    throw new Fault("TOO_LARGE", `${names.length} environment variables are more than the limit of ${ENV_NAMES_LIMIT}`);
  }
  for (const name of names) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(name)) {
      throw new Fault("INVALID", `"${name.split("=", 1)[0]?.slice(0, 60)}" is not a name for an environment variable`, {
        hint: "letters, digits and underscores, not starting with a digit",
      });
    }
    if (name.startsWith("DROVER_")) {
      throw new Fault("INVALID", `${name} is drover's own and is set by drover`);
    }
    if (TMUX_NAMES.has(name)) throw new Fault("INVALID", `${name} is set by tmux and cannot be given`);
    if (matches(provider.refusedEnv, name) && !matches(provider.allowedEnv, name)) {
      throw new Fault("INVALID", `${name} is refused for ${provider.title}`, {
        hint: "it would make the agent believe that it is another session",
      });
    }
    const value = env[name] ?? "";
    if (value.includes("\0")) throw new Fault("INVALID", `the value of ${name} holds a NUL character`);
    const bytes = utf8Bytes(value);
    if (bytes > ENV_VALUE_LIMIT_BYTES) {
      throw new Fault("TOO_LARGE", `the value of ${name} has ${bytes} bytes; the limit is ${ENV_VALUE_LIMIT_BYTES}`, {
        hint: "write it to a file and give the file's name",
      });
    }
  }
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((p) => (p.endsWith("*") ? name.startsWith(p.slice(0, -1)) : p === name));
}
