import * as assert from "uvu/assert";
import { tabSize } from "#faces/kit/tab-size.js";
import { suite } from "../../kit/t.js";

const test = suite("tab-size");

test("outside tmux its status line takes a row, inside it has taken it already", () => {
  assert.equal(tabSize({ columns: 132, rows: 43 }, {}), { columns: 132, rows: 42 });
  assert.equal(tabSize({ columns: 132, rows: 43 }, { TMUX: "/tmp/tmux-1/default,1,0" }), { columns: 132, rows: 43 });
});

test("a popup or half a window does not make a tab as small, and nothing passes what the daemon takes", () => {
  assert.equal(tabSize({ columns: 60, rows: 12 }, { TMUX: "x" }), { columns: 80, rows: 24 });
  assert.equal(tabSize({ columns: 5_000, rows: 5_000 }, {}), { columns: 1_000, rows: 1_000 });
});

test.run();
