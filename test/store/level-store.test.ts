import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { systemClock } from "#host/clock.js";
import type { Database } from "#store/database.js";
import { mailKey } from "#store/keys.js";
import { openLevelStore } from "#store/level-store.js";
import { openDatabase } from "#store/open-database.js";
import { suite, until } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";
import { MemoryLog } from "../twins/memory-log.js";
import { agentId, contract, entry, record, told } from "./contract.js";
import { mailContract, message } from "./mail-contract.js";

const test = suite("level store");
const scratch = mkdtempSync(join(tmpdir(), "store-"));
test.after(() => rmSync(scratch, { recursive: true }));
let n = 0;
const newDir = () => join(scratch, String(++n), "store");

contract(test, (journalLimit) =>
  openLevelStore({
    dir: newDir(),
    log: new MemoryLog(),
    clock: systemClock,
    ...(journalLimit === undefined ? {} : { journalLimit }),
  }),
);

mailContract(test, ({ mailKeptMs, nowMs } = {}) =>
  openLevelStore({
    dir: newDir(),
    log: new MemoryLog(),
    clock: nowMs === undefined ? systemClock : { now: nowMs, wake: systemClock.wake },
    ...(mailKeptMs === undefined ? {} : { mailKeptMs }),
  }),
);

test("a message that cannot be read is set aside, and the others are delivered", async () => {
  const dir = newDir();
  const options = { dir, log: new MemoryLog(), clock: systemClock };
  const before = await openLevelStore(options);
  for (const order of [1, 2, 3]) await before.commit({ mail: [{ message: message(1, order), was: null, text: "t" }] });
  await before.close();
  const { db, close } = await openDatabase({ dir, log: new MemoryLog(), nowMs: 0 });
  await db.put(mailKey(agentId(1), 2), Buffer.from("00000000garbled"));
  await close();
  const store = await openLevelStore(options);
  assert.equal(await store.mail(), [message(1, 1), message(1, 3)]);
  assert.is(store.health().quarantined, 1);
  await store.close();
});

test("a completion that was set aside as damaged may be told again", async () => {
  const options = { dir: newDir(), log: new MemoryLog(), clock: systemClock };
  const completion = { child: "C", label: "c", turn: 1, kind: "done" as const, key: "C:1:done" };
  const one = (order: number) => message(1, order, { kind: "completion", completion });
  let store = await openLevelStore(options);
  await store.commit({ mail: [{ message: one(1), was: null, text: "t" }] });
  await store.close();
  await tamper(options.dir, (db) => db.put(mailKey(agentId(1), 1), Buffer.from("00000000garbled")));
  store = await openLevelStore(options);
  assert.equal([await store.mail(), await store.completion("C:1:done")], [[], null]);
  await store.commit({ mail: [{ message: one(2), was: null, text: "t" }] });
  assert.is((await store.completion("C:1:done"))?.order, 2);
  await store.close();
});

test("of the archive the newest records stay, whoever was born when; who lives stays", async () => {
  const dir = newDir();
  const options = { dir, log: new MemoryLog(), clock: systemClock };
  const before = await openLevelStore(options);
  const archivedAtMs = [30, null, 10, 20, 40];
  await before.commit({ agents: archivedAtMs.map((ms, i) => record(i, { archivedAtMs: ms })) });
  await before.close();
  const store = await openLevelStore({ ...options, archivedLimit: 2 });
  const left = [agentId(0), agentId(1), agentId(4)];
  assert.equal(
    (await store.agents()).map(({ id }) => id),
    left,
  );
  await store.close();
  const after = await openLevelStore(options);
  assert.equal(
    (await after.agents()).map(({ id }) => id),
    left,
    "they are gone from the disk",
  );
  await after.close();
});

