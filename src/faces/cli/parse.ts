/** What was typed, read by the rows of the command table. Node's own parser does the reading: it costs no import. */
import { parseArgs } from "node:util";
import { Fault } from "#core/fault.js";
import { nearest } from "../kit/nearest.js";
import type { Command, Invocation, Option } from "./command.js";
import { dashboardOptions, globalOptions } from "./commands/every-command.js";
import { completeCommand } from "./commands/shell.js";
import { commands } from "./commands/table.js";
import { Options } from "./options.js";

/** Throws a Fault (USAGE) whose hint names the help to read. */
export function parse(argv: readonly string[]): Invocation {
  const at = commandIndex(argv);
  const name = at === null ? undefined : argv[at];
  const command = name === undefined ? null : findCommand(name);
  const words = at === null ? [] : argv.slice(at + 1);
  const args = at === null ? [...argv] : [...argv.slice(0, at), ...words];
  const options = [...globalOptions, ...(command ? command.options : dashboardOptions)];
  const { values, tokens } = read(args, options, command);
  const asked = new Options(values);
  const rest: string[] = [];
  const passedOn: string[] = [];
  let ended = false;
  for (const token of tokens) {
    if (token.kind === "option-terminator") ended = true;
    else if (token.kind === "positional") (ended && command?.passesOn ? passedOn : rest).push(token.value);
  }
  if (!asked.has("help") && !asked.has("version")) checkCount(command, rest);
  return { command, options: asked, arguments: rest, passedOn, words };
}

/** The first word that is neither a global option nor the value of one. */
function commandIndex(argv: readonly string[]): number | null {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") return null;
    if (!word.startsWith("-") || word === "-") return i;
    const option = [...globalOptions, ...dashboardOptions].find(
      (o) => word === `--${o.long}` || (o.short && word.startsWith(`-${o.short}`)),
    );
    if (option?.value && (word.startsWith("--") || word.length === 2)) i++;
  }
  return null;
}

function findCommand(name: string): Command {
  const command = [...commands, completeCommand].find((c) => c.name === name);
  if (command) return command;
  const meant = nearest(
    name,
    commands.map((c) => c.name),
  );
  throw new Fault("USAGE", `drover has no command "${name}"`, {
    hint: meant ? `did you mean "drover ${meant}"?` : 'see "drover --help"',
  });
}

function read(args: string[], options: readonly Option[], command: Command | null) {
  const config = Object.fromEntries(
    options.map((o) => [
      o.long,
      {
        type: o.value ? ("string" as const) : ("boolean" as const),
        ...(o.short ? { short: o.short } : {}),
        ...(o.many ? { multiple: true } : {}),
      },
    ]),
  );
  try {
    return parseArgs({ args: withEmptyValues(args, options), options: config, allowPositionals: true, tokens: true });
  } catch (error) {
    throw explain(error as Error & { code?: string }, options, command);
  }
}

/** Node's parser knows no values that may be left out: one that is gets an empty one. */
function withEmptyValues(args: readonly string[], options: readonly Option[]): string[] {
  const names = new Set(
    options.filter((o) => o.optional).flatMap((o) => [`--${o.long}`, ...(o.short ? [`-${o.short}`] : [])]),
  );
  const end = args.indexOf("--");
  return args.flatMap((arg, i) => {
    const next = args[i + 1];
    const bare = names.has(arg) && (end < 0 || i < end) && (next === undefined || next.startsWith("-"));
    return !bare ? [arg] : arg.startsWith("--") ? [`${arg}=`] : [arg, ""];
  });
}

function explain(error: Error & { code?: string }, options: readonly Option[], command: Command | null): Fault {
  const help = `see "drover ${command ? `${command.name} ` : ""}--help"`;
  const quoted = /'(-[^']*)'/.exec(error.message)?.[1] ?? "";
  if (error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const meant = nearest(
      quoted,
      options.map((o) => `--${o.long}`),
    );
    const where = command ? `drover ${command.name}` : "drover";
    const dash = quoted.startsWith("--") ? "" : '; put "--" before a text that begins with a dash';
    return new Fault("USAGE", `${where} has no option ${quoted}`, {
      hint: (meant ? `did you mean ${meant}?` : help) + dash,
    });
  }
  const option = options.find((o) => new RegExp(`--${o.long}(?![a-z-])`).test(quoted));
  if (option) {
    const what = option.value ? `needs a value: --${option.long} ${option.value}` : "takes no value";
    return new Fault("USAGE", `--${option.long} ${what}`, { hint: help });
  }
  return new Fault("USAGE", error.message.split(/[.\n]/)[0]!, { hint: help });
}

function checkCount(command: Command | null, given: readonly string[]): void {
  const wanted = command?.arguments ?? [];
  const where = command ? `drover ${command.name}` : "drover";
  const hint = `see "${where} --help"`;
  const missing = wanted.find((argument, i) => !argument.optional && given[i] === undefined);
  if (missing) throw new Fault("USAGE", `${where} needs ${missing.name}: ${missing.does}`, { hint });
  if (given.length > wanted.length && !wanted.at(-1)?.many) {
    throw new Fault("USAGE", `${where} takes no further argument: "${given[wanted.length]}"`, { hint });
  }
}
