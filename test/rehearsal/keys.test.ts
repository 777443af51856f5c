import * as assert from "uvu/assert";
import { type Key, KeyReader } from "#rehearsal/keys.js";
import { suite } from "../kit/t.js";

const test = suite("rehearsal keys");

const typed = "ab\x1b[A\r\x1b[200~one\r\ntwo\x1b[A\x1b[201~\x03é\x1bOB\x1b[I\x7f\n";
const meant: Key[] = [
  { text: "ab" },
  { key: "up" },
  { key: "enter" },
  { paste: "one\ntwo\x1b[A" },
  { key: "ctrl-c" },
  { text: "é" },
  { key: "down" },
  { focus: true },
  { key: "backspace" },
  { key: "newline" },
];

/** Text that came in pieces is text all the same. */
function joined(keys: readonly Key[]): Key[] {
  const all: Key[] = [];
  for (const key of keys) {
    const last = all.at(-1);
    if ("text" in key && last !== undefined && "text" in last) all[all.length - 1] = { text: last.text + key.text };
    else all.push(key);
  }
  return all;
}

test("keys, pastes and focus reports are told apart", () => {
  assert.equal(new KeyReader().push(typed), meant);
});

test("cut anywhere they mean the same", () => {
  for (let cut = 1; cut < typed.length; cut++) {
    const reader = new KeyReader();
    assert.equal(
      joined([...reader.push(typed.slice(0, cut)), ...reader.push(typed.slice(cut))]),
      meant,
      `cut at ${cut}`,
    );
  }
});

test("an escape that nothing follows is the Escape key, once flushed", () => {
  const reader = new KeyReader();
  assert.equal(reader.push("\x1b"), []);
  assert.ok(reader.waiting);
  assert.equal(reader.flush(), [{ key: "escape" }]);
  assert.not.ok(reader.waiting);
});

test("a paste that never ends waits, and is not taken for Escape", () => {
  const reader = new KeyReader();
  assert.equal(reader.push("\x1b[200~half"), []);
  assert.not.ok(reader.waiting);
});

test.run();
