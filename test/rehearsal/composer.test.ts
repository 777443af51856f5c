import * as assert from "uvu/assert";
import { Composer } from "#rehearsal/composer.js";
import { suite } from "../kit/t.js";

const test = suite("rehearsal composer");

function typed(...input: string[]): Composer {
  const composer = new Composer();
  for (const one of input) if (!composer.key(one)) composer.type(one);
  return composer;
}

test("it edits with readline's keys, across lines", () => {
  assert.is(typed("one two", "ctrl-w", "three").text, "one three");
  assert.is(typed("one", "newline", "two", "ctrl-u", "2").text, "one\n2");
  assert.is(typed("one", "home", "zero ", "end", "!").text, "zero one!");
  assert.is(typed("abc", "left", "left", "ctrl-k").text, "a");
  assert.is(typed("🐢x", "left", "backspace").text, "x");
  assert.is(typed("ab", "ctrl-a", "delete").text, "b");
});

test("a long paste shows as a placeholder, is one step for the cursor, and is sent whole", () => {
  const composer = typed("see: ");
  const text = "a\nb\nc\nd";
  composer.paste(text);
  composer.type(" ok?");
  assert.is(composer.text, `see: ${text} ok?`);
  assert.equal(composer.rows(60).rows, ["see: [Pasted text #1 +3 lines] ok?"]);
  for (let i = 0; i < 4; i++) composer.key("left");
  composer.key("backspace");
  assert.is(composer.text, "see:  ok?");
  composer.paste("x".repeat(900));
  assert.equal(composer.rows(60).rows, ["see: [Pasted text #2 900 characters] ok?"]);
  const short = new Composer();
  short.paste("a\nb\nc");
  assert.equal(short.rows(60).rows, ["a", "b", "c"]);
});

test("rows break where they are full, and the cursor goes with them", () => {
  assert.equal(typed("abcdef").rows(4), { rows: ["abcd", "ef"], cursor: { x: 2, y: 1 } });
  assert.equal(typed("漢字漢", "left").rows(5), { rows: ["漢字", "漢"], cursor: { x: 4, y: 0 } });
  assert.equal(typed("ab", "newline", "c", "home").rows(5), { rows: ["ab", "c"], cursor: { x: 0, y: 1 } });
});

test.run();
