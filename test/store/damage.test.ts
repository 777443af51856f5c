/** Files that were cut, garbled or deleted: what can be read is served, the loss is said, no number is given twice. */
import { type ChildProcess, fork } from "node:child_process";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { systemClock } from "#host/clock.js";
import { openLevelStore } from "#store/level-store.js";
import { type Opened, openDatabase } from "#store/open-database.js";
import { ASIDE_LIMIT } from "#store/rescue.js";
import type { Store } from "#store/store.js";
import { suite, until } from "../kit/t.js";
import { MemoryLog } from "../twins/memory-log.js";
import { entry, record, told } from "./contract.js";

const test = suite("damaged store", 20_000);
const scratch = mkdtempSync(join(tmpdir(), "damage-"));
test.after(() => rmSync(scratch, { recursive: true }));
const log = new MemoryLog();
let n = 0;

const open = (dir: string): Promise<Store> => openLevelStore({ dir, log, clock: systemClock });
const find = (dir: string, like: RegExp): string => join(dir, readdirSync(dir).find((name) => like.test(name))!);
const beside = (dir: string): string[] => readdirSync(dirname(dir)).filter((name) => name !== "store");

/** Ten agents and ten entries, opened and closed twice, so that some lie in a table and some in the log. */
async function filled(): Promise<string> {
  const dir = join(scratch, String(++n), "store");
  for (const half of [0, 5]) {
    const store = await open(dir);
    for (let i = half; i < half + 5; i++) await store.commit({ agents: [record(i)], entries: [entry(i, i)] });
    await store.close();
  }
  return dir;
}

const cases: Record<string, (dir: string) => void> = {
  "CURRENT is gone": (dir) => rmSync(join(dir, "CURRENT")),
  "CURRENT is garbage": (dir) => writeFileSync(join(dir, "CURRENT"), "garbage"),
  "MANIFEST is gone": (dir) => rmSync(find(dir, /^MANIFEST/)),
  "MANIFEST is empty": (dir) => truncateSync(find(dir, /^MANIFEST/), 0),
  "MANIFEST lost its tail": (dir) => {
    const manifest = find(dir, /^MANIFEST/);
    truncateSync(manifest, 60);
    assert.ok(statSync(manifest).size > 0);
  },
};

for (const [what, damage] of Object.entries(cases)) {
  test(`${what}: repaired, nothing missing, and said`, async () => {
    const dir = await filled();
    damage(dir);
    let store = await open(dir);
    assert.is((await store.agents()).length, 10);
    assert.is((await store.journal(0, 100)).length, 10);
    assert.is(told(await store.commit({ entries: [entry(77)] })), "11:77");
    const { loss } = store.health();
    assert.match(loss ?? "", /was damaged .* it was repaired/);
    const aside = /lie in (.*)$/.exec(loss!)![1]!;
    assert.ok(readdirSync(aside).length > 0, "the damaged files are kept");
    await store.close();

    store = await open(dir);
    assert.is(store.health().loss, null);
    assert.is((await store.journal(0, 100)).length, 11);
    await store.close();
    assert.is(
      beside(dir)
        .filter((name) => !name.includes(".damaged-"))
        .join(),
      "store.lock",
      "nothing else is left behind",
    );
  });
}

test("of the damaged stores set aside the newest few stay", async () => {
  const dir = await filled();
  for (const day of ["01", "02", "03", "04"]) mkdirSync(`${dir}.damaged-202601${day}T000000`);
  rmSync(join(dir, "CURRENT"));
  await (await open(dir)).close();
  const left = beside(dir).filter((name) => name.includes(".damaged-"));
  assert.is(left.length, ASIDE_LIMIT);
  assert.equal(left.slice(0, 2), ["store.damaged-20260103T000000", "store.damaged-20260104T000000"]);
  assert.ok(readdirSync(join(dirname(dir), left[2]!)).length > 0, "the one of today among them");
});

test("the tail of the log is gone: said once, and the lost numbers are not given again", async () => {
  const dir = await filled();
  truncateSync(find(dir, /\.log$/), 0);
  for (const file of readdirSync(dir)
    .filter((name) => name.endsWith(".ldb"))
    .slice(1))
    rmSync(join(dir, file));
  let store = await open(dir);
  assert.ok(store.health().loss !== null);
  assert.ok((await store.journal(0, 100)).length < 10);
  assert.is(store.seq(), 10);
  assert.is(told(await store.commit({ entries: [entry(77)] })), "11:77");
  await store.close();
  store = await open(dir);
  assert.is(store.health().loss, null);
  assert.is(store.seq(), 11);
  await store.close();
});

