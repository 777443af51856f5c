/** What the three completion scripts have in common. */
import type { Option } from "../command.js";
import { dashboardOptions, globalOptions } from "../commands/every-command.js";
import { commands } from "../commands/table.js";

/** `--label -l`, for each. */
export function optionWords(options: readonly Option[]): string[] {
  return options.flatMap((o) => [`--${o.long}`, ...(o.short ? [`-${o.short}`] : [])]);
}

/** Every option, of any command, after which a value stands. No letter is a switch in one command and takes a value in another. */
export function valueOptions(): string[] {
  const all = [...globalOptions, ...dashboardOptions, ...commands.flatMap((c) => c.options)].filter((o) => o.value);
  return [...new Set(optionWords(all))];
}
