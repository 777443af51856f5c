/**
 * Background tasks (`drover run-task`): their ends become completions for the agents they were run for. A task is a file
 * (host/task-files.ts) that its runner writes; here it is read when the runner says so and when the daemon starts. A runner
 * that was killed says nothing and changes no file, so while any is under way it is asked every few seconds whether their
 * processes live, which costs no file; the folder is swept now and then, should a runner's word have been lost. A file goes
 * once its end is on disk as mail.
 */
import { SUMMARY_LIMIT_BYTES } from "#core/delivery/completion.js";
import { taskLabel, taskSummary } from "#core/delivery/task-end.js";
import { inPane, resolve } from "#core/fleet/fleet.js";
import type { AgentId, PaneId } from "#core/model.js";
import { isRunning, readTask, readTasks, removeTask, type TaskEnd, type TaskFile } from "#host/task-files.js";
import type { TasksJson } from "#wire/requests.js";
import { asFault } from "./carry-out.js";
import { type Committed, commitCompletion } from "./completions.js";
import type { Context } from "./context.js";
import { messageJson } from "./send.js";

/** How often the runners of tasks under way are looked after, and what could not be written is tried again. */
const LOOK_MS = 2_000;
/** How often the files of tasks whose runners live are read all the same. */
const SWEEP_MS = 30_000;

export class Tasks {
  readonly #context: Context;
  readonly #folder: string | null;
  #looking: Promise<TasksJson> | null = null;
  #again = false;
  #cancel: (() => void) | null = null;
  /** Of the tasks under way, as they were read last. */
  #runners: readonly TaskFile[] = [];
  /** When the folder is read next, whatever is heard; an end that could not be written is not waited with. */
  #sweepAtMs = 0;
  #closed = false;

  /** `folder` null: there are none. */
  constructor(context: Context, folder: string | null) {
    this.#context = context;
    this.#folder = folder;
  }

  /** Looks now, and once more a moment later: whose task ended as the daemon started found nobody to tell. */
  begin(): void {
    void this.look().then(() => {
      if (this.#cancel === null) this.#wake(() => void this.look());
    });
  }

  /** Tells of every task that has ended. Never throws: what cannot be written now is tried again. */
  look(): Promise<TasksJson> {
    // One that ended while others were told of is told of in the next round, which its runner waits for too.
    if (this.#looking !== null) {
      this.#again = true;
      return this.#looking;
    }
    this.#looking = this.#rounds();
    return this.#looking;
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  async #rounds(): Promise<TasksJson> {
    const all: TasksJson = { told: [], running: 0 };
    do {
      this.#again = false;
      const { told, running } = await this.#round();
      all.told.push(...told);
      all.running = running;
    } while (this.#again && !this.#closed);
    // In one breath with that question: who comes later is not answered with this round.
    this.#looking = null;
    this.#cancel?.();
    this.#cancel = null;
    if (all.running > 0) this.#later();
    return all;
  }

  async #round(): Promise<TasksJson> {
    const told: TasksJson["told"] = [];
    const runners: TaskFile[] = [];
    let unwritten = 0;
    const folder = this.#folder;
    const { clock } = this.#context;
    for (const task of folder === null ? [] : readTasks(folder)) {
      if (this.#closed) break;
      const end = endOf(folder!, task, clock.now());
      const committed = end === null ? null : await this.#tell(task, end);
      if (committed !== null) {
        this.#remove(folder!, task.id);
        told.push({ task: task.id, message: messageJson(committed.message) });
      } else if (end === null) runners.push(task);
      else unwritten++;
    }
    this.#runners = runners;
    this.#sweepAtMs = clock.now() + (unwritten > 0 ? LOOK_MS : SWEEP_MS);
    return { told, running: runners.length + unwritten };
  }

  #later(): void {
    this.#wake(() => {
      const isDue = this.#context.clock.now() >= this.#sweepAtMs;
      if (isDue || !this.#runners.every(isRunning)) void this.look();
      else this.#later();
    });
  }

  #wake(call: () => void): void {
    if (this.#closed) return;
    const { clock } = this.#context;
    this.#cancel = clock.wake(clock.now() + LOOK_MS, call);
  }

  /** One that stays, on a disk that lets nothing go, is told again and is the same completion. */
  #remove(folder: string, id: string): void {
    try {
      removeTask(folder, id);
    } catch (error) {
      this.#context.log.warn("the file of a task could not be removed", { task: id, error });
    }
  }

  /** Null where it could not be written. */
  async #tell(task: TaskFile, end: TaskEnd): Promise<Committed | null> {
    const { log } = this.#context;
    const owner = task.owner as AgentId;
    const { command, startedAtMs } = task;
    const summary = taskSummary({ ...end, command, tookMs: end.endedAtMs - startedAtMs }, SUMMARY_LIMIT_BYTES);
    try {
      await this.#check(task, owner);
      return await commitCompletion(this.#context, {
        child: task.id,
        label: taskLabel(command),
        parent: owner,
        turn: 0,
        kind: "task",
        summary,
      });
    } catch (error) {
      log.warn("the end of a task was not written, and is tried again", { task: task.id, code: asFault(error).code });
      return null;
    }
  }

  /**
   * Where the pane or the label that the task was begun in or for is another agent's by now, the owner of then is told all
   * the same, and nobody else: that is journaled.
   */
  async #check({ id, pane, label }: TaskFile, owner: AgentId): Promise<void> {
    const { loop } = this.#context;
    const inItsPane = pane === null ? null : inPane(loop.fleet, pane as PaneId);
    const ofItsLabel = resolve(loop.fleet, label);
    const others = [inItsPane, ofItsLabel].flatMap((agent) =>
      agent === null || agent.record.id === owner ? [] : [agent.record.id],
    );
    if (others.length === 0) return;
    const data = { what: "task-misrouted", task: id, owner, pane, label, other: others[0], told: owner };
    await loop.ask({ ask: "note", id: loop.fleet.agents.has(owner) ? owner : null, kind: "fault", data });
  }
}

/** Null while it runs. A runner that is gone without a word was killed. */
function endOf(folder: string, task: TaskFile, nowMs: number): TaskEnd | null {
  if (task.end !== null) return task.end;
  if (isRunning(task)) return null;
  // It may have written its last word between two looks of ours.
  const said = readTask(folder, task.id)?.end;
  return said ?? { code: null, signal: null, failed: null, tail: "", cut: false, endedAtMs: nowMs };
}
