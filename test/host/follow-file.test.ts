import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Following, followFile } from "#host/follow-file.js";
import { silentLog } from "#host/log.js";
import { suite, until } from "../kit/t.js";

const test = suite("a followed file");
const home = mkdtempSync(join(tmpdir(), "drover-"));
let following: Following | null = null;
let heard: string[] = [];
test.beforeEach(() => {
  heard = [];
});
test.afterEach(() => following?.close());
test.after(() => rmSync(home, { recursive: true, force: true }));

function follow(path: string): void {
  following = followFile(path, silentLog, (line) => heard.push(line));
}

const hears = (lines: string[]) =>
  until(`it hears ${lines}`, () => heard.join("|") === lines.join("|"), { show: () => heard.join("|").slice(0, 400) });

test("whole lines are handed over as they are written, cut wherever they are", async () => {
  const file = join(home, "a.jsonl");
  writeFileSync(file, "one\n");
  follow(file);
  await hears(["one"]);
  appendFileSync(file, "tw");
  appendFileSync(file, "o\nthr");
  await hears(["one", "two"]);
  const umlaut = Buffer.from("ü\n");
  appendFileSync(file, Buffer.concat([Buffer.from("ee "), umlaut.subarray(0, 1)]));
  appendFileSync(file, umlaut.subarray(1));
  await hears(["one", "two", "three ü"]);
});

test("a file whose folder is not there yet is found when it comes", async () => {
  const file = join(home, "new/folder/b.jsonl");
  follow(file);
  mkdirSync(join(home, "new"));
  mkdirSync(join(home, "new/folder"));
  writeFileSync(join(home, "new/folder/other"), "no\n");
  writeFileSync(file, "first\n");
  await hears(["first"]);
  appendFileSync(file, "second\n");
  await hears(["first", "second"]);
});

test("one that is replaced, or cut short, is read from its beginning", async () => {
  const file = join(home, "c.jsonl");
  writeFileSync(file, "old\n");
  follow(file);
  await hears(["old"]);
  writeFileSync(`${file}.new`, "new\n");
  renameSync(`${file}.new`, file);
  await hears(["old", "new"]);
  appendFileSync(file, "more\n");
  await hears(["old", "new", "more"]);
  writeFileSync(file, "");
  appendFileSync(file, "x\n");
  await hears(["old", "new", "more", "x"]);
  rmSync(file);
  writeFileSync(file, "again\n");
  await hears(["old", "new", "more", "x", "again"]);
});

test("a new one that was given the number of the one removed is read from its beginning", async () => {
  const file = join(home, "reused.jsonl");
  for (const round of ["a", "b", "c", "d", "e"]) {
    heard = [];
    writeFileSync(file, "1\n");
    follow(file);
    await hears(["1"]);
    const { ino } = statSync(file);
    // Which number a new file is given is the file system's to say; most give the one that came free.
    for (let n = 0; n < 20; n++) {
      rmSync(file);
      writeFileSync(file, `longer than before ${round}\n`);
      if (statSync(file).ino === ino) break;
    }
    await hears(["1", `longer than before ${round}`]);
    following?.close();
    rmSync(file);
  }
});

test("of a long file its end is read, and a line that is too long is left out", async () => {
  const file = join(home, "d.jsonl");
  writeFileSync(file, `${"x".repeat(99)}\n`.repeat(1_000));
  follow(file);
  await until("its end was heard", () => heard.length > 0);
  assert.ok(heard.length > 600 && heard.length < 700, String(heard.length));
  assert.ok(heard.every((line) => line.length === 99));
  const before = heard.length;
  appendFileSync(file, "y".repeat(9 * 1_048_576));
  appendFileSync(file, "\nafter\n");
  await until("what follows is heard", () => heard.at(-1) === "after");
  assert.is(heard.length, before + 1);
});

test("nothing is heard once it is closed", async () => {
  const file = join(home, "e.jsonl");
  writeFileSync(file, "one\n");
  follow(file);
  await hears(["one"]);
  following?.close();
  const witness: string[] = [];
  const other = followFile(file, silentLog, (line) => witness.push(line));
  appendFileSync(file, "two\n");
  await until("another heard it", () => witness.includes("two"));
  other.close();
  assert.equal(heard, ["one"]);
});

test("what is no plain file is not read: a FIFO holds nobody up, a device does not go on for ever", async () => {
  const fifos = [1, 2, 3, 4, 5].map((n) => join(home, `${n}.fifo`));
  execFileSync("mkfifo", fifos);
  const all = fifos.map((path) => followFile(path, silentLog, (line) => heard.push(line)));
  symlinkSync("/dev/zero", join(home, "zero"));
  all.push(followFile(join(home, "zero"), silentLog, (line) => heard.push(line)));
  let others = 0;
  for (let n = 0; n < 20; n++) void stat(home).then(() => others++);
  await until("other files are read", () => others === 20);
  renameSync(fifos[0]!, `${fifos[0]}.old`);
  writeFileSync(fifos[0]!, "a file now\n");
  await hears(["a file now"]);
  for (const one of all) one.close();
});

test.run();
