/**
 * The command line of a script that people start by hand: its options are rows, and `--help` is written from the same rows.
 * Whatever is not understood is one sentence and exit status 2, before anything is started.
 */
import { parseArgs } from "node:util";

export interface Script<O extends Options> {
  /** What people type: `npm run sim`. */
  readonly run: string;
  /** What it does, in a line or a few. */
  readonly does: string;
  readonly options: O;
  /** What its further words are, for the first line of the help: `[WORD…]`. Without it there are none. */
  readonly words?: string;
}

type Options = Readonly<Record<string, Option<unknown>>>;

export interface Option<T> {
  /** What stands behind it in the help; null for a flag. */
  readonly takes: string | null;
  readonly says: string;
  /** What it is where it is not given. */
  readonly usual: T;
  /** What it is where `text` is given; null where that says nothing. */
  readonly read: (text: string) => T | null;
}

export type Given<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** A whole number, from 0. */
export function count<T extends number | null>(usual: T, says: string): Option<number | T> {
  return { takes: "N", says, usual, read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : null) };
}

/** A number that may be a part of one, from 0. */
export function amount(usual: number, says: string): Option<number> {
  return { takes: "N", says, usual, read: (text) => (/^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : null) };
}

export function flag(says: string): Option<boolean> {
  return { takes: null, says, usual: false, read: () => true };
}

/** One of these words. */
export function oneOf(takes: string, words: readonly string[], says: string): Option<string | null> {
  const all = `${says}: ${words.join(", ")}`;
  return { takes, says: all, usual: null, read: (text) => (words.includes(text) ? text : null) };
}

/** Some of these words, parted by commas. */
export function someOf(takes: string, words: readonly string[], says: string): Option<readonly string[] | null> {
  const all = `${says}: ${words.join(", ")}`;
  const read = (text: string) => (text.split(",").every((word) => words.includes(word)) ? text.split(",") : null);
  return { takes: `${takes},…`, says: all, usual: null, read };
}

/** Any text. */
export function text(takes: string, says: string): Option<string | null> {
  return { takes, says, usual: null, read: (given) => given };
}

export type Read<O extends Options> =
  | { readonly given: Given<O>; readonly words: readonly string[] }
  | { readonly says: string; readonly status: 0 | 2 };

/** What `args` ask of `script`; or what is to be said instead, and the exit status. */
export function readArgs<O extends Options>(script: Script<O>, args: readonly string[]): Read<O> {
  const { run, options, words } = script;
  const known = Object.entries<Option<unknown>>(options);
  const asTypes = known.map(([name, { takes }]) => [name, { type: takes === null ? "boolean" : "string" }] as const);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(asTypes),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const wrong = (says: string) => ({ says: `${says}; ${run} -- --help lists what there is`, status: 2 }) as const;
  const given = new Map(known.map(([name, { usual }]) => [name, usual]));
  const further: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (words === undefined) return wrong(`${run} takes no words: "${token.value}"`);
      further.push(token.value);
    }
    if (token.kind !== "option") continue;
    const { rawName, name, value } = token;
    if (rawName === "--help" || rawName === "-h") return { says: help(script), status: 0 };
    const option = rawName.startsWith("--") && Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) return wrong(`${run} has no option ${rawName}`);
    if (option.takes === null && value !== undefined) return wrong(`${rawName} takes nothing`);
    if (option.takes !== null && value === undefined) return wrong(`${rawName} wants ${option.takes}`);
    const read = option.read(value ?? "");
    if (read === null) return wrong(`${rawName} cannot be "${value}"`);
    given.set(name, read);
  }
  return { given: Object.fromEntries(given) as Given<O>, words: further };
}

/** What this process was given. Says what is to be said instead, where that is it, and ends. */
export function argsOf<O extends Options>(script: Script<O>): Exclude<Read<O>, { says: string }> {
  const read = readArgs(script, process.argv.slice(2));
  if ("given" in read) return read;
  if (read.status === 0) console.log(read.says);
  else console.error(read.says);
  process.exit(read.status);
}

function help<O extends Options>({ run, does, options, words }: Script<O>): string {
  const rows = Object.entries<Option<unknown>>(options).map(([name, { takes, says, usual }]) => {
    const isSaid = usual !== null && usual !== false;
    return { left: `--${name}${takes === null ? "" : ` ${takes}`}`, says: isSaid ? `${says} (${usual})` : says };
  });
  const width = Math.max(...rows.map(({ left }) => left.length), 0);
  const usage = [`${run} --`, ...(rows.length === 0 ? [] : ["[OPTION…]"]), ...(words === undefined ? [] : [words])];
  const list = rows.map(({ left, says }) => {
    return `  ${left.padEnd(width)}  ${folded(says, COLUMNS - width).join(`\n${" ".repeat(width + 4)}`)}`;
  });
  return [usage.join(" "), "", does, ...(list.length === 0 ? [] : ["", ...list])].join("\n");
}

const COLUMNS = 96;

/** `says` in lines of at most so many characters, where its words are no longer. */
function folded(says: string, columns: number): readonly string[] {
  const lines = [""];
  for (const word of says.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
