import * as assert from "uvu/assert";
import { cut, fit, graphemes, graphemeWidth, isRisky, width } from "#faces/kit/width.js";
import { suite } from "../../kit/t.js";

const test = suite("width");

test("text takes the columns a terminal gives it", () => {
  for (const [text, columns] of [
    ["", 0],
    ["plain", 5],
    ["é", 1],
    ["e\u0301", 1],
    ["漢字", 4],
    ["ｆｕ", 4],
    ["한글", 4],
    ["🚀", 2],
    ["👩‍💻", 2],
    ["🇩🇪🇫🇷", 4],
    ["👍🏽", 2],
    ["❤️", 2],
    ["●◆✖…→─│", 7],
    ["a\u200bb", 2],
    ["\x1b\x07", 0],
  ] as const) {
    assert.is(width(text), columns, JSON.stringify(text));
  }
});

test("graphemes joined are the text again, and none is parted", () => {
  for (const text of ["plain", "漢字a", "e\u0301e", "👩‍💻🇩🇪👍🏽", "\r\n\t", "नि", ""]) {
    assert.is(graphemes(text).join(""), text);
  }
  assert.equal(graphemes("a👩‍💻e\u0301🇩🇪"), ["a", "👩‍💻", "e\u0301", "🇩🇪"]);
});

test("a grapheme takes no more than two columns", () => {
  for (const grapheme of graphemes("नि क्षि 👨‍👩‍👧‍👦 ﷽ Z̶̢a")) assert.ok(graphemeWidth(grapheme) <= 2, grapheme);
});

test("what terminals measure alike is not risky, emoji and joined marks are", () => {
  for (const safe of ["a", "é", "─", "●", "漢", "한", "𠀀", "⠋", "→"]) assert.not(isRisky(safe), safe);
  for (const risky of ["🚀", "✅", "⏳", "👩‍💻", "e\u0301", "❤️", "🇩🇪"]) assert.ok(isRisky(risky), risky);
});

test("a cut text keeps to its columns and says that it was cut", () => {
  assert.is(cut("working", 7), "working");
  assert.is(cut("working", 5), "work…");
  assert.is(cut("漢字漢字", 6), "漢字…");
  assert.is(cut("漢字漢字", 5), "漢字…");
  assert.is(cut("working", 1), "…");
  assert.is(cut("working", 0), "");
  assert.is(cut("a👩‍💻bc", 3), "a…");
  assert.is(fit("ab", 4), "ab  ");
  assert.is(fit("漢字漢", 4), "漢… ");
});

test.run();
