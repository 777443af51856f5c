/** What `[providers.NAME]` of a configuration may hold, as a schema. Loaded only where there is such a table. */
import * as v from "valibot";
import { DIALECTS } from "#core/screen/hook-events.js";
import { isInk } from "#core/screen/ink.js";
import { REGIONS } from "#core/screen/table.js";

const string = v.string("must be a string");
const flag = v.boolean("must be true or false");
const count = (most: number) => {
  const says = `must be a whole number from 0 to ${most}`;
  return v.pipe(v.number(says), v.integer(says), v.minValue(0, says), v.maxValue(most, says));
};
const strings = v.array(v.pipe(string, v.nonEmpty("must not be empty")), "must be a list of strings");
const oneOf = <const T extends readonly string[]>(words: T) => v.picklist(words, `must be one of ${words.join(", ")}`);
const table = <const T extends v.ObjectEntries>(entries: T) => v.strictObject(entries, "must be a table");

const pattern = v.pipe(
  string,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      new RegExp(dataset.value, "u");
    } catch (error) {
      const what = (error as Error).message.replace(/^Invalid regular expression: /, "");
      addIssue({ message: `is no regular expression: ${what}` });
    }
  }),
);
const inks = v.array(
  v.pipe(
    string,
    v.check(isInk, "is no ink: plain, faded, bold, inverse, coloured, red, p0 to p255, #rrggbb, on, on-p0, on-#rrggbb"),
  ),
  "must be a list of inks",
);
const patterns = v.array(pattern, "must be a list of patterns");
/** A tmux key name. */
const keys = v.array(v.pipe(string, v.regex(/^[!-~]{1,32}$/, "must be the name of a key")), "must be a list of keys");
const environment = v.array(
  v.pipe(
    string,
    v.regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, "must be the name of a variable, with a * at its end or without"),
  ),
  "must be a list of names",
);
const NO_VARIABLE = "must be false, or the name of a variable";
const variable = v.union(
  [v.literal(false), v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, NO_VARIABLE))],
  NO_VARIABLE,
);

const sign = table({
  rule: v.pipe(string, v.regex(/^[a-z0-9][a-z0-9-]{0,47}$/, "must be small letters, digits and dashes")),
  shows: oneOf(["starting", "ready", "finished", "interrupted", "working", "blocked", "error", "exited", "unclear"]),
  where: oneOf(REGIONS),
  looks_like: pattern,
  ink: v.optional(inks),
  second_ink: v.optional(inks),
  tells: v.optional(flag),
});

export const providerSchema = table({
  title: v.optional(string),
  command: v.optional(v.pipe(strings, v.nonEmpty("must name a program"))),
  args: v.optional(strings),
  process_names: v.optional(strings),
  prompt_argument: v.optional(flag),
  resume: v.optional(strings),
  paste_settle_ms: v.optional(count(10_000)),
  shell_mode: v.optional(
    table({
      opens: v.pipe(strings, v.nonEmpty("must name what opens it")),
      guard: v.pipe(string, v.nonEmpty("must not be empty")),
    }),
  ),
  interrupt_keys: v.optional(keys),
  quit: v.optional(
    v.array(
      v.pipe(
        table({ keys: v.optional(keys), text: v.optional(string) }),
        v.check((step) => Object.keys(step).length > 0, "must have keys or a text"),
      ),
      "must be a list of tables",
    ),
  ),
  refused_env: v.optional(environment),
  allowed_env: v.optional(environment),
  hooks: v.optional(
    v.union([v.literal(false), v.picklist(DIALECTS)], `must be false, or one of ${DIALECTS.join(", ")}`),
  ),
  debug_log: v.optional(variable),
  versions: v.optional(strings),
  tap: v.optional(flag),
  gone: v.optional(
    v.array(
      v.pipe(
        table({
          title: v.optional(pattern),
          cursor_visible: v.optional(flag),
          alternate: v.optional(flag),
          below_box: v.optional(flag),
        }),
        // Of every screen all is so that says nothing.
        v.check(
          (entry) => Object.keys(entry).length > 0,
          "must say something of title, cursor_visible, alternate or below_box",
        ),
      ),
      "must be a list of tables",
    ),
  ),
  composer: v.optional(
    table({
      edge: v.optional(pattern),
      edge_ink: v.optional(inks),
      prompt: v.optional(pattern),
      indent: v.optional(count(40)),
      placeholder: v.optional(pattern),
      foot_rows: v.optional(count(60)),
      above: v.optional(count(20)),
    }),
  ),
  dialog: v.optional(
    table({
      top: v.optional(pattern),
      bottom: v.optional(pattern),
      frame_ink: v.optional(inks),
      below_rows: v.optional(count(60)),
      pointer_ink: v.optional(inks),
      kinds: v.optional(
        table({
          permission: v.optional(pattern),
          question: v.optional(pattern),
          plan: v.optional(pattern),
          trust: v.optional(pattern),
          login: v.optional(pattern),
        }),
      ),
      keys: v.optional(oneOf(["digit", "arrows"])),
      replies: v.optional(table({ yes: v.optional(patterns), no: v.optional(patterns), always: v.optional(patterns) })),
      on_cursor_row: v.optional(flag),
    }),
  ),
  block: v.optional(pattern),
  signs: v.optional(v.array(sign, "must be a list of tables")),
  answer: v.optional(
    table({
      indent: count(40),
      margin: count(40),
      unmarked: v.optional(flag),
      begins: v.array(
        table({
          what: oneOf(["prompt", "answer", "aside", "ended", "failed", "interrupted"]),
          looks_like: pattern,
          ink: v.optional(inks),
          after_blank: v.optional(flag),
        }),
        "must be a list of tables",
      ),
    }),
  ),
});

/** `foot_rows` becomes `footRows`, all the way down. */
export function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelKeys(inner),
    ]),
  );
}
