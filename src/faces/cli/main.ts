/**
 * The command line: reads what was typed by the table in commands/, runs that command, and turns whatever goes wrong
 * into one sentence, a hint and an exit status. Each command is a small file of its own, loaded when it is asked for.
 */
import { exitStatus, Fault } from "#core/fault.js";
import { chooseDriver } from "#host/driver-name.js";
import type { Invocation } from "./command.js";
import { type Context, type Io, makeContext } from "./context.js";
import { isLarge, load } from "./load.js";
import { parse } from "./parse.js";

/** Runs the same arguments from another bundle, which only the launcher can load. */
export interface Launcher {
  dashboard?(argv: readonly string[]): Promise<number>;
  /** This very command line, with the large commands in it. */
  large?(argv: readonly string[]): Promise<number>;
}

/** Runs one command line (`argv` without node and the script) and returns the exit status. Never throws. */
export async function main(argv: readonly string[], launcher?: Launcher, io: Io = process): Promise<number> {
  if (io === process) endWithOutput();
  let context: Context | null = null;
  try {
    const invocation = parse(argv);
    const told = await tell(invocation);
    if (told !== null) {
      io.stdout.write(told);
      return 0;
    }
    if (invocation.command === null) chooseDriver(invocation.options.text("driver"));
    if (invocation.command === null && wantsDashboard(invocation, io) && launcher?.dashboard)
      return await launcher.dashboard(argv);
    if (invocation.command && isLarge(invocation.command) && launcher?.large) return await launcher.large(argv);
    context = makeContext(invocation.options, io);
    const { run } = invocation.command ? await load(invocation.command) : await import("./agents/ls.js");
    return await run(context, invocation);
  } catch (error) {
    return report(error, context?.json ?? argv.includes("--json"), io);
  } finally {
    context?.close();
  }
}

/** Without a terminal `drover` prints the fleet, as `drover ls` does. */
function wantsDashboard(invocation: Invocation, { stdin, stdout }: Io): boolean {
  return stdout.isTTY === true && stdin.isTTY === true && !invocation.options.has("json");
}

async function tell(invocation: Invocation): Promise<string | null> {
  if (invocation.options.has("help")) {
    const { helpOf, overview } = await import("./help.js");
    return invocation.command ? helpOf(invocation.command) : overview();
  }
  if (invocation.options.has("version")) {
    const { installedVersion } = await import("../kit/install-root.js");
    return `drover ${installedVersion()}\n`;
  }
  return null;
}

function report(error: unknown, json: boolean, { env, stderr }: Io): number {
  const fault = error instanceof Fault ? error : new Fault("INTERNAL", String((error as Error)?.message ?? error));
  if (json) {
    const { code, message, hint, detail } = fault;
    const body = { error: { code, message, ...(hint === undefined ? {} : { hint }) }, ...detail };
    stderr.write(`${JSON.stringify(body)}\n`);
  } else {
    stderr.write(`drover: ${fault.message}\n`);
    if (fault.hint) stderr.write(`  ${fault.hint}\n`);
    if (!(error instanceof Fault) && env.DROVER_DEBUG) stderr.write(`${(error as Error)?.stack}\n`);
  }
  return exitStatus(fault.code);
}

/**
 * A reader that had enough (`drover ls | head -1`) is no failure; a full disk is. Whatever was still to be done is not: what
 * was not written out is not acknowledged.
 */
function endWithOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      if (stream === process.stdout) {
        process.stderr.write(`drover: standard output cannot be written: ${error.message}\n`);
      }
      process.exit(1);
    });
  }
}
