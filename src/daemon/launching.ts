/** What the first launch of an agent and a further one have in common: the program, its arguments, its environment. */
import { stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { Fault } from "#core/fault.js";
import type { Launch, WakePolicy } from "#core/model.js";
import type { Provider } from "#core/screen/reading.js";
import { utf8Bytes } from "#core/utf8.js";
import type { Context } from "./context.js";

/** A single argument may have 128 KiB on Linux (MAX_ARG_STRLEN); a prompt that comes near it is typed instead. */
const PROMPT_ARGUMENT_BYTES = 32_768;
const ARGUMENTS_LIMIT_BYTES = 65_536;
export const DEFAULT_SIZE = { columns: 200, rows: 50 };

/** Throws a Fault: TOO_LARGE or INVALID. */
export function checkArguments(args: readonly string[]): void {
  if (utf8Bytes(args.join(" ")) > ARGUMENTS_LIMIT_BYTES) {
    throw new Fault("TOO_LARGE", `the arguments have more than the limit of ${ARGUMENTS_LIMIT_BYTES} bytes`);
  }
  if (args.some((arg) => arg.includes("\0"))) throw new Fault("INVALID", "an argument holds a NUL character");
}

/**
 * The program of a provider as it was found, and the caller's arguments. `shell` runs the command given as arguments, or
 * else the user's shell; `generic` that command; every other provider its own program. Throws a Fault: NOT_FOUND where it
 * is not installed, INVALID where there is no command.
 */
export async function findLaunch(
  context: Context,
  provider: Provider,
  asked: { readonly args: readonly string[]; readonly cwd: string; readonly path: string | undefined },
): Promise<Launch> {
  const { cwd, path } = asked;
  const shell = provider.name === "shell";
  const asGiven = shell || provider.command.length === 0;
  const own = shell ? [process.env.SHELL || "/bin/sh"] : provider.command;
  const [first, ...others] = asked.args;
  const [program, ...always] = asGiven && first !== undefined ? [first] : own;
  const args = asGiven && first !== undefined ? others : asked.args;
  if (program === undefined) {
    throw new Fault("INVALID", `${provider.name} runs the command given to it, and there is none`, {
      hint: "put it behind --, as in: drover spawn -- aider --no-git",
    });
  }
  const found = await context.programs.find(program, cwd, path);
  if (found !== null) return { program: [...found, ...always], args };
  throw new Fault("NOT_FOUND", `${asGiven ? program : `${provider.title} (${program})`} is not on your PATH`, {
    hint: "install it, or give a PATH on which it is",
  });
}

/**
 * How it is told of its children where nobody says; absent: by `type`. A shell that is given as a command runs what is
 * typed to it as well as any other, unless it is given what to run.
 */
export function usualWake(context: Context, provider: Provider, { program, args }: Launch): WakePolicy | undefined {
  const name = context.loop.fleet.programs.get(basename(program[0] ?? "")) ?? "";
  const runsLines = args.every((arg) => /^-(?!\w*c$)/.test(arg));
  return provider.wake ?? (runsLines ? context.providers.get(name)?.wake : undefined);
}

/** The command line of a launch with a prompt, and whether that is still to be typed. `given`: drover's own arguments. */
export function withPrompt(
  provider: Provider,
  { program, args }: Launch,
  prompt: string | null,
  given: readonly string[] = [],
): { command: readonly string[]; promptDue: boolean } {
  const asArgument = prompt !== null && provider.promptArgument && fitsArgument(prompt);
  return {
    command: [...program, ...given, ...args, ...(asArgument ? [prompt] : [])],
    promptDue: prompt !== null && !asArgument,
  };
}

/** A prompt that looks like an option would be taken for one. */
function fitsArgument(prompt: string): boolean {
  return !prompt.startsWith("-") && !prompt.includes("\0") && utf8Bytes(prompt) <= PROMPT_ARGUMENT_BYTES;
}

/** Throws a Fault (INVALID) where `cwd` is no folder by an absolute path. */
export async function checkFolder(cwd: string): Promise<void> {
  if (!isAbsolute(cwd)) throw new Fault("INVALID", `the folder must be an absolute path, not "${cwd.slice(0, 200)}"`);
  try {
    if ((await stat(cwd)).isDirectory()) return;
  } catch (cause) {
    throw new Fault("INVALID", `there is no folder ${cwd}`, { cause });
  }
  throw new Fault("INVALID", `${cwd} is not a folder`);
}
