/**
 * Messages as rows: what a write of one puts and deletes, whether it may be written at all, and what is taken out when
 * it is old. A delivered message moves to rows of its own, so that a start reads only what is still to be done.
 */
import { isSettled, type MailWrite, type Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { Database, Operation } from "./database.js";
import {
  agedMail,
  completionRowKey,
  keysOf,
  mailAgeKey,
  mailDoneKey,
  mailKey,
  mailOlderThan,
  mailTextKey,
  messageKey,
  seqOf,
} from "./keys.js";
import { decodeValue, encodeValue } from "./values.js";

/** A write as it waits: already JSON, so that what the caller changes later does not matter. */
export interface MailRow {
  readonly key: string;
  readonly was: number | null;
  /** The `rev` that lies under the key afterwards; null where none does. */
  readonly is: number | null;
  readonly id: string;
  /** A row that must not be there yet: a completion's identity. */
  readonly fresh: string | null;
  readonly operations: readonly Operation[];
}

export function mailRow({ message, was, text, forget }: MailWrite): MailRow {
  const { id, to, order, rev, updatedAtMs } = message;
  const open = mailKey(to, order);
  const operations: Operation[] = [];
  const put = (key: string, value: unknown) =>
    operations.push({ type: "put", key, value: encodeValue(key, JSON.stringify(value)) });
  const del = (key: string) => operations.push({ type: "del", key });
  const settled = isSettled(message);
  const identity = message.completion === undefined ? null : completionRowKey(message.completion.key);
  if (forget) {
    for (const key of [open, mailTextKey(to, order), messageKey(id)]) del(key);
    if (identity !== null) del(identity);
  } else if (settled) {
    del(open);
    put(mailDoneKey(to, order), message);
    operations.push({ type: "put", key: mailAgeKey(updatedAtMs, to, order), value: Buffer.alloc(0) });
  } else {
    put(open, message);
  }
  if (was === null && !forget) {
    put(messageKey(id), [to, order]);
    put(mailTextKey(to, order), text ?? "");
    if (identity !== null) put(identity, [to, order]);
  }
  const fresh = was === null && !forget ? identity : null;
  return { key: open, was, is: forget || settled ? null : rev, id, fresh, operations };
}

/** What lies in the store under the rows' keys: the `rev` of each, null where there is none. */
export async function revsOf(db: Database, rows: readonly MailRow[]): Promise<Map<string, number | null>> {
  const keys = [...new Set(rows.map((row) => row.key))];
  const fresh = [...new Set(rows.flatMap((row) => row.fresh ?? []))];
  // In turn: a trip through the thread pool costs a group more than its reads, which are of rows just written.
  const values = [...keys, ...fresh].map((key) => db.getSync(key));
  const revs = new Map<string, number | null>();
  for (const [n, key] of keys.entries()) {
    const value = values[n];
    const found = value === undefined ? undefined : (decodeValue(key, value) as Message | undefined);
    revs.set(key, found?.rev ?? null);
  }
  for (const [n, key] of fresh.entries()) {
    const place = values[keys.length + n];
    revs.set(key, place !== undefined && (await isThere(db, key, place)) ? 1 : null);
  }
  return revs;
}

/** Whether the completion of an identity can be read yet. One that was set aside as damaged may be told again. */
async function isThere(db: Database, key: string, place: Buffer): Promise<boolean> {
  const at = decodeValue(key, place) as [string, number] | undefined;
  if (at === undefined) return false;
  const rows = [mailKey(...at), mailDoneKey(...at)];
  const values = await db.getMany(rows);
  return rows.some((row, n) => {
    const value = values[n];
    return value !== undefined && decodeValue(row, value) !== undefined;
  });
}

/** Takes the rows in, as far as `revs` allows. Returns the Fault (STALE) with which they are refused, and then none was. */
export function takeRows(revs: Map<string, number | null>, rows: readonly MailRow[]): Fault | null {
  const next = new Map<string, number | null>();
  for (const { key, was, is, id, fresh } of rows) {
    const found = next.has(key) ? next.get(key) : revs.get(key);
    if (fresh !== null) {
      if ((next.get(fresh) ?? revs.get(fresh) ?? null) !== null) {
        return new Fault("STALE", `there is a completion of that identity already`, { detail: { message: id, fresh } });
      }
      next.set(fresh, 1);
    }
    if ((found ?? null) !== was) {
      return new Fault("STALE", `message ${id} is not what it was taken for`, { detail: { message: id, was, found } });
    }
    next.set(key, is);
  }
  for (const [key, rev] of next) revs.set(key, rev);
  return null;
}

/** What takes out the messages delivered before `ms`, at most `limit` of them. */
export async function oldMail(db: Database, ms: number, limit: number): Promise<Operation[]> {
  const keys = await db.keys({ ...mailOlderThan(ms), limit }).all();
  const operations: Operation[] = [];
  for (const key of keys) {
    const { to, order } = agedMail(key);
    const done = mailDoneKey(to, order);
    operations.push(...withoutMail(to, order, await db.get(done)), { type: "del", key });
  }
  return operations;
}

/** What takes out the messages that were delivered to `to`, at most `limit` of them. */
export async function deliveredMail(db: Database, to: string, limit: number): Promise<Operation[]> {
  const rows = await db.iterator({ ...keysOf(`mail-done!${to}`), limit }).all();
  return rows.flatMap(([key, value]) => withoutMail(to, seqOf(key), value));
}

function withoutMail(to: string, order: number, value: Buffer | undefined): Operation[] {
  const done = mailDoneKey(to, order);
  const message = value === undefined ? undefined : (decodeValue(done, value) as Message | undefined);
  const gone = [done, mailTextKey(to, order)];
  if (message !== undefined) {
    gone.push(messageKey(message.id), mailAgeKey(message.updatedAtMs, to, order));
    if (message.completion !== undefined) gone.push(completionRowKey(message.completion.key));
  }
  return gone.map((key): Operation => ({ type: "del", key }));
}
