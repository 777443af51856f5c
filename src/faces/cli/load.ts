/** What each command does: a small file of its own, loaded when it is asked for. */
import type { Command, Invocation } from "./command.js";
import type { CommandName } from "./commands/table.js";
import type { Context } from "./context.js";

export interface CommandModule {
  /** Returns the exit status. What goes wrong is thrown as a Fault. */
  run(context: Context, invocation: Invocation): Promise<number>;
}

/** The code of a command of the table. */
export function load(command: Command): Promise<CommandModule> {
  return CODE[command.name as CommandName]();
}

const CODE: Readonly<Record<CommandName, () => Promise<CommandModule>>> = {
  ls: () => import("./agents/ls.js"),
  spawn: () => import("./agents/spawn.js"),
  adopt: () => import("./agents/adopt.js"),
  attach: () => import("./agents/attach.js"),
  send: () => import("./talk/send.js"),
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
  service: () => import("./machine/service.js"),
  hooks: () => import("./machine/hooks.js"),
  doctor: () => import("./machine/doctor.js"),
  async demo() {
    const { run } = await import("./machine/demo.js");
    return { run: (_context, invocation) => run(invocation.arguments, process) };
  },
  providers: () => import("./recordings/providers.js"),
  record: () => import("./recordings/record.js"),
  replay: () => import("./recordings/replay.js"),
  completion: () => import("./shell/completion.js"),
  __complete: () => import("./shell/complete.js"),
};
