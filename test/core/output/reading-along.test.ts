import * as assert from "uvu/assert";
import { ReadingAlong, UNSEEN } from "#core/output/reading-along.js";
import { suite } from "../../kit/t.js";

const test = suite("reading along");

/** What is said after each picture, rows parted by `|`; the last picture is the last one. */
function said(...pictures: string[]): string[] {
  const along = new ReadingAlong();
  return pictures.map((rows, n) => along.next(rows.split("|"), n === pictures.length - 1).join("|"));
}

test("rows come once, the last one when it has stopped growing", () => {
  assert.equal(said("on", "one", "one|tw", "one|two|", "one|two||three"), ["", "", "one", "", "two||three"]);
});

test("a screen that scrolls, with rows that are alike, gives each row once", () => {
  assert.equal(said("aaa|bbb|ccc", "bbb|ccc|ddd", "ccc|ddd|ddd|eee"), ["aaa|bbb", "ccc", "ddd|ddd|eee"]);
});

test("rows that came and went between two pictures leave a mark", () => {
  assert.equal(said("aaa|bbb|ccc", "xxx|yyy|zzz", "yyy|zzz"), ["aaa|bbb", `${UNSEEN}|xxx|yyy`, "zzz"]);
});

test("blank rows come with what follows them, however many a half-drawn screen has", () => {
  assert.equal(said("aaa||bbb", "aaa||bbb|||ccc", "aaa||bbb||||||ccc", "aaa||bbb||ccc||ddd"), [
    "aaa",
    "|bbb",
    "",
    "|ccc||ddd",
  ]);
});

test("a row that changes in its place, a blank screen, and less than before are no news", () => {
  assert.equal(said("run…|aaa|bbb", "ran.|aaa|bbb|ccc", "|", "ran.|aaa|bbb", "ran.|aaa|bbb|ccc|ddd"), [
    "run…|aaa",
    "bbb",
    "",
    "",
    "ccc|ddd",
  ]);
});

test.run();
