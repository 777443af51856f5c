/** `daemon.json`, in which a running daemon says where it is to be found. */
import { readFileSync } from "node:fs";

export interface RunFile {
  readonly pid: number;
  readonly socket: string;
  readonly owner: string;
  readonly version: string;
}

/** What a running daemon wrote of itself; null where there is nothing that can be read. It may be stale. */
export function readRunFile(path: string): RunFile | null {
  try {
    const run = JSON.parse(readFileSync(path, "utf8")) as Partial<RunFile>;
    if (typeof run.socket !== "string" || typeof run.version !== "string") return null;
    return { pid: Number(run.pid), socket: run.socket, owner: String(run.owner), version: run.version };
  } catch {
    return null;
  }
}
