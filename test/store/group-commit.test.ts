import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { GroupCommit } from "#store/group-commit.js";
import { suite } from "../kit/t.js";

const test = suite("group commit");

/** Writes that end when they are told to. */
function scripted() {
  const groups: string[] = [];
  const ends: (() => void)[] = [];
  const commits = new GroupCommit<string>((group) => {
    groups.push(group.join(""));
    return new Promise((resolve) => ends.push(resolve));
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const end = async () => {
    ends.shift()!();
    await settle();
  };
  return { commits, groups, end, settle };
}

test("what arrives in one moment is one group, what arrives during a write the next", async () => {
  const { commits, groups, end, settle } = scripted();
  for (const item of "abc") commits.add(item);
  assert.equal(groups, []);
  await settle();
  assert.equal(groups, ["abc"]);
  for (const item of "de") commits.add(item);
  await settle();
  assert.equal(groups, ["abc"], "one at a time");
  commits.add("f");
  await end();
  assert.equal(groups, ["abc", "def"]);
  await end();
  commits.add("g");
  await settle();
  assert.equal(groups, ["abc", "def", "g"]);
});

test("a pause waits for the group under way and holds back the rest until it is over", async () => {
  const { commits, groups, end, settle } = scripted();
  commits.add("a");
  await settle();
  commits.add("b");
  let paused = false;
  const pause = commits.pause().then(() => (paused = true));
  await settle();
  assert.is(paused, false);
  await end();
  await pause;
  commits.add("c");
  await settle();
  assert.equal(groups, ["a"]);
  commits.resume();
  await settle();
  assert.equal(groups, ["a", "bc"]);
});

test("finish waits until everything is written; what is taken back is not", async () => {
  const { commits, groups, end, settle } = scripted();
  commits.add("a");
  await settle();
  commits.add("b");
  commits.add("c");
  assert.equal(commits.takeBack(), ["b", "c"]);
  commits.add("d");
  let finished = false;
  const finish = commits.finish().then(() => (finished = true));
  await end();
  assert.is(finished, false);
  await end();
  await finish;
  assert.equal(groups, ["a", "d"]);
});

test("past its limit it takes no more", () => {
  const { commits } = scripted();
  for (let i = 0; i < 10_000; i++) commits.add("x");
  assert.throws(
    () => commits.add("y"),
    (error: unknown) => error instanceof Fault && error.code === "TOO_MANY",
  );
});

test.run();