test("everything is there after a close, and the numbers go on", async () => {
  const dir = newDir();
  const options = { dir, log: new MemoryLog(), clock: systemClock };
  for (let round = 0; round < 4; round++) {
    const store = await openLevelStore(options);
    assert.is(store.seq(), round * 2);
    await store.commit({ agents: [record(round)], entries: [entry(round), entry(round)] });
    await store.close();
  }
  const store = await openLevelStore(options);
  assert.equal(
    (await store.journal(0, 100)).map((e) => e.seq),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.is((await store.agents()).length, 4);
  assert.equal(options.log.lines, []);
  await store.close();
});

test("a second open in the same process is refused, and the first stays whole", async () => {
  const options = { dir: newDir(), log: new MemoryLog(), clock: systemClock };
  const store = await openLevelStore(options);
  const error = await openLevelStore(options).catch((e: unknown) => e);
  assert.ok(error instanceof Fault && error.code === "STORE_LOCKED");
  await store.commit({ entries: [entry(1)] });
  await store.close();
  await (await openLevelStore(options)).close();
});

test("commits made in one moment share one write", async () => {
  const disk = new Disk();
  const store = await openLevelStore({
    dir: newDir(),
    log: new MemoryLog(),
    clock: systemClock,
    open: disk.open,
  });
  const first = Array.from({ length: 50 }, (_, i) => store.commit({ entries: [entry(i)] }));
  await Promise.resolve();
  const second = Array.from({ length: 50 }, (_, i) => store.commit({ entries: [entry(50 + i)] }));
  const all = (await Promise.all([...first, ...second])).flat();
  assert.is(disk.syncedBatches, 2);
  assert.is(told(all), Array.from({ length: 100 }, (_, i) => `${i + 1}:${i}`).join(" "));
  await store.close();
});

test("on a full disk it is read-only and says so, and writes again once there is space", async () => {
  const disk = new Disk();
  const clock = new ManualClock();
  const log = new MemoryLog();
  const store = await openLevelStore({ dir: newDir(), log, clock, open: disk.open, retryMs: 1_000 });
  await store.commit({ agents: [record(1)], entries: [entry(1)] });

  disk.refuses = "IO error: /x/000003.log: No space left on device";
  const errors = await Promise.all(
    [2, 3].map((i) => store.commit({ entries: [entry(i)] }).catch((error: unknown) => error)),
  );
  for (const error of errors) assert.ok(error instanceof Fault && error.code === "STORE_FULL", String(error));
  assert.match(store.health().readOnly ?? "", /No space left/);
  assert.is(store.health().ok, false);
  assert.is((await store.agents()).length, 1);
  assert.is(store.seq(), 1);

  disk.refuses = null;
  const opens = disk.opens;
  clock.advance(999);
  assert.is(disk.opens, opens);
  clock.advance(1);
  await until("the store is open again", () => store.health().ok);
  assert.is(disk.opens, opens + 1);
  assert.is(told(await store.commit({ entries: [entry(4)] })), "2:4");
  assert.is(log.lines.filter((line) => /read-only/.test(line)).length, 1);
  await store.close();
});

test("a write that fails for another reason is STORE_BROKEN, and a closed store refuses", async () => {
  const disk = new Disk();
  const store = await openLevelStore({
    dir: newDir(),
    log: new MemoryLog(),
    clock: new ManualClock(),
    open: disk.open,
  });
  disk.refuses = "IO error: Input/output error";
  const broken = await store.commit({ entries: [entry(1)] }).catch((error: unknown) => error);
  assert.ok(broken instanceof Fault && broken.code === "STORE_BROKEN");
  await store.close();
  const closed = await store.commit({ entries: [entry(1)] }).catch((error: unknown) => error);
  assert.ok(closed instanceof Fault && closed.code === "STORE_BROKEN");
});

test("a store removed under its owner takes nothing more, and the next start says that there was more", async () => {
  const log = new MemoryLog();
  let lost = 0;
  const options = { dir: newDir(), log, clock: systemClock, onLost: () => lost++ };
  const store = await openLevelStore(options);
  await store.commit({ agents: [record(1)], entries: [entry(1)] });
  rmSync(options.dir, { recursive: true });
  const refused = await store.commit({ entries: [entry(2)] }).then(String, (error: Fault) => error);
  assert.instance(refused, Fault);
  assert.equal([(refused as Fault).code, lost, store.health().ok], ["STORE_BROKEN", 1, false]);
  await store.commit({ entries: [entry(3)] }).then(
    () => assert.unreachable(),
    () => {},
  );
  await store.close();
  const next = await openLevelStore(options);
  assert.match(next.health().loss ?? "", /damaged/);
  assert.ok(next.seq() >= 1, "no number is given twice");
  await next.close();
});

test("a store whose files were removed is lost as well where only its folder is left", async () => {
  const options = { dir: newDir(), log: new MemoryLog(), clock: systemClock };
  const store = await openLevelStore(options);
  await store.commit({ agents: [record(1)], entries: [entry(1)] });
  for (const name of readdirSync(options.dir)) rmSync(join(options.dir, name));
  assert.match(await outcome(store.commit({ entries: [entry(2)] })), /removed or replaced/);
  await store.close();
  const next = await openLevelStore(options);
  assert.match(next.health().loss ?? "", /damaged/);
  assert.ok(next.seq() >= 1, "no number is given twice");
  await next.close();
});

test("of a store that was removed because the disk was full none is made anew while its daemon runs", async () => {
  const disk = new Disk();
  const clock = new ManualClock();
  const log = new MemoryLog();
  let lost = 0;
  const options = { dir: newDir(), log, clock, open: disk.open, retryMs: 1_000, onLost: () => lost++ };
  const store = await openLevelStore(options);
  await store.commit({ agents: [record(1)], entries: [entry(1)] });
  disk.refuses = "IO error: No space left on device";
  assert.match(await outcome(store.commit({ entries: [entry(2)] })), /no space/);
  rmSync(options.dir, { recursive: true });
  disk.refuses = null;
  clock.advance(1_000);
  await until("it is known to be lost", () => lost === 1);
  assert.equal([disk.opens, store.seq(), store.health().ok], [1, 1, false]);
  assert.match(await outcome(store.commit({ entries: [entry(3)] })), /removed or replaced/);
  await store.close();
});

test("a write that fails because its store was removed says so, and nothing is tried again", async () => {
  const disk = new Disk();
  let lost = 0;
  const options = { dir: newDir(), log: new MemoryLog(), clock: new ManualClock(), onLost: () => lost++ };
  const store = await openLevelStore({ ...options, open: disk.open });
  rmSync(options.dir, { recursive: true });
  disk.refuses = "IO error: /x/000007.log: No such file or directory";
  assert.match(await outcome(store.commit({ entries: [entry(1)] })), /removed or replaced/);
  assert.equal([lost, options.clock.nextMs()], [1, null]);
  await store.close();
});

test("a store put in place of one in use is left as it is", async () => {
  const options = { dir: newDir(), log: new MemoryLog(), clock: systemClock };
  const other = await openLevelStore({ ...options, dir: newDir() });
  await other.commit({ entries: [entry(1), entry(2)] });
  const from = other.health().path;
  await other.close();
  const store = await openLevelStore(options);
  rmSync(options.dir, { recursive: true });
  renameSync(from, options.dir);
  await store.commit({ entries: [entry(7)] }).then(
    () => assert.unreachable(),
    (error) => assert.is(error.code, "STORE_BROKEN"),
  );
  await store.close();
  const next = await openLevelStore(options);
  assert.equal([next.health().loss, told(await next.latest(5))], [null, "1:1 2:2"]);
  await next.close();
});

test("of a key that runs on into a value, as a repair may leave it, the log tells no word of the value", async () => {
  const options = { dir: newDir(), log: new MemoryLog(), clock: systemClock };
  await (await openLevelStore(options)).close();
  await tamper(options.dir, (db) =>
    db.put(`mail!${agentId(2)}!0000000000000001\u0004{"text":"hush"}`, Buffer.from("?")),
  );
  const store = await openLevelStore(options);
  assert.equal(await store.mail(), []);
  const said = options.log.fields.find((fields) => "keys" in fields);
  assert.equal(said?.keys, [`mail!${agentId(2)}!0000000000000001…`]);
  await store.close();
});

test("garbled values are set aside with a warning, and the rest is served", async () => {
  const options = { dir: newDir(), log: new MemoryLog(), clock: systemClock };
  let store = await openLevelStore(options);
  await store.commit({ agents: [record(1), record(2), record(3)], entries: [entry(1), entry(2), entry(3)] });
  await store.close();
  await tamper(options.dir, async (db) => {
    const value = await db.get(`agent!${agentId(2)}`);
    value![20] = value![20]! ^ 1;
    await db.put(`agent!${agentId(2)}`, value!);
    await db.put("entry!0000000000000002", Buffer.from("no checksum"));
  });

  store = await openLevelStore(options);
  assert.equal(await store.agents(), [record(1), record(3)]);
  assert.is(await store.agent(agentId(2)), null);
  assert.is(told(await store.journal(0, 10)), "1:1 3:3");
  assert.is(told(await store.latest(2)), "1:1 3:3");
  assert.is(store.health().quarantined, 2);
  assert.is(options.log.lines.filter((line) => /set aside/.test(line)).length, 2);
  await store.close();

  store = await openLevelStore(options);
  assert.is(store.health().quarantined, 2, "they are counted after a restart");
  await store.close();
  await tamper(options.dir, async (db) => {
    assert.is(String(await db.get("quarantine!entry!0000000000000002")), "no checksum");
  });
});

test.run();

/** LevelDB on a disk that can be told to refuse what is written to it. */
class Disk {
  refuses: string | null = null;
  syncedBatches = 0;
  opens = 0;

  readonly open: typeof openDatabase = async (options) => {
    this.opens++;
    const opened = await openDatabase(options);
    this.syncedBatches = 0;
    const db = changed(opened.db, "batch", () =>
      changed(opened.db.batch(), "write", (batch, how) => {
        if (this.refuses !== null) throw Object.assign(new Error(this.refuses), { code: "LEVEL_IO_ERROR" });
        if ((how as { sync: boolean }).sync) this.syncedBatches++;
        return batch.write(how as { sync: boolean });
      }),
    );
    return { ...opened, db };
  };
}

/** Why it was refused, in words. */
function outcome(write: Promise<unknown>): Promise<string> {
  return write.then(
    () => "written",
    (error: Fault) => error.message,
  );
}

/** The same object but for one method. */
function changed<T extends object>(whole: T, method: keyof T, instead: (whole: T, ...args: unknown[]) => unknown): T {
  return new Proxy(whole, {
    get(target, name) {
      if (name === method) return (...args: unknown[]) => instead(target, ...args);
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function tamper(dir: string, change: (db: Database) => Promise<void>): Promise<void> {
  const { db, close } = await openDatabase({ dir, log: new MemoryLog(), nowMs: 0 });
  await change(db);
  await close();
}
