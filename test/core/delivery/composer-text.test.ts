import * as assert from "uvu/assert";
import { composerHolds } from "#core/delivery/composer-text.js";
import { suite } from "../../kit/t.js";

const test = suite("composer text");
const holds = (shown: string, text: string, pasted = false) =>
  composerHolds({ text: shown, empty: shown === "", pasted }, text);

test("a text is known however the box wraps it", () => {
  assert.ok(holds("ok", "ok"));
  assert.ok(holds("write a hai\nku about\n   tabs", "write a haiku about tabs"));
  assert.ok(holds("one\n  two\n\n  three", "one\ntwo\n\n\tthree\n"));
  assert.ok(holds("e\u0301t\u00e9", "\u00e9te\u0301"));
});

test("a box that shows only a part of a long text is believed, cut at either end", () => {
  const long = "the quick brown fox jumps over the lazy dog, again and again, until it sleeps";
  assert.ok(holds("the quick brown fox jumps ov…", long));
  assert.ok(holds("again and again, until it sleeps", long));
  assert.ok(holds("...over the lazy dog, again...", long));
  assert.not.ok(holds("the quick", long), "too little to tell");
});

test("another text, a text glued to a draft, and an empty box are not it", () => {
  assert.not.ok(holds("", "ok"));
  assert.not.ok(holds("okay", "ok"));
  assert.not.ok(holds("half typed by a humanrepeat it please, all of it", "repeat it please, all of it"));
  assert.not.ok(holds("something else entirely, as long", "write a haiku about tabs"));
});

test("characters that tmux drops do not hide a text that is clear without them", () => {
  assert.ok(holds("ship it please  and tell me", "ship it please 🫨 and tell me"));
  assert.not.ok(holds("", "🫨🫨"));
});

test("of a short text all that tmux can show must be there, and of one of which it shows nothing that something is", () => {
  assert.ok(holds("ok", "ok 🫨"));
  assert.ok(holds("1. да", "1. да 🫨"));
  assert.not.ok(holds("ok", "ok go 🫨"), "a part of it is too little to tell");
  assert.not.ok(holds("okay", "ok 🫨"));
  assert.not.ok(holds("okда", "ok 🫨"));
  assert.not.ok(holds("", "ok 🫨"));
  const unseen = { text: "", empty: false, pasted: false };
  assert.ok(composerHolds(unseen, "🫨🫨"));
  assert.not.ok(composerHolds(unseen, "ok 🫨"));
  assert.not.ok(composerHolds({ ...unseen, empty: true }, "🫨🫨"));
});

test("characters that nobody sees need not be shown", () => {
  for (const text of [
    "\u05e9\u05dc\u202eab",
    "\u00adsoft\u00adhy",
    "\u2066x\u2069",
    "a\u034fb\u{e0061}\ufe0f",
    "1\ufe0f\u20e3",
  ]) {
    assert.ok(holds(text.replace(/[\p{Cf}\p{DI}]/gu, ""), text), JSON.stringify(text));
    assert.ok(holds(text, text));
  }
});

test("what a person typed beside a text is not taken for it, in whatever script", () => {
  const text = "run the tests again and tell me";
  assert.not.ok(holds(`${text}да`, text));
  assert.not.ok(holds(`да${text}`, text));
  assert.not.ok(holds(`${text} 🐢🐢`, `${text} 🐢`));
  assert.ok(holds(`${text} ё`, `${text} 🫨ё`), "what is there is of the text");
});

test("a placeholder stands for whatever was pasted, where nothing else stands beside it", () => {
  for (const whole of [
    "[Pasted text #1 +12 lines]",
    "[Pasted Content 4078 chars]",
    "[Pasted Text: 60 lines]",
    "[Pasted ~3 lines]",
    "[Pasted text #1 +12 lines] ",
  ]) {
    assert.ok(holds(whole, "a\nb\nc", true), whole);
  }
  assert.not.ok(holds("half typed [Pasted text #1 +12 lines]", "a\nb\nc", true));
  assert.not.ok(holds("[Pasted text #1 +12 lines]half typed", "a\nb\nc", true));
  assert.not.ok(holds("[Pasted text #1 +2 lines] [Pasted text #2 +12 lines]", "a\nb\nc", true));
});

test.run();
