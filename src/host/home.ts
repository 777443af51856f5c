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
  const file = join(stateDir, FILE);
  try {
    const kept = readFileSync(file, "utf8").trim();
    if (/^[0-9a-f]{12}$/.test(kept)) return kept;
  } catch {
    // the first start here
  }
  const made = hash(`${process.getuid?.() ?? 0}:${realpathSync(stateDir)}`);
  try {
    writeWhole(file, `${made}\n`);
  } catch {
    // a full disk: the next start tries again
  }
  return made;
}
