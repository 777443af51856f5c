/**
 * `drover run-task`: runs a program in our place and tells the agent it was run for how it ended. Whom that is is bound
 * before it starts, and in an agent's own tab needs no daemon. Its end is on disk before the daemon is asked to take it;
 * should no daemon come, the next one finds it.
 */
import { Fault } from "#core/fault.js";
import { systemDice } from "#host/dice.js";
import { begunAt, readTask, type TaskFile, writeTask } from "#host/task-files.js";
import type { AgentJson } from "#wire/agent.js";
import type { TasksJson } from "#wire/requests.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { runThrough, statusOf } from "./run-through.js";

/** A completion is one durable write; a daemon that is slower than this finds the end by itself. */
const TELL_LIMIT_MS = 5_000;
/** One that does not say by then whose task it is, or takes no note of it, keeps the program waiting no longer. */
const BEGIN_LIMIT_MS = 5_000;

export async function run(context: Context, { options, passedOn }: Invocation): Promise<number> {
  const [program, ...args] = passedOn;
  if (program === undefined) {
    throw new Fault("USAGE", "drover run-task needs a program behind --", { hint: "drover run-task -- npm test" });
  }
  const { daemon, ...owner } = await ownerOf(context, options.text("for") ?? "self");
  const folder = context.paths.tasksDir;
  const begun: TaskFile = {
    id: systemDice.id(),
    ...owner,
    command: passedOn,
    cwd: context.cwd,
    pid: process.pid,
    begun: begunAt(process.pid),
    startedAtMs: context.nowMs(),
    end: null,
  };
  writeTask(folder, begun);
  // So that it is missed, should we be killed at any moment from here on. A daemon that starts later reads of it by itself.
  if (daemon !== null) await takeNote(daemon, BEGIN_LIMIT_MS).catch(() => {});
  const { stdout, stderr } = process;
  const ran = await runThrough(program, args, {
    stdout,
    stderr,
    cwd: context.cwd,
    env: context.env,
    terminal: process.stdin.isTTY === true,
  });
  if (ran.failed !== null) context.note(`drover: ${program}: ${ran.failed}`);
  const { code, signal, failed, tail, cut } = ran;
  try {
    writeTask(folder, { ...begun, end: { code, signal, failed, tail, cut, endedAtMs: context.nowMs() } });
  } catch (error) {
    // What ran has its status all the same; of the task it is told that its runner is gone.
    context.note(`drover: the end of the task could not be kept: ${error instanceof Error ? error.message : error}`);
  }
  if (!(await tell(context)) && readTask(folder, begun.id) !== null) {
    context.note("drover: the daemon does not answer; the end of the task is kept, and told when it does");
  }
  return statusOf(ran);
}

/** Whom it is run for; `daemon` that said so, null where none could be asked. */
type Owner = Pick<TaskFile, "owner" | "incarnation" | "label" | "pane"> & { readonly daemon: DaemonClient | null };

/** Throws where there is no such agent: the end would be nobody's. */
async function ownerOf(context: Context, typed: string): Promise<Owner> {
  const { env } = context;
  try {
    const { agent, daemon } = await askAgent(context, typed, async (daemon, ref) => {
      const path = agentPath(ref);
      const limit = { timeoutMs: BEGIN_LIMIT_MS };
      return { daemon, ...(await daemon.request<{ agent: AgentJson }>("GET", path, undefined, limit)) };
    });
    const { id, incarnation, label, pane } = agent;
    return { owner: id, incarnation, label, pane: (typed === "self" ? env.TMUX_PANE : null) || pane || null, daemon };
  } catch (error) {
    // Its own environment names an agent: whatever keeps a daemon from being asked keeps nobody from working.
    const isKnownNot = !(error instanceof Fault) || error.code === "NOT_FOUND";
    if (isKnownNot || typed !== "self" || !env.DROVER_ID) throw error;
    const incarnation = Number(env.DROVER_INCARNATION) || null;
    const label = env.DROVER_LABEL ?? env.DROVER_ID;
    return { owner: env.DROVER_ID, incarnation, label, pane: env.TMUX_PANE ?? null, daemon: null };
  }
}

/**
 * Has the daemon look at the tasks, starting it where none answers; twice, since one that was killed a moment ago may seem to
 * be there still. False where it did not. Never throws.
 */
async function tell(context: Context): Promise<boolean> {
  for (const isLast of [false, true]) {
    try {
      const daemon = await context.daemon();
      await daemon.ensure();
      await takeNote(daemon, TELL_LIMIT_MS);
      return true;
    } catch {
      if (isLast) break;
    }
  }
  return false;
}

async function takeNote(daemon: DaemonClient, timeoutMs: number): Promise<void> {
  await daemon.request<TasksJson>("POST", "/v1/tasks", {}, { timeoutMs });
}
