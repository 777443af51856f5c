/** Whether a process lives. By itself in a file, since the command line asks it on its shortest way. */
import { readFileSync } from "node:fs";

/**
 * Whether a process with this id runs, whoever owns it. One that has ended and only waits for its parent to notice (a
 * zombie: for a second and more in containers whose first process reaps slowly) does not; seen where /proc says so.
 */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false; // 0 and negative ids mean process groups
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name before it stands in brackets and may hold anything.
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return true;
  }
}
