import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { Database } from "#store/database.js";
import { agentKey, keysOf, SCHEMA_KEY } from "#store/keys.js";
import type { Migration } from "#store/migrate.js";
import { openDatabase } from "#store/open-database.js";
import { decodeValue, encodeValue } from "#store/values.js";
import { suite } from "../kit/t.js";
import { MemoryLog } from "../twins/memory-log.js";
import { agentId } from "./contract.js";

const test = suite("migrations");
const scratch = mkdtempSync(join(tmpdir(), "migrate-"));
test.after(() => rmSync(scratch, { recursive: true }));
let n = 0;
const newDir = () => join(scratch, String(++n), "store");

/** A field gets a name: every record is read and written again. */
const renameField: Migration = {
  to: 2,
  name: "nickname becomes label",
  async operations(db) {
    const rows = await db.iterator(keysOf("agent")).all();
    return rows.map(([key, value]) => {
      const { nickname, ...rest } = decodeValue(key, value) as { nickname: string };
      return { type: "put", key, value: encodeValue(key, JSON.stringify({ ...rest, label: nickname })) };
    });
  },
};
const dropOne: Migration = {
  to: 3,
  name: "agent 2 goes",
  operations: async () => [{ type: "del", key: agentKey(agentId(2)) }],
};

async function withStore<T>(dir: string, steps: readonly Migration[], use: (db: Database) => Promise<T>): Promise<T> {
  const { db, close } = await openDatabase({ dir, log: new MemoryLog(), nowMs: 0, migrations: steps });
  try {
    return await use(db);
  } finally {
    await close();
  }
}

const put = (key: string, value: unknown) => (db: Database) => db.put(key, encodeValue(key, JSON.stringify(value)));
const read = (key: string) => async (db: Database) => {
  const value = await db.get(key);
  return value === undefined ? undefined : decodeValue(key, value);
};

test("a new store has the newest version and no step is run", async () => {
  const never: Migration = { to: 2, name: "never", operations: () => Promise.reject(new Error("must not run")) };
  const dir = newDir();
  assert.is(await withStore(dir, [never], read(SCHEMA_KEY)), 2);
  assert.is(await withStore(dir, [never], read(SCHEMA_KEY)), 2);
});

test("an older store takes every step it lacks, once, in order", async () => {
  const dir = newDir();
  await withStore(dir, [], put(agentKey(agentId(1)), { nickname: "one" }));
  await withStore(dir, [], put(agentKey(agentId(2)), { nickname: "two" }));
  assert.is(await withStore(dir, [], read(SCHEMA_KEY)), 1);
  assert.equal(await withStore(dir, [renameField], read(agentKey(agentId(1)))), { label: "one" });
  assert.is(await withStore(dir, [renameField], read(SCHEMA_KEY)), 2);
  assert.equal(await withStore(dir, [renameField, dropOne], read(agentKey(agentId(1)))), { label: "one" });
  assert.is(await withStore(dir, [renameField, dropOne], read(agentKey(agentId(2)))), undefined);
  assert.is(await withStore(dir, [renameField, dropOne], read(SCHEMA_KEY)), 3);
});

test("a step that fails changes nothing and is no damage; the next start tries it again", async () => {
  const dir = newDir();
  await withStore(dir, [], put(agentKey(agentId(1)), { nickname: "one" }));
  const bad: Migration = { to: 3, name: "bad", operations: () => Promise.reject(new TypeError("a mistake of ours")) };
  const error = await withStore(dir, [renameField, bad], read(SCHEMA_KEY)).catch((e: unknown) => e);
  assert.ok(error instanceof Fault && error.code === "STORE_BROKEN" && /a mistake of ours/.test(error.message));
  assert.equal(readdirSync(dirname(dir)).sort(), ["store", "store.lock"], "nothing was set aside");
  assert.is(await withStore(dir, [renameField], read(SCHEMA_KEY)), 2);
  assert.equal(await withStore(dir, [renameField, dropOne], read(agentKey(agentId(1)))), { label: "one" });
});

test("a store that a newer drover wrote is refused and left alone", async () => {
  const dir = newDir();
  await withStore(dir, [renameField, dropOne], async () => {});
  const error = await withStore(dir, [renameField], read(SCHEMA_KEY)).catch((e: unknown) => e);
  assert.ok(error instanceof Fault && error.code === "STORE_BROKEN" && /newer drover/.test(error.message));
  assert.equal(readdirSync(dirname(dir)).sort(), ["store", "store.lock"]);
  assert.is(await withStore(dir, [renameField, dropOne], read(SCHEMA_KEY)), 3);
});

test("a version that cannot be read costs no record", async () => {
  const dir = newDir();
  await withStore(dir, [], put(agentKey(agentId(1)), { a: 1 }));
  await withStore(dir, [], (db) => db.put(SCHEMA_KEY, Buffer.from("garbled")));
  assert.equal(await withStore(dir, [], read(agentKey(agentId(1)))), { a: 1 });
  assert.is(await withStore(dir, [], read(SCHEMA_KEY)), 1);
});

test.run();
