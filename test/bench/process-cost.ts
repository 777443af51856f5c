/** What a process cost so far, from /proc (Linux): CPU, memory, and whether it ever started another. */
import { readdirSync, readFileSync } from "node:fs";

/** CPU time of all its threads in ms. */
export function cpuMs(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // a thread that ended in between
    }
  }
  return ns / 1e6;
}

/** Percent of one core that `pids` used together while `during` went on, each of them and in sum. */
export async function cpuShare(pids: readonly number[], during: () => Promise<void>): Promise<number[]> {
  const beganMs = performance.now();
  const before = pids.map(cpuMs);
  await during();
  const tookMs = performance.now() - beganMs;
  return pids.map((pid, index) => ((cpuMs(pid) - before[index]!) / tookMs) * 100);
}

/** Resident set, MB. */
export function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Its share of the memory it has, MB: what it has with others counts in part (proc(5), Pss). */
export function proportionalMb(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]) / 1024;
}

/**
 * Page faults of its children that have ended (proc(5), cminflt): it grows by hundreds with each one, so an unchanged
 * number proves that none was started and ended.
 */
export function childFaults(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[8]);
}

/** The children it has now. */
export function children(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(" ");
    } catch {
      return [];
    }
  });
}
