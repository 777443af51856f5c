/** The commands that bring libraries with them; see load.ts. In a bundle they are a file of their own (bin/build.js). */
import type { Command } from "./command.js";
import type { CommandModule } from "./command-module.js";

const LARGE = {
  attach: () => import("./agents/attach.js"),
  service: () => import("./machine/service.js"),
  doctor: () => import("./machine/doctor.js"),
  providers: () => import("./recordings/providers.js"),
  replay: () => import("./recordings/replay.js"),
} satisfies Record<string, () => Promise<CommandModule>>;

export type LargeCommand = keyof typeof LARGE;

/** The code of one of them. */
export function loadLarge(command: Command): Promise<CommandModule> {
  return LARGE[command.name as LargeCommand]();
}
