/** Providers of agent programs that are described by a table, built in or configured: what is not said has a usual value. */
import { ARROWS, DIGITS, USUAL_REPLIES, WORDS } from "./dialog-keys.js";
import { screenReader, tableShape } from "./read-table.js";
import type { Provider } from "./reading.js";
import type { ProviderTable } from "./table.js";

/** Makes a provider of a table. Patterns are compiled here: one that is not a regular expression throws a SyntaxError. */
export function tableProvider(table: ProviderTable): Provider {
  const { name, command, args = [], answer, versions, hooks, debugLog, tap, shellMode } = table;
  const first = command[0] ?? name;
  return {
    name,
    title: table.title ?? name,
    command: [...command, ...args],
    processNames: table.processNames ?? [first.replace(/^.*\//, "")],
    promptArgument: table.promptArgument ?? false,
    resume: table.resume ?? null,
    pasteSettleMs: table.pasteSettleMs ?? 150,
    interruptKeys: table.interruptKeys ?? ["Escape"],
    quit: table.quit ?? [{ keys: ["C-c"] }],
    refusedEnv: table.refusedEnv ?? [],
    allowedEnv: table.allowedEnv ?? [],
    ...(shellMode === undefined ? {} : { shellMode }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(debugLog === undefined ? {} : { debugLog }),
    ...(versions === undefined ? {} : { versions }),
    ...(tap === undefined ? {} : { tap }),
    ...(answer === undefined ? {} : { shape: tableShape(table, answer) }),
    read: screenReader(table),
    dialogKeys(asked) {
      if (!asked.choices.some((choice) => choice.selected)) return WORDS;
      return table.dialog?.keys === "arrows" ? ARROWS : DIGITS;
    },
    replies: { ...USUAL_REPLIES, ...table.dialog?.replies },
  };
}
