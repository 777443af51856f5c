/** `daemon.json`: who the daemon is and where it listens, for clients that see another runtime directory than it did. */
import { readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";

export interface RunFile {
  readonly pid: number;
  readonly socket: string;
  readonly owner: "persistent" | "dashboard";
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** Written whole, by rename: a reader sees the old one or the new one. One that a dead daemon left is replaced. */
export function writeRunFile(path: string, run: RunFile): void {
  const whole = `${path}.${run.pid}`;
  writeFileSync(whole, `${JSON.stringify(run)}\n`, { mode: 0o600 });
  renameSync(whole, path);
}

/** Takes it away, if it is still the one that this daemon wrote: a pid alone may be another daemon's by now. */
export function removeRunFile(path: string, { pid, startedAt }: Pick<RunFile, "pid" | "startedAt">): void {
  const found = readRunFile(path);
  if (found?.pid === pid && found.startedAt === startedAt) unlinkSync(path);
}

/** What stands there, whoever wrote it; null where nothing can be read. */
export function readRunFile(path: string): Partial<RunFile> | null {
  try {
    const run = JSON.parse(readFileSync(path, "utf8")) as unknown;
    return typeof run === "object" && run !== null ? run : null;
  } catch {
    return null;
  }
}
