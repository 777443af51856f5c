/**
 * Background tasks, a file each: written when the task begins and once more when it ends, whole by rename. Whoever runs a
 * task writes it, the daemon reads it. So an end is on disk before anybody is asked to take it, and a runner that was
 * killed has left word of what it was running, and for whom.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "./alive.js";
import { readJson, writeWhole } from "./files.js";

/** A background task, as its runner wrote it down. */
export interface TaskFile {
  /** A ULID. */
  readonly id: string;
  /** The agent it is run for, bound when it began: its id, its launch (null where that was not known) and its label then. */
  readonly owner: string;
  readonly incarnation: number | null;
  readonly label: string;
  /** The owner's pane then, in this daemon's tmux server; null where that was not known. */
  readonly pane: string | null;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Of the process that runs it and will say how it ended; `begun` tells it from a later one of the same id. */
  readonly pid: number;
  readonly begun: string | null;
  readonly startedAtMs: number;
  readonly end: TaskEnd | null;
}

/** How it ended. */
export interface TaskEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started; null where it was. */
  readonly failed: string | null;
  /** The end of what it wrote. */
  readonly tail: string;
  /** Whether there was more before that. */
  readonly cut: boolean;
  readonly endedAtMs: number;
}

/** Throws what the file system says. */
export function writeTask(folder: string, task: TaskFile): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(join(folder, `${task.id}.json`), JSON.stringify(task));
}

/** In the order in which they began; what is no task is passed over. */
export function readTasks(folder: string): TaskFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const ids = names.filter((name) => NAME.test(name)).map((name) => name.slice(0, -5));
  return ids.sort().flatMap((id) => readTask(folder, id) ?? []);
}

const NAME = /^[0-9A-HJKMNP-TV-Z]{26}\.json$/;

/** Null where there is none (any more). */
export function readTask(folder: string, id: string): TaskFile | null {
  const task = readJson(join(folder, `${id}.json`)) as Partial<TaskFile> | null;
  const whole =
    task !== null &&
    typeof task === "object" &&
    task.id === id &&
    typeof task.owner === "string" &&
    typeof task.label === "string" &&
    typeof task.pid === "number" &&
    typeof task.startedAtMs === "number" &&
    Array.isArray(task.command) &&
    task.command.every((word) => typeof word === "string") &&
    isEnd(task.end);
  return whole ? (task as TaskFile) : null;
}

/** Null for a task under way. */
function isEnd(end: Partial<TaskEnd> | null | undefined): boolean {
  if (end === null) return true;
  return (
    typeof end === "object" &&
    (end.code === null || typeof end.code === "number") &&
    (end.signal === null || typeof end.signal === "string") &&
    (end.failed === null || typeof end.failed === "string") &&
    typeof end.tail === "string" &&
    typeof end.endedAtMs === "number"
  );
}

/** Takes the task's file away; none is fine. */
export function removeTask(folder: string, id: string): void {
  rmSync(join(folder, `${id}.json`), { force: true });
}

/** Whether the process that runs it lives. */
export function isRunning({ pid, begun }: Pick<TaskFile, "pid" | "begun">): boolean {
  return begun === null ? isAlive(pid) : begunAt(pid) === begun;
}

/** When a process began, in the kernel's own count; null where the system has no /proc. */
export function begunAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name before it stands in brackets and may hold anything: the 22nd field is the 20th behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
