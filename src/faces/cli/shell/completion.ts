import { Fault } from "#core/fault.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { bashScript } from "./completion-bash.js";
import { fishScript } from "./completion-fish.js";
import { zshScript } from "./completion-zsh.js";

/** Each script is written from the command table, and asks `drover __complete` for what only the daemon knows. */
const SCRIPTS: Readonly<Record<string, () => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

export async function run(context: Context, { arguments: [shell = ""] }: Invocation): Promise<number> {
  const script = SCRIPTS[shell];
  if (!script) throw new Fault("USAGE", `there is no completion for "${shell}"`, { hint: "bash, zsh or fish" });
  if (context.json) context.value({ shell, script: script() });
  else context.line(script().trimEnd());
  return 0;
}
