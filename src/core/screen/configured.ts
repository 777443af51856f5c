/** The providers as the user's configuration wants them: built-in ones changed field by field, and new ones. */
import { copilotTable } from "./agents/copilot.js";
import { genericTable } from "./agents/generic.js";
import { piTable } from "./agents/pi.js";
import { qwenTable } from "./agents/qwen.js";
import type { Provider } from "./reading.js";
import { overlaid, type ProviderTable } from "./table.js";
import { tableProvider } from "./table-provider.js";

/** What a person may say of a provider; the name is the key it stands under. */
export type ProviderConfig = Partial<Omit<ProviderTable, "name">>;

const TABLES: ReadonlyMap<string, ProviderTable> = new Map(
  [qwenTable, piTable, copilotTable, genericTable].map((table) => [table.name, table]),
);

/** What concerns reading, and cannot be changed where a provider is read by code of its own. */
const READING_FIELDS = ["gone", "composer", "dialog", "block", "signs", "answer"] as const;

/**
 * `known` with `own` laid over it. The tables were checked where they came from (host/config.ts): a new one has a command,
 * and one of a provider that reads by code has none of `READING_FIELDS`.
 */
export function configuredProviders(
  known: ReadonlyMap<string, Provider>,
  own: Readonly<Record<string, ProviderConfig>>,
): ReadonlyMap<string, Provider> {
  const all = new Map(known);
  for (const [name, config] of Object.entries(own)) {
    const coded = known.get(name);
    const table = TABLES.get(name);
    if (table !== undefined) all.set(name, tableProvider(overlaid(table, config)));
    else if (coded !== undefined) all.set(name, relaunched(coded, config));
    else all.set(name, tableProvider({ ...config, name, command: config.command ?? [name] }));
  }
  return all;
}

/** What is wrong with the table `own` called `name`, as the field's name and a clause; null where it can be used. */
export function tableTrouble(
  known: ReadonlyMap<string, Provider>,
  name: string,
  own: ProviderConfig,
): { readonly field: string | null; readonly says: string } | null {
  if (TABLES.has(name)) return null;
  if (!known.has(name)) {
    return own.command === undefined
      ? { field: null, says: "is no provider that drover knows, and has no command" }
      : null;
  }
  const field = READING_FIELDS.find((one) => own[one] !== undefined);
  return field === undefined ? null : { field, says: `cannot be changed: ${name} is read by code of its own` };
}

/** The methods may use `this`: the description stays what it is, with the fields over it. */
function relaunched(provider: Provider, config: ProviderConfig): Provider {
  const { command = provider.command, args = [], ...others } = config;
  return Object.assign(Object.create(provider) as Provider, { ...others, command: [...command, ...args] });
}
