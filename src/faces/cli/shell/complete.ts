/** What completion scripts ask for: words that only the running daemon knows, one a line. Silent where none runs. */
import type { AgentsJson } from "#wire/agent.js";
import type { ProviderJson } from "#wire/requests.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

/** Whoever waits has a finger on the tab key. */
const COMPLETE_LIMIT_MS = 500;

export async function run(context: Context, { arguments: [what] }: Invocation): Promise<number> {
  try {
    const daemon = await context.runningDaemon();
    const ask = <T>(path: string) => daemon?.request<T>("GET", path, undefined, { timeoutMs: COMPLETE_LIMIT_MS });
    if (what === "labels") {
      for (const { label } of (await ask<AgentsJson>("/v1/agents"))?.agents ?? []) context.line(label);
    }
    if (what === "providers") {
      for (const { name } of (await ask<{ providers: ProviderJson[] }>("/v1/providers"))?.providers ?? []) {
        context.line(name);
      }
    }
  } catch {
    // A message here would be written into the middle of the command that is being typed.
  }
  return 0;
}
