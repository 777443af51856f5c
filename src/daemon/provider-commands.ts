/** The providers as the user's configuration wants them launched. */
import type { Provider } from "#core/screen/reading.js";

/** `own` names providers and the command that replaces theirs; a name that is no provider's changes nothing. */
export function withCommands(
  providers: ReadonlyMap<string, Provider>,
  own: Readonly<Record<string, { readonly command: readonly string[] | null }>>,
): ReadonlyMap<string, Provider> {
  const changed = new Map<string, Provider>();
  for (const [name, provider] of providers) {
    const command = Object.hasOwn(own, name) ? own[name]?.command : null;
    if (command == null) changed.set(name, provider);
    // The methods may use `this`: the description stays what it is, with the command over it.
    else changed.set(name, Object.assign(Object.create(provider) as Provider, { command }));
  }
  return changed;
}
