import * as assert from "uvu/assert";
import type { Key } from "#faces/dashboard/driver/driver.js";
import {
  type EditOptions,
  edit,
  insert,
  type LineEditor,
  layout,
  openEditor,
} from "#faces/dashboard/driver/line-editor.js";
import { suite } from "../../kit/t.js";

const test = suite("line editor");

function key(stroke: string): Key {
  const ctrl = stroke.startsWith("C-");
  const alt = stroke.startsWith("M-");
  const name = ctrl || alt ? stroke.slice(2) : stroke;
  const text = !ctrl && !alt && Array.from(name).length === 1 ? name : stroke === "space" ? " " : null;
  return { name, ctrl, alt, shift: false, text };
}

/** Presses keys after `|` was put where the cursor is; answers the text with `|` at the cursor. */
function play(start: string, strokes: string, options: EditOptions = {}): string {
  return show(press(open(start), strokes, options));
}

function open(start: string): LineEditor {
  const cursor = start.indexOf("|");
  return { ...openEditor(start.replace("|", "")), cursor };
}

function press(state: LineEditor, strokes: string, options: EditOptions = {}): LineEditor {
  return strokes.split(" ").reduce((now, stroke) => edit(now, key(stroke), options), state);
}

function show(state: LineEditor): string {
  return `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`;
}

test("typing goes where the cursor is", () => {
  assert.is(play("a|c", "b space"), "ab |c");
  assert.is(play("|", "漢 é"), "漢é|");
});

test("the cursor moves and deletes by grapheme, never inside one", () => {
  assert.is(play("a👩‍💻|b", "left"), "a|👩‍💻b");
  assert.is(play("a|🇩🇪b", "right"), "a🇩🇪|b");
  assert.is(play("ae\u0301|b", "backspace"), "a|b");
  assert.is(play("a|👍🏽b", "delete"), "a|b");
  assert.is(play("|a", "left backspace"), "|a");
  assert.is(play("a|", "right delete C-d"), "a|");
});

test("words are left, right and killed", () => {
  assert.is(play("fix src/auth.ts |now", "M-b"), "fix src/auth.|ts now");
  assert.is(play("fix| src/auth.ts", "M-f"), "fix src|/auth.ts");
  assert.is(play("fix src/auth.ts |now", "C-w"), "fix |now");
  assert.is(play("fix src/auth.ts| now", "M-backspace"), "fix src/auth.| now");
  assert.is(play("fix| the bug", "M-d"), "fix| bug");
  assert.is(play("| über Straße", "C-right C-right"), " über Straße|");
});

test("kills in a row are brought back together, in their order", () => {
  assert.is(play("one two three|", "C-w C-w home C-y"), "two three|one ");
  assert.is(play("|one two", "M-d M-d C-y C-y"), "one twoone two|");
  assert.is(play("one two|", "C-w left C-w end C-y"), " one|");
});

test("C-u and C-k stay inside their line, and C-k at its end joins the next", () => {
  assert.is(play("ab\ncd|ef\ngh", "C-u"), "ab\n|ef\ngh");
  assert.is(play("ab\ncd|ef\ngh", "C-k"), "ab\ncd|\ngh");
  assert.is(play("ab\ncd|\ngh", "C-k"), "ab\ncd|gh");
});

test("home and end go by line", () => {
  assert.is(play("ab\nc|d\ne", "C-a"), "ab\n|cd\ne");
  assert.is(play("ab\nc|d\ne", "end"), "ab\ncd|\ne");
  assert.is(play("ab\nc|d\ne", "M-<"), "|ab\ncd\ne");
  assert.is(play("ab\nc|d\ne", "M->"), "ab\ncd\ne|");
});

test("up and down keep their column over a short line", () => {
  assert.is(play("abcdef\nx\nabc|def", "up up"), "abc|def\nx\nabcdef");
  assert.is(play("漢字|x\nabcdef", "down"), "漢字x\nabcd|ef");
});

test("up and down go by wrapped rows where the width is known", () => {
  assert.is(play("abcdefgh|ij", "up", { columns: 5 }), "abc|defghij");
  assert.is(play("abc|defghij", "down", { columns: 5 }), "abcdefgh|ij");
});

test("up from the first row shows older texts, down brings the own one back", () => {
  const history = ["first", "second"];
  assert.is(play("own|", "up", { history }), "second|");
  assert.is(play("own|", "up up up", { history }), "first|");
  assert.is(play("own|", "up up down down down", { history }), "own|");
  assert.is(play("own|", "up"), "own|");
});

test("undo goes back by words typed, kills and pastes", () => {
  assert.is(play("|", "a b space c d C-_"), "ab|");
  assert.is(play("|", "a b space c d C-_ C-_ C-_"), "|");
  assert.is(play("one two|", "C-w C-_"), "one two|");
  const pasted = edit(open("a|b"), { paste: "x\ny" });
  assert.is(show(pasted), "ax\ny|b");
  assert.is(show(press(pasted, "C-_")), "a|b");
});

test("Enter, Tab and Escape are the caller's, and unknown keys change nothing", () => {
  const state = open("a|b");
  for (const stroke of ["enter", "M-enter", "C-j", "tab", "escape", "f5", "C-q", "M-z"]) {
    assert.is(edit(state, key(stroke)), state, stroke);
  }
  assert.is(show(insert(state, "\n")), "a\n|b");
});

test("rows are wrapped by width and the cursor is found in them", () => {
  assert.equal(layout(open("abcde|fg"), 5), { rows: ["abcde", "fg"], cursor: { x: 0, y: 1 } });
  assert.equal(layout(open("abcde|"), 5), { rows: ["abcde", ""], cursor: { x: 0, y: 1 } });
  assert.equal(layout(open("漢字漢|字"), 5), { rows: ["漢字", "漢字"], cursor: { x: 2, y: 1 } });
  assert.equal(layout(open("a\n\nb|"), 5), { rows: ["a", "", "b"], cursor: { x: 1, y: 2 } });
  assert.equal(layout(open("|"), 5), { rows: [""], cursor: { x: 0, y: 0 } });
  assert.equal(layout(open("a\t|b"), 9), { rows: ["a   b"], cursor: { x: 4, y: 0 } });
});

test("a text has a size and undo a depth", () => {
  assert.is(insert(openEditor(), "x".repeat(2_000_000)).text.length, 1_048_576);
  let state = openEditor();
  for (let n = 0; n < 300; n++) state = insert(state, "ab ");
  assert.is(state.past.length, 100);
});

test.run();
