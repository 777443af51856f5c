/**
 * The short name of a fleet, by which the panes of several on one tmux server are told apart. It lies in the state
 * directory beside the store, so that it stays when the directory is moved; where it is lost, store and all, it is made of
 * the directory's path again and so is the same: marks on panes are then adopted back by the fleet that wrote them.
 */
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./files.js";
import { hash } from "./paths.js";

const FILE = "home-id";

/** For the one daemon of the state directory, which must exist. Never throws: what cannot be kept is made again. */
export function homeOf(stateDir: string): string {
  const kept = readHome(stateDir);
  if (kept !== null) return kept;
  const made = madeOf(stateDir);
  try {
    writeWhole(join(stateDir, FILE), `${made}\n`);
  } catch {
    // a full disk: the next start tries again
  }
  return made;
}

/** For anybody else: what the daemon of that directory calls its fleet. Writes nothing. */
export function knownHome(stateDir: string): string {
  return readHome(stateDir) ?? madeOf(stateDir);
}

function readHome(stateDir: string): string | null {
  try {
    const kept = readFileSync(join(stateDir, FILE), "utf8").trim();
    return /^[0-9a-f]{12}$/.test(kept) ? kept : null;
  } catch {
    return null;
  }
}

function madeOf(stateDir: string): string {
  let path = stateDir;
  try {
    path = realpathSync(stateDir);
  } catch {
    // it is not there, and nobody's yet
  }
  return hash(`${process.getuid?.() ?? 0}:${path}`);
}
