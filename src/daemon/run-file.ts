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

/** Written whole, by rename: a reader sees the old one or the new one. */
export function writeRunFile(path: string, run: RunFile): void {
  const whole = `${path}.${run.pid}`;
  writeFileSync(whole, `${JSON.stringify(run)}\n`, { mode: 0o600 });
  renameSync(whole, path);
}

/** Takes it away, if it is still that of process `pid`. */
export function removeRunFile(path: string, pid: number): void {
  try {
    if ((JSON.parse(readFileSync(path, "utf8")) as Partial<RunFile>).pid === pid) unlinkSync(path);
  } catch {
    // Gone, or nobody's: nothing of ours to take away.
  }
}