test("a lost tail is not reported again by a start that wrote nothing", async () => {
  const dir = await filled();
  for (const file of readdirSync(dir).filter((name) => /\.(log|ldb)$/.test(name))) rmSync(join(dir, file));
  let store = await open(dir);
  assert.ok(store.health().loss !== null);
  await store.close();
  store = await open(dir);
  assert.is(store.health().loss, null);
  assert.is(store.seq(), 10);
  await store.close();
});

test("everything but the marker is gone: it begins empty, says so, and goes on counting", async () => {
  const dir = await filled();
  for (const name of readdirSync(dir).filter((name) => name !== "marker.json")) rmSync(join(dir, name));
  const store = await open(dir);
  assert.ok(store.health().loss !== null);
  assert.equal(await store.agents(), []);
  assert.is(told(await store.commit({ entries: [entry(1)] })), "11:1");
  await store.close();
});

/** 200 agents and 300 entries in a table of many blocks, all of it made in one session. */
async function compacted(): Promise<string> {
  const dir = join(scratch, String(++n), "store");
  let opened: Opened | undefined;
  const store = await openLevelStore({
    dir,
    log,
    clock: systemClock,
    open: async (options) => (opened = await openDatabase(options)),
  });
  const entries = Array.from({ length: 300 }, (_, i) => ({ ...entry(i), data: { n: i, noise: noise(i) } }));
  await store.commit({ agents: Array.from({ length: 200 }, (_, i) => record(i, { prompt: noise(i) })) });
  await store.commit({ entries });
  // Missing from level's types, which are those of the browser as well.
  await (opened!.db as unknown as { compactRange(from: string, to: string): Promise<void> }).compactRange("a", "z");
  await store.close();
  return dir;
}

test("a MANIFEST that opens as an older store, which deletes what it does not know: nothing is lost", async () => {
  const dir = await compacted();
  const manifest = find(dir, /^MANIFEST/);
  truncateSync(manifest, statSync(manifest).size - 1);
  const store = await open(dir);
  assert.match(store.health().loss ?? "", /was repaired/);
  assert.is((await store.agents()).length, 200);
  assert.is((await store.journal(0, 1_000)).length, 300);
  await store.close();
});

test("a garbled table costs what lay in the block, not the store", async () => {
  const dir = await compacted();
  const table = find(dir, /\.ldb$/);
  const bytes = readFileSync(table);
  bytes.fill(0xff, 9_000, 14_000); // the first keys are the agents'
  writeFileSync(table, bytes);

  const store = await open(dir);
  const agents = await store.agents();
  assert.ok(agents.length > 150 && agents.length < 200, `${agents.length} agents`);
  assert.is((await store.journal(0, 1_000)).length, 300);
  await store.commit({ agents: [record(500)] });
  await store.close();
});

test("damage that is met while it runs is mended on the way, and said", async () => {
  const dir = await compacted();
  const table = find(dir, /\.ldb$/);
  const bytes = readFileSync(table);
  const journal = bytes.lastIndexOf("entry!"); // the last whole key of the last journal block or so
  bytes.fill(0xff, journal - 30_000, journal - 25_000);
  writeFileSync(table, bytes);

  const store = await open(dir);
  assert.is(store.health().loss, null, "the records are whole, and nobody reads the journal yet");
  const reading = Promise.all([store.journal(0, 1_000), store.latest(1_000), store.agents()]);
  const commits = Array.from({ length: 20 }, async (_, i) => {
    for (let wait = 0; wait < i; wait++) await new Promise((resolve) => setImmediate(resolve));
    return told(await store.commit({ agents: [record(i)] }));
  });
  const [entries, again, agents] = await reading;
  assert.equal(await Promise.all(commits), Array(20).fill(""), "commits wait for the repair and succeed");
  assert.ok(entries.length > 250 && entries.length < 300, `${entries.length} entries`);
  assert.equal(again, entries);
  assert.is(agents.length, 200);
  assert.match(store.health().loss ?? "", /was repaired/);
  assert.is(told(await store.commit({ entries: [entry(7)] })), "301:7");
  await store.close();
});

