/**
 * Brings a damaged store back. Its files are set aside first; then LevelDB repairs a copy, or, where that fails too,
 * an empty store takes its place. Every step can be cut short: a file beside the store says that a rescue is under way
 * and where the files lie, and the next open begins it again.
 */
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Level } from "level";
import { Fault } from "#core/fault.js";
import { readJson, writeWhole } from "#host/files.js";
import type { Log } from "#host/log.js";
import { type Database, isFull, openLevel, reasonOf, seqRange } from "./database.js";
import { keysOf } from "./keys.js";
import { linkFiles, writeMarker } from "./marker.js";
import { type Migration, migrateOrClose } from "./migrate.js";

export interface RescueOptions {
  readonly dir: string;
  readonly log: Log;
  /** For the names of folders set aside. */
  readonly nowMs: number;
  readonly migrations?: readonly Migration[];
  /** What was met in a file while the store was open: it is rebuilt rather than opened as it is. */
  readonly damage?: string;
}

const noteOf = (dir: string): string => `${dir}.rescue`;

/** Where the files of a store lie whose rescue did not come to its end; null where none was begun. */
export function rescueUnderWay(dir: string): string | null {
  const note = readJson(noteOf(dir)) as { aside?: unknown } | null;
  return typeof note?.aside === "string" ? note.aside : null;
}

export function forgetRescue(dir: string): void {
  rmSync(noteOf(dir), { force: true });
}

/**
 * `from` is a folder with the store's files as they were, or null: then they are copied from the store itself.
 * `seq` is the least that the journal had reached; numbers up to it are not given again.
 */
export async function rescue(
  options: RescueOptions,
  from: string | null,
  seq: number,
  damage: string,
): Promise<{ db: Database; seq: number; loss: string }> {
  const { dir, log } = options;
  const aside = from !== null && /\.damaged-[^/]*$/.test(from) ? from : freeName(dir, options.nowMs);
  log.error("the store is damaged", { damage, aside });
  writeWhole(noteOf(dir), JSON.stringify({ aside }));
  if (!existsSync(aside)) {
    if (from === null) cpSync(dir, `${aside}.part`, { recursive: true });
    renameSync(from ?? `${aside}.part`, aside);
  }

  let db: Database;
  let outcome: string;
  try {
    rebuild(aside, dir);
    await (Level as unknown as { repair(dir: string): Promise<void> }).repair(dir); // missing from level's types
    db = await openLevel(dir, false);
    try {
      await db.iterator(keysOf("agent")).all();
    } catch (error) {
      await db.close();
      throw error;
    }
    outcome = "it was repaired; what could not be read is missing";
  } catch (error) {
    // The files are set aside and the note stays: the next open tries again, with space.
    if (isFull(reasonOf(error))) throw new Fault("STORE_FULL", "no space to repair the store", { cause: error });
    log.error("the store could not be repaired", { reason: reasonOf(error) });
    rmSync(dir, { recursive: true, force: true });
    db = await openLevel(dir, true);
    outcome = "it could not be repaired and begins empty";
  }
  await migrateOrClose(db, log, options.migrations);
  const { newest } = await seqRange(db);
  writeMarker(dir, { seq: Math.max(seq, newest), present: newest });
  forgetRescue(dir);
  dropOldest(dir, aside, log);
  const loss = `the store was damaged (${damage}): ${outcome}. The damaged files lie in ${aside}`;
  log.error(loss);
  return { db, seq, loss };
}

/** Of the folders set aside so many stay: the newest, for whoever looks into what happened. Each is as large as a store. */
export const ASIDE_LIMIT = 3;

/** Takes out the oldest folders set aside, never `newest`. What cannot be taken out stays: that hinders nobody. */
function dropOldest(dir: string, newest: string, log: Log): void {
  const prefix = `${basename(dir)}.damaged-`;
  try {
    const names = readdirSync(dirname(dir)).filter((name) => name.startsWith(prefix) && name !== basename(newest));
    const byAge = names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    for (const name of byAge.slice(0, Math.max(0, byAge.length - (ASIDE_LIMIT - 1)))) {
      rmSync(join(dirname(dir), name), { recursive: true, force: true });
      log.info("a damaged store set aside long ago was removed", { name });
    }
  } catch (error) {
    log.warn("damaged stores set aside could not be looked through", { error });
  }
}

/** Fills `dir` with the files set aside: links, or copies where there are no links. */
function rebuild(aside: string, dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  try {
    linkFiles(aside, dir);
  } catch {
    rmSync(dir, { recursive: true, force: true });
    cpSync(aside, dir, { recursive: true });
  }
}

/** `store.damaged-20261120T105335`, with a number where that exists. */
function freeName(dir: string, nowMs: number): string {
  const name = `${dir}.damaged-${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}`;
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(free)) return free;
  }
}
