/**
 * Whose turn it is to start the daemon, where a dozen commands find none at the same moment. The store's lock already
 * sees to it that one daemon lives; this only spares the machine the eleven that would start to find that out.
 */
import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { isAlive } from "#host/alive.js";

/** A starter that takes longer than this is not waited for: well before those who wait give up. A second start does no harm. */
const TURN_LIMIT_MS = 5_000;

/** Takes the turn; null where a process that lives has it. Call what it returns when the daemon answers, or will not. */
export function takeTurn(file: string): (() => void) | null {
  const taken = take(file);
  if (taken || held(file)) return taken;
  remove(file);
  return take(file);
}

function take(file: string): (() => void) | null {
  try {
    const fd = openSync(file, "wx", 0o600);
    writeSync(fd, `${process.pid}`);
    closeSync(fd);
    return () => remove(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
    // A folder that cannot be written: the daemon says so better than we can.
    return () => {};
  }
}

function held(file: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > TURN_LIMIT_MS) return false;
    const pid = Number(readFileSync(file, "utf8"));
    // Not written yet, though made: its owner is between two lines of ours.
    return pid === 0 || isAlive(pid);
  } catch {
    return false;
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Somebody was quicker.
  }
}
