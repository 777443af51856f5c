/**
 * What is known about the store without opening it: a marker file inside its folder, which says that a store was made
 * here and how far its journal had come, and the hard-linked snapshot beside it.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeWhole } from "#host/files.js";

const MARKER = "marker.json";
/** Belong to whoever has the store open, not to what it holds. */
const LEFT_OUT = new Set(["LOCK", "LOG", "LOG.old"]);

export interface Marker {
  /** The journal had come this far at the last open or clean close; what comes next has a higher number. */
  readonly seq: number;
  /** The newest entry that was there to be read: below `seq` only where damage took the ones between. */
  readonly present: number;
}

/** Null where no store was made here. */
export function readMarker(dir: string): Marker | null {
  const marker = readJson(join(dir, MARKER)) as Partial<Marker> | null;
  if (marker === null) return existsSync(join(dir, MARKER)) ? { seq: 0, present: 0 } : null;
  const whole = (n: unknown): number => (Number.isSafeInteger(n) ? (n as number) : 0);
  return { seq: whole(marker.seq), present: whole(marker.present) };
}

export function writeMarker(dir: string, marker: Marker): void {
  writeWhole(join(dir, MARKER), `${JSON.stringify({ store: "drover", ...marker })}\n`);
}

const snapshotOf = (dir: string): string => `${dir}.opening`;

/** Links the store's files into a folder beside it; null where this file system has no hard links. */
export function takeSnapshot(dir: string): string | null {
  dropSnapshot(dir);
  try {
    linkFiles(dir, snapshotOf(dir));
    return snapshotOf(dir);
  } catch {
    dropSnapshot(dir);
    return null;
  }
}

export function dropSnapshot(dir: string): void {
  rmSync(snapshotOf(dir), { recursive: true, force: true });
}

/** Makes `to`, holding the same files as `from`. */
export function linkFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isFile() && !LEFT_OUT.has(entry.name)) linkSync(join(from, entry.name), join(to, entry.name));
  }
}
