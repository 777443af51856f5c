/**
 * The one place where LevelDB is opened. It guards against five things that LevelDB does not: a second open in one
 * process (which drops the kernel's lock, so that another process gets in), a deleted CURRENT (which looks like a new,
 * empty store), a repair by two at once, a MANIFEST that lost its tail (which opens as an older store and deletes what it does not know), and a
 * file that is damaged (which never opens again).
 *
 * Before an open, every file is hard-linked into a folder beside the store: LevelDB never changes a file's older bytes,
 * so the links are the store as it was, at no cost. Where the open shows damage they are kept as evidence, and the store
 * is rebuilt from them.
 */
import { existsSync, mkdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Fault } from "#core/fault.js";
import { type Database, isFull, openLevel, reasonOf, seqRange } from "./database.js";
import { keysOf, SCHEMA_KEY } from "./keys.js";
import { dropSnapshot, readMarker, takeSnapshot, writeMarker } from "./marker.js";
import { migrateOrClose } from "./migrate.js";
import { forgetRescue, type RescueOptions, rescue, rescueUnderWay } from "./rescue.js";

export interface Opened {
  readonly db: Database;
  /** Of the newest entry ever written, as far as is known; also where a rescue lost that entry. */
  readonly seq: number;
  /** Of the oldest entry kept; 0 where there is none. */
  readonly oldestSeq: number;
  readonly quarantined: number;
  /** For a person; null where nothing was lost. */
  readonly loss: string | null;
  /**
   * Whether its files still lie where it was opened: LevelDB goes on writing into files that were removed. Of one that is
   * closed nobody can say otherwise: whoever opens it next may have put others there.
   */
  isThere(): boolean;
  /** Closes the database and lets this process open it again. */
  close(): Promise<void>;
}

const openHere = new Set<string>();

/** Throws a Fault: STORE_LOCKED where a process (this one too) has it open, STORE_FULL, STORE_BROKEN. */
export async function openDatabase(options: RescueOptions): Promise<Opened> {
  mkdirSync(dirname(options.dir), { recursive: true, mode: 0o700 });
  const key = join(realpathSync(dirname(options.dir)), basename(options.dir));
  if (openHere.has(key)) throw new Fault("STORE_LOCKED", `this process has the store open already: ${key}`);
  openHere.add(key);
  let guard: Database | null = null;
  try {
    guard = await takeGuard(`${options.dir}.lock`);
    const held = guard;
    const { db, seq, loss } = await openGuarded(options);
    const range = await seqRange(db);
    const lock = inodeOf(join(options.dir, "LOCK"));
    let isOpen = true;
    const isThere = (): boolean => {
      if (!isOpen) return true;
      const now = inodeOf(join(options.dir, "LOCK"));
      return now === undefined || lock === undefined || now === lock;
    };
    return {
      db,
      seq: Math.max(seq, range.newest),
      oldestSeq: range.oldest,
      quarantined: (await db.keys(keysOf("quarantine")).all()).length,
      loss,
      isThere,
      async close() {
        try {
          const { newest } = await seqRange(db).catch(() => ({ newest: 0 }));
          await db.close();
          if (isThere()) noteProgress(options, Math.max(seq, newest), newest);
        } finally {
          isOpen = false;
          await held.close();
          openHere.delete(key);
        }
      },
    };
  } catch (error) {
    await guard?.close();
    openHere.delete(key);
    throw error;
  }
}

/**
 * LevelDB lets go of its lock when an open fails, and repairs without asking for it: of several daemons that start on a
 * damaged store, two would repair it at once, each wiping out the other's work (seen). So whoever opens, repairs or has
 * the store holds the lock of another, empty database all the while; the kernel frees it, however its holder ends.
 */
async function takeGuard(dir: string): Promise<Database> {
  try {
    return await openLevel(dir, true);
  } catch (error) {
    const fault = faultOfOpen(error);
    if (fault !== null) throw fault;
    rmSync(dir, { recursive: true, force: true }); // damaged itself; it holds nothing
    return openLevel(dir, true);
  }
}

/** The marker is a second line of defence: that it cannot be renewed on a full disk must not stop an open or a close. */
function noteProgress(options: RescueOptions, seq: number, present: number): void {
  try {
    writeMarker(options.dir, { seq, present });
  } catch (error) {
    options.log.warn("the store's marker could not be written", { error });
  }
}

async function openGuarded(options: RescueOptions): Promise<{ db: Database; seq: number; loss: string | null }> {
  const { dir } = options;
  const unfinished = rescueUnderWay(dir);
  if (unfinished !== null && existsSync(unfinished)) {
    const seq = readMarker(unfinished)?.seq ?? 0;
    return rescue(options, unfinished, seq, "an earlier repair was cut short");
  }
  if (unfinished !== null) forgetRescue(dir); // cut short before it touched anything
  const marker = readMarker(dir);

  const snapshot = marker === null ? null : takeSnapshot(dir);
  if (options.damage !== undefined) return rescue(options, snapshot, marker?.seq ?? 0, options.damage);
  let damage: string;
  try {
    const db = await openLevel(dir, marker === null);
    const found = marker === null ? null : await findDamage(db, marker.present);
    if (found === null) {
      await migrateOrClose(db, options.log, options.migrations);
      dropSnapshot(dir);
      const { newest } = await seqRange(db);
      const seq = Math.max(marker?.seq ?? 0, newest);
      if (marker === null) writeMarker(dir, { seq, present: newest });
      else noteProgress(options, seq, newest);
      return { db, seq, loss: null };
    }
    await db.close();
    damage = found;
  } catch (error) {
    const fault = error instanceof Fault ? error : faultOfOpen(error);
    if (fault !== null) {
      dropSnapshot(dir);
      throw fault;
    }
    damage = reasonOf(error);
  }
  return rescue(options, snapshot, marker?.seq ?? 0, damage);
}

/** Null where there is none; undefined where that cannot be seen now, which says nothing of it. */
function inodeOf(path: string): number | null | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
  } catch {
    return undefined;
  }
}

/** What shows that this is not all of the store it should be; null where nothing does. */
async function findDamage(db: Database, seqAtLeast: number): Promise<string | null> {
  try {
    if ((await db.get(SCHEMA_KEY)) === undefined) return "it opened empty";
    const { newest } = await seqRange(db);
    if (newest < seqAtLeast) return `entries ${newest + 1} to ${seqAtLeast} are missing`;
    await db.iterator(keysOf("agent")).all();
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The refusals of an open that say nothing about the files; null where the files are to blame. */
function faultOfOpen(error: unknown): Fault | null {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  if (cause?.code === "LEVEL_LOCKED") {
    return new Fault("STORE_LOCKED", "another process has the store open", { cause: error });
  }
  const reason = reasonOf(error);
  if (isFull(reason)) return new Fault("STORE_FULL", `no space for the store: ${reason}`, { cause: error });
  if (/permission denied|read-only file system|too many open files|not a directory/i.test(reason)) {
    return new Fault("STORE_BROKEN", `the store cannot be opened: ${reason}`, { cause: error });
  }
  return null;
}