test("a repair that was cut short begins again", async () => {
  const dir = await filled();
  const aside = `${dir}.damaged-20260101T000000`;
  mkdirSync(aside);
  for (const name of readdirSync(dir)) linkSync(join(dir, name), join(aside, name));
  rmSync(join(aside, "CURRENT"));
  rmSync(dir, { recursive: true }); // died after it cleared the store, before it was rebuilt
  writeFileSync(`${dir}.rescue`, JSON.stringify({ aside }));
  const store = await open(dir);
  assert.is((await store.agents()).length, 10);
  assert.match(store.health().loss ?? "", /cut short/);
  assert.not.ok(existsSync(`${dir}.rescue`));
  await store.close();
});

test("of several that start on a damaged store, one repairs and has it; the others are told it is locked", async () => {
  const opener = fileURLToPath(new URL("./open-once.js", import.meta.url));
  for (const damage of [cases["CURRENT is gone"]!, cases["MANIFEST is gone"]!]) {
    const dir = await filled();
    damage(dir);
    const children = Array.from({ length: 3 }, () =>
      fork(opener, [dir], { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
    );
    const said = (child: ChildProcess) => new Promise<unknown>((resolve) => child.once("message", resolve));
    const closed = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    await Promise.all(children.map(said));
    const answers = children.map(said);
    for (const child of children) child.send("go");
    const told = (await Promise.all(answers)).map((answer) => JSON.stringify(answer)).sort();
    for (const child of children) if (child.connected) child.disconnect();
    await Promise.all(closed);
    assert.equal(told, ['{"agents":10,"mended":true}', ...Array(2).fill('{"refused":"STORE_LOCKED"}')]);
    const store = await open(dir);
    assert.is((await store.agents()).length, 10);
    await store.close();
  }
});

test("a repair that had not begun is forgotten, and the snapshot of a start that died cleared away", async () => {
  const dir = await filled();
  writeFileSync(`${dir}.rescue`, JSON.stringify({ aside: `${dir}.damaged-x` }));
  cpSync(dir, `${dir}.opening`, { recursive: true });
  const store = await open(dir);
  assert.is(store.health().loss, null);
  await store.close();
  assert.equal(beside(dir), ["store.lock"]);
});

test("a guard that is damaged itself is made anew", async () => {
  const dir = await filled();
  writeFileSync(join(`${dir}.lock`, "CURRENT"), "garbage");
  const store = await open(dir);
  assert.is((await store.agents()).length, 10);
  assert.is(store.health().loss, null);
  await store.close();
});

test("a store that another process has is STORE_LOCKED; killed at any moment, it has all it acknowledged", async () => {
  const dir = join(scratch, String(++n), "store");
  const writer = fileURLToPath(new URL("./write-until-killed.js", import.meta.url));
  let acknowledged = 0;
  for (let round = 0; round < 4; round++) {
    const child = fork(writer, [dir], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const before = acknowledged;
    child.on("message", (seq) => {
      acknowledged = seq as number;
    });
    await until("it has written", () => acknowledged > before + 20 + round * 30);
    const error = await open(dir).catch((e: unknown) => e);
    assert.ok(error instanceof Fault && error.code === "STORE_LOCKED", String(error));
    const closed = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGKILL");
    await closed;

    const store = await open(dir);
    assert.is(store.health().loss, null);
    assert.ok(store.seq() >= acknowledged, `${store.seq()} of ${acknowledged}`);
    const entries = await store.journal(0, 100_000);
    assert.equal(
      entries.map((e) => e.seq),
      entries.map((_, i) => i + 1),
    );
    // A commit holds a pair of entries and the record that counts them: all of it or nothing.
    assert.is(store.seq() % 2, 0);
    assert.is((await store.agents())[0]!.turn, store.seq() / 2);
    acknowledged = store.seq();
    await store.close();
  }
});

test.run();

/** Text that does not compress, so that a table has many blocks. */
function noise(seed: number): string {
  let x = seed + 1;
  return Array.from({ length: 60 }, () => {
    x = (x * 1103515245 + 12345) % 2147483648;
    return x.toString(36);
  }).join("");
}
