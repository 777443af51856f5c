import * as assert from "uvu/assert";
import { OLD_TMUX } from "#host/widths.js";
import { PRINT_SAMPLES, readSamples } from "#tmux/width-probe.js";
import { suite } from "../kit/t.js";

const test = suite("width-probe");

/** The rows as the pane shows them where the samples take so many cells, below the notice. */
const rows = (selector: number, hand: number, thumb: number, face: number): string[] => [
  "  drover looks at your panes from this session.",
  `\u2600\ufe0f${"a".repeat(8 - selector)}`,
  `\u270c${"a".repeat(8 - hand)}`,
  `\u{1f44d}\u{1f3fd}${"a".repeat(8 - thumb)}`,
  `\u{1f600}\u{1f3fd}${"a".repeat(8 - face)}`,
  "",
];

test("the letters that are left say how tmux counts", () => {
  assert.equal(readSamples(rows(1, 1, 4, 4)), OLD_TMUX);
  assert.equal(readSamples(rows(2, 2, 2, 2)), { selectorWidens: true, handsWide: true, skinTones: "join" });
  assert.equal(readSamples(rows(2, 2, 2, 4)), { selectorWidens: true, handsWide: true, skinTones: "listed" });
});

test("samples that are not there, or not yet all, say nothing", () => {
  assert.is(readSamples([]), null);
  assert.is(readSamples(rows(1, 1, 4, 4).slice(0, 4)), null);
});

test("what prints them is plain ASCII, hidden from who lands there", () => {
  assert.match(PRINT_SAMPLES, /^[\x20-\x7e]+$/);
  assert.match(PRINT_SAMPLES, /^printf "\\033\[8m.*\\033\[m"$/);
});

test.run();
