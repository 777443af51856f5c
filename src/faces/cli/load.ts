/**
 * What each command does: a small file of its own, loaded when it is asked for. Those that bring libraries with them (the
 * configuration's schema, a runner of programs, the screen readers) are in load-large.ts, so that the bundle of the others
 * starts at once (`drover ls`, a key binding).
 */
import type { Command } from "./command.js";
import type { CommandModule } from "./command-module.js";
import type { CommandName } from "./commands/table.js";
import type { LargeCommand } from "./load-large.js";

/** Whether a command comes with libraries, and so from the larger bundle. */
export function isLarge(command: Command): boolean {
  return !Object.hasOwn(CODE, command.name);
}

/** The code of a command of the table. */
export async function load(command: Command): Promise<CommandModule> {
  if (!isLarge(command)) return CODE[command.name as keyof typeof CODE]();
  const { loadLarge } = await import("./load-large.js");
  return loadLarge(command);
}

const CODE: Readonly<Record<Exclude<CommandName, LargeCommand>, () => Promise<CommandModule>>> = {
  ls: () => import("./agents/ls.js"),
  spawn: () => import("./agents/spawn.js"),
  adopt: () => import("./agents/adopt.js"),
  send: () => import("./talk/send.js"),
  handoff: () => import("./talk/handoff.js"),
  assign: () => import("./talk/assign.js"),
  inbox: () => import("./talk/inbox.js"),
  "run-task": () => import("./talk/run-task.js"),
  report: () => import("./talk/report.js"),
  answer: () => import("./talk/answer.js"),
  interrupt: () => import("./talk/interrupt.js"),
  output: () => import("./talk/output.js"),
  why: () => import("./talk/why.js"),
  stop: () => import("./life/stop.js"),
  restart: () => import("./life/restart.js"),
  restore: () => import("./life/restore.js"),
  rename: () => import("./life/rename.js"),
  wait: () => import("./life/wait.js"),
  next: () => import("./life/next.js"),
  rm: () => import("./life/rm.js"),
  log: () => import("./machine/log.js"),
  status: () => import("./machine/status.js"),
  daemon: () => import("./machine/daemon.js"),
  down: () => import("./machine/down.js"),
  hooks: () => import("./machine/hooks.js"),
  async demo() {
    const { run } = await import("./machine/demo.js");
    return { run: (_context, invocation) => run(invocation.arguments, process) };
  },
  record: () => import("./recordings/record.js"),
  completion: () => import("./shell/completion.js"),
  __complete: () => import("./shell/complete.js"),
};
