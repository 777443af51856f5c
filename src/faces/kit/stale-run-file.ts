/** Whether `daemon.json` still tells the truth (SPEC §8): its process lives, and the daemon that answers is that one. */
import { isAlive } from "#host/alive.js";
import { readRunFile } from "./run-file.js";

/**
 * What is wrong with the run file, as a clause; null where it is the answering daemon's, or there is none. `answeringPid`
 * is what `/v1/health` says, null where nobody answers.
 */
export function staleRunFile(file: string, answeringPid: number | null): string | null {
  const run = readRunFile(file);
  if (run === null || run.pid === answeringPid) return null;
  if (answeringPid !== null) return `${file} names pid ${run.pid}, but pid ${answeringPid} answers`;
  if (isAlive(run.pid)) return `${file} names pid ${run.pid}, which lives and does not answer`;
  return `${file} was left by pid ${run.pid}, which is gone`;
}
