import type { Invocation } from "./command.js";
import type { Context } from "./context.js";

/** The code of a command. */
export interface CommandModule {
  /** Returns the exit status. What goes wrong is thrown as a Fault. */
  run(context: Context, invocation: Invocation): Promise<number>;
}
