/** Brings an agent into the world: checks what was asked, finds the program, and lets the core decide the rest. */
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { Fault } from "#core/fault.js";
import { checkEnvironment, utf8Bytes } from "#core/fleet/environment.js";
import { checkLabel, sessionName } from "#core/fleet/labels.js";
import type { AgentId } from "#core/model.js";
import type { Provider } from "#core/screen/reading.js";
import type { SpawnRequest } from "#wire/requests.js";
import { type Context, theAgent } from "./context.js";
import { checkText } from "./schemas.js";

/** A single argument may have 128 KiB on Linux (MAX_ARG_STRLEN); a prompt that comes near it is typed instead. */
const PROMPT_ARGUMENT_BYTES = 32_768;
const ARGUMENTS_LIMIT_BYTES = 65_536;
const DEFAULT_SIZE = { columns: 200, rows: 50 };

/** Returns the agent, and whether it is a new one. Throws a Fault: INVALID, TOO_LARGE, NOT_FOUND, CONFLICT, tmux's own. */
export async function spawnAgent(context: Context, asked: SpawnRequest): Promise<{ id: AgentId; created: boolean }> {
  const provider = context.providers.get(asked.provider);
  if (provider === undefined) {
    throw new Fault("INVALID", `there is no provider "${asked.provider}"`, {
      hint: `there are ${[...context.providers.keys()].join(", ")}`,
    });
  }
  if (asked.label !== undefined) checkLabel(asked.label);
  const prompt = asked.prompt === undefined || asked.prompt.trim() === "" ? null : asked.prompt;
  if (prompt !== null) checkText("the prompt", prompt);
  const env = asked.env ?? {};
  checkEnvironment(env, provider);
  await checkFolder(asked.cwd);
  const parent = asked.parent === undefined ? null : theAgent(context, asked.parent).record.id;

  const args = asked.args ?? [];
  if (utf8Bytes(args.join(" ")) > ARGUMENTS_LIMIT_BYTES) {
    throw new Fault("TOO_LARGE", `the arguments have more than the limit of ${ARGUMENTS_LIMIT_BYTES} bytes`);
  }
  if (args.some((arg) => arg.includes("\0"))) throw new Fault("INVALID", "an argument holds a NUL character");
  const asArgument = prompt !== null && provider.promptArgument && fitsArgument(prompt);
  const command = await commandLine(context, provider, asked, asArgument ? [...args, prompt] : args);

  const { agent, created } = await context.loop.ask({
    ask: "spawn",
    id: context.dice.id() as AgentId,
    label: asked.label ?? null,
    ifAbsent: asked.ifAbsent ?? false,
    provider: provider.name,
    role: asked.role ?? "worker",
    parent,
    group: asked.group ?? null,
    cwd: asked.cwd,
    command,
    envNames: Object.keys(env),
    prompt,
    promptDue: prompt !== null && !asArgument,
    tab: {
      sessionName: sessionName(asked.session, asked.cwd),
      // The program runs as its caller would run it, also when tmux was started from elsewhere.
      env: asked.path === undefined ? env : { PATH: asked.path, ...env },
      columns: asked.columns ?? DEFAULT_SIZE.columns,
      rows: asked.rows ?? DEFAULT_SIZE.rows,
    },
    socket: context.socket,
  });
  return { id: agent as AgentId, created };
}

/** A prompt that looks like an option would be taken for one. */
function fitsArgument(prompt: string): boolean {
  return !prompt.startsWith("-") && !prompt.includes("\0") && utf8Bytes(prompt) <= PROMPT_ARGUMENT_BYTES;
}

/** `shell` runs the command given as arguments, or else the user's shell; every other provider its own program. */
async function commandLine(
  context: Context,
  provider: Provider,
  asked: SpawnRequest,
  args: readonly string[],
): Promise<readonly string[]> {
  const shell = provider.name === "shell";
  const own = shell ? [process.env.SHELL || "/bin/sh"] : provider.command;
  const [program, ...rest] = shell && args.length > 0 ? args : [...own, ...args];
  const found = program === undefined ? null : await context.programs.find(program, asked.cwd, asked.path);
  if (found !== null) return [...found, ...rest];
  throw new Fault("NOT_FOUND", `${shell ? program : `${provider.title} (${program})`} is not on your PATH`, {
    hint: "install it, or give a PATH on which it is",
  });
}

async function checkFolder(cwd: string): Promise<void> {
  if (!isAbsolute(cwd)) throw new Fault("INVALID", `the folder must be an absolute path, not "${cwd.slice(0, 200)}"`);
  try {
    if ((await stat(cwd)).isDirectory()) return;
  } catch (cause) {
    throw new Fault("INVALID", `there is no folder ${cwd}`, { cause });
  }
  throw new Fault("INVALID", `${cwd} is not a folder`);
}
