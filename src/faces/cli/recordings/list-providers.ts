import type { ProviderJson } from "#wire/requests.js";
import type { Ink } from "../../kit/ink.js";
import { type Cell, table } from "../../kit/table.js";
import type { Context } from "../context.js";

const HEADS = ["NAME", "TITLE", "VERSION", "LOGIN", "HOOKS", "MODELS"].map((title) => ({ title }));

/** From the daemon's cache: what a program would have to be asked for first is `?` until the next time. */
export async function list(context: Context): Promise<number> {
  const { providers } = await (await context.daemon()).request<{ providers: ProviderJson[] }>("GET", "/v1/providers");
  if (context.json) context.value({ providers });
  else context.lines(providerLines(providers, context.ink, context.columns));
  return 0;
}

export function providerLines(providers: readonly ProviderJson[], ink: Ink, columns: number | null): string[] {
  const rows = providers.map((provider): Cell[] => {
    const { name, title, installed, loggedIn = null, hooks = null, models = [] } = provider;
    const rest = installed ? [version(provider), word(loggedIn), word(hooks), { text: models.join(", ") }] : [];
    return [{ text: name }, { text: title }, ...(installed ? rest : [{ text: "not installed", tint: "dim" as const }])];
  });
  return table(HEADS, rows, ink, columns);
}

/** A version that the description was not tried with is marked. */
function version({ version = null, seenVersions: seen = [], loggedIn = null }: ProviderJson): Cell {
  // Bundled, or any program: there is none to ask for.
  if (version === null) return { text: seen.length === 0 && loggedIn === null ? "" : "?", tint: "dim" };
  const tried = seen.length === 0 || seen.includes(version);
  return tried ? { text: version } : { text: `${version} (not tried)`, tint: "yellow" };
}

function word(known: boolean | null): Cell {
  return known === null ? { text: "-", tint: "dim" } : { text: known ? "yes" : "no" };
}
