/**
 * The schema's version, and the steps from one to the next. A step and the version it leads to are one atomic batch:
 * after a crash the store is wholly before or wholly after it.
 */
import { Fault } from "#core/fault.js";
import type { Log } from "#host/log.js";
import { type Database, isDamage, type Operation, reasonOf, writeBatch } from "./database.js";
import { SCHEMA_KEY } from "./keys.js";
import { decodeValue, encodeValue } from "./values.js";

export interface Migration {
  /** The version it leads to, from the one before. */
  readonly to: number;
  readonly name: string;
  /** What has to be written; reads what it needs. */
  operations(db: Database): Promise<Operation[]>;
}

/** The version of the first release. */
const FIRST_VERSION = 1;

/** In order, without gaps, from FIRST_VERSION + 1 on. */
export const migrations: readonly Migration[] = [
  // Rows of a new kind need no step; but a drover that knows none of them would forget what waits there.
  { to: 2, name: "mail", operations: async () => [] },
  { to: 3, name: "completions", operations: async () => [] },
];

/**
 * Brings the store to the newest version. A store without a version is new. Throws a Fault (STORE_BROKEN) where a newer
 * drover wrote it: it must not be touched, least of all repaired.
 */
export async function migrate(db: Database, log: Log, steps: readonly Migration[] = migrations): Promise<void> {
  const newest = steps.at(-1)?.to ?? FIRST_VERSION;
  const stored = await db.get(SCHEMA_KEY);
  if (stored === undefined) {
    await writeBatch(db, [versionOperation(newest)], { sync: true });
    return;
  }
  const version = decodeValue(SCHEMA_KEY, stored);
  if (typeof version !== "number") {
    // One garbled value is no reason to give up all others: each of them carries its own checksum.
    log.error("the store's version could not be read; taken as the newest", { newest });
    await writeBatch(db, [versionOperation(newest)], { sync: true });
    return;
  }
  if (version > newest) {
    throw new Fault("STORE_BROKEN", `the store was written by a newer drover (version ${version}, known: ${newest})`, {
      hint: "start that drover, or give this one another DROVER_HOME",
    });
  }
  for (const step of steps) {
    if (step.to <= version) continue;
    log.info("migrating the store", { to: step.to, name: step.name });
    await writeBatch(db, [...(await step.operations(db)), versionOperation(step.to)], { sync: true });
  }
}

/**
 * The same; the database is closed where it fails. A step that fails is a Fault: only what the files hold may lead to
 * their repair, never a mistake in a step.
 */
export async function migrateOrClose(db: Database, log: Log, steps: readonly Migration[] | undefined): Promise<void> {
  try {
    await migrate(db, log, steps);
  } catch (error) {
    await db.close();
    if (error instanceof Fault || isDamage(error)) throw error;
    throw new Fault("STORE_BROKEN", `the store could not be migrated: ${reasonOf(error)}`, { cause: error });
  }
}

function versionOperation(version: number): Operation {
  return { type: "put", key: SCHEMA_KEY, value: encodeValue(SCHEMA_KEY, String(version)) };
}
