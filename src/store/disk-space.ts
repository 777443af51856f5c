import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";

/** How much must be writable before a full disk counts as free again: opening a database writes some of it by itself. */
const PROBE_BYTES = 1024 * 1024;

/** Whether there is room for a store at `dir`; asked by writing, since quotas show in no count of free blocks. */
export function hasSpace(dir: string): boolean {
  const probe = `${dir}.probe`;
  try {
    const fd = openSync(probe, "w", 0o600);
    try {
      writeSync(fd, Buffer.alloc(PROBE_BYTES));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}
