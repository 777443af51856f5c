/** LevelDB as the store uses it: strings for keys, checksummed bytes for values. */
import { Level } from "level";
import { keysOf, seqOf } from "./keys.js";

export type Database = Level<string, Buffer>;
export type Operation = { type: "put"; key: string; value: Buffer } | { type: "del"; key: string };

/** Throws what LevelDB says; the reason is in its cause. */
export async function openLevel(dir: string, createIfMissing: boolean): Promise<Database> {
  const db: Database = new Level(dir, { keyEncoding: "utf8", valueEncoding: "buffer", createIfMissing });
  await db.open();
  return db;
}

/** One atomic batch. A chained batch, since abstract-level spends three times as long on an array of operations. */
export async function writeBatch(db: Database, operations: Iterable<Operation>, how: { sync: boolean }): Promise<void> {
  const batch = db.batch();
  try {
    for (const op of operations) {
      if (op.type === "put") batch.put(op.key, op.value);
      else batch.del(op.key);
    }
    await batch.write(how);
  } finally {
    await batch.close();
  }
}

/** LevelDB gives no errno, only the system's words. */
export function isFull(reason: string): boolean {
  return /no space left|quota exceeded|file too large/i.test(reason);
}

/** Whether a read failed because of what the files hold. */
export function isDamage(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "LEVEL_CORRUPTION" || code === "LEVEL_IO_ERROR";
}

export function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return cause?.message ?? message ?? String(error);
}

/** The newest and the oldest entry; 0 and 0 where there is none. */
export async function seqRange(db: Database): Promise<{ oldest: number; newest: number }> {
  const range = keysOf("entry");
  const [first] = await db.keys({ ...range, limit: 1 }).all();
  const [last] = await db.keys({ ...range, limit: 1, reverse: true }).all();
  return { oldest: first === undefined ? 0 : seqOf(first), newest: last === undefined ? 0 : seqOf(last) };
}
