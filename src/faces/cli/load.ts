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
  ls: () => import("./ls.js"),
  spawn: () => import("./spawn.js"),
  adopt: () => import("./adopt.js"),
  attach: () => import("./attach.js"),
  send: () => import("./send.js"),
  inbox: () => import("./inbox.js"),
  "run-task": () => import("./run-task.js"),
  report: () => import("./report.js"),
  answer: () => import("./answer.js"),
  interrupt: () => import("./interrupt.js"),
  output: () => import("./output.js"),
  why: () => import("./why.js"),
  stop: () => import("./stop.js"),
  restart: () => import("./restart.js"),
  restore: () => import("./restore.js"),
  rename: () => import("./rename.js"),
  wait: () => import("./wait.js"),
  next: () => import("./next.js"),
  rm: () => import("./rm.js"),
  log: () => import("./log.js"),
  status: () => import("./status.js"),
  daemon: () => import("./daemon.js"),
  down: () => import("./down.js"),
  service: () => import("./service.js"),
  hooks: () => import("./hooks.js"),
  doctor: () => import("./doctor.js"),
  async demo() {
    const { run } = await import("./demo.js");
    return { run: (_context, invocation) => run(invocation.arguments, process) };
  },
  providers: () => import("./providers.js"),
  record: () => import("./record.js"),
  replay: () => import("./replay.js"),
  completion: () => import("./completion.js"),
  __complete: () => import("./complete.js"),
};
