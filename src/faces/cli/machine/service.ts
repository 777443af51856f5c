/** `drover service`: a systemd user unit for the daemon. Writes a file and says what to run; runs it only with `--now`. */
import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Fault } from "#core/fault.js";
import { findProgram, run as runProgram } from "#host/processes.js";
import { installRoot } from "../../kit/install-root.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { isOurs, keptEnv, startSame, UNIT_NAME, unitPath, unitText } from "./service-unit.js";

const SYSTEMCTL_LIMIT_MS = 30_000;
const RELOAD = ["--user", "daemon-reload"];
const ENABLE = ["--user", "enable", "--now", UNIT_NAME];
const DISABLE = ["--user", "disable", "--now", UNIT_NAME];

export async function run(context: Context, { arguments: [action = ""], options }: Invocation): Promise<number> {
  const path = unitPath(context.env, context.env.HOME || homedir());
  const now = options.has("now");
  if (action === "status" && now) throw new Fault("USAGE", "drover service status takes no --now");
  // Before anything is written: half of what was asked for would be worse than nothing.
  const systemctl = now ? theSystemctl(context) : null;
  switch (action) {
    case "install":
      return install(context, path, systemctl);
    case "uninstall":
      return uninstall(context, path, systemctl);
    case "status":
      return status(context, path);
    default:
      throw new Fault("USAGE", `drover service takes install, uninstall or status, not "${action}"`);
  }
}

async function install(context: Context, path: string, systemctl: Systemctl | null): Promise<number> {
  const found = read(path);
  if (found !== null && !isOurs(found)) throw notOurs(path, "is left as it is");
  const text = wanted(context);
  const changed = found !== text;
  if (changed) writeWhole(path, text);
  await systemctl?.(RELOAD);
  await systemctl?.(ENABLE);
  if (context.json) context.value({ unit: path, installed: true, changed, started: systemctl !== null });
  else if (systemctl !== null) context.lines([`${path} ${changed ? "written" : "is as it should be"}, and started`]);
  else {
    context.lines([
      `${path} ${changed ? "written" : "is as it should be"}. To start it now and at every login:`,
      `  systemctl ${RELOAD.join(" ")}`,
      `  systemctl ${ENABLE.join(" ")}`,
      "To have it from boot on, and after you log out:",
      "  loginctl enable-linger",
      'A daemon that runs already holds its place: "drover down" first.',
    ]);
  }
  return 0;
}

async function uninstall(context: Context, path: string, systemctl: Systemctl | null): Promise<number> {
  const found = read(path);
  if (found !== null && !isOurs(found)) throw notOurs(path, "is left where it is");
  if (found !== null) {
    // While its file is there, systemd knows what to stop. The daemon ends; no agent does.
    await systemctl?.(DISABLE);
    unlinkSync(path);
    await systemctl?.(RELOAD);
  }
  if (context.json) context.value({ unit: path, installed: false, changed: found !== null });
  else if (found === null) context.line(`there is no ${path}`);
  else if (systemctl !== null) context.line(`${path} stopped and taken away; the agents go on`);
  else {
    context.lines([
      `${path} taken away. What runs of it goes on until:`,
      `  systemctl --user stop ${UNIT_NAME}`,
      `  systemctl ${RELOAD.join(" ")}`,
    ]);
  }
  return 0;
}

/** Reads the file alone. */
function status(context: Context, path: string): number {
  const found = read(path);
  const ours = found !== null && isOurs(found);
  const current = ours && startSame(found, wanted(context));
  if (context.json) context.value({ unit: path, installed: found !== null, ours, current });
  else if (found === null) context.line(`not installed: there is no ${path}`);
  else if (!ours) context.line(`${path} was not written by drover`);
  else if (current) context.line(`${path} is installed; "systemctl --user status drover" says how it runs`);
  else
    context.line(`${path} starts another drover, or for another server; "drover service install" brings it up to date`);
  return 0;
}

function wanted(context: Context): string {
  return unitText({
    node: process.execPath,
    script: join(installRoot(), "bin/drover-daemon.cjs"),
    args: ["-S", context.paths.tmuxSocket, ...context.daemonArgs],
    env: keptEnv(context.env),
  });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Fault("INVALID", `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

function writeWhole(path: string, text: string): void {
  const whole = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(whole, text);
    renameSync(whole, path);
  } catch (cause) {
    throw new Fault("INVALID", `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

function notOurs(path: string, what: string): Fault {
  return new Fault("CONFLICT", `${path} was not written by drover, and ${what}`, { hint: "move it away first" });
}

type Systemctl = (args: readonly string[]) => Promise<void>;

/** Throws NOT_FOUND where there is none. */
function theSystemctl({ env }: Context): Systemctl {
  const program = findProgram("systemctl", env.PATH ?? "");
  if (program === null) {
    throw new Fault("NOT_FOUND", "systemctl is not on PATH: this machine is not run by systemd", {
      hint: 'without --now the unit is only written; "drover daemon" starts the daemon',
    });
  }
  return async (args) => {
    const { code, stderr } = await runProgram(program, args, { env, limitMs: SYSTEMCTL_LIMIT_MS });
    if (code === 0) return;
    const said = stderr.trim().split("\n").at(-1) ?? "";
    throw new Fault("CONFLICT", `systemctl ${args.join(" ")} failed${said === "" ? "" : `: ${said}`}`);
  };
}
