import * as assert from "uvu/assert";
import { RGB } from "#core/screen/still.js";
import type { Line } from "#faces/dashboard/driver/cell-canvas.js";
import { drawChanges } from "#faces/dashboard/driver/draw.js";
import { DEFAULT_STYLE, StyleTable } from "#faces/dashboard/driver/styles.js";
import { suite } from "../../kit/t.js";

const test = suite("draw");
const ESC = "\x1b";

/** Lines of cells; "" after a wide character as the canvas leaves it. */
function lines(...texts: string[]): Line[] {
  return texts.map((text) => {
    const cells = Array.from(text).flatMap(
      (char): Line =>
        /[\u2e80-\uffff\u{1f300}-\u{1faff}✅]/u.test(char)
          ? [
              [DEFAULT_STYLE, char],
              [DEFAULT_STYLE, ""],
            ]
          : [[DEFAULT_STYLE, char]],
    ) as Line;
    cells.dirty = true;
    return cells;
  });
}

/** What is written to get from one screen to the other, ESC as `^`. */
function play(from: string[], to: string[]): string {
  return drawChanges(lines(...to), lines(...from), new StyleTable("true")).replaceAll(ESC, "^");
}

test("only what changed is written", () => {
  assert.is(play(["same"], ["same"]), "");
  assert.is(play(["a spinner |"], ["a spinner /"]), "^[1;11H/");
  assert.is(play(["one", "two"], ["one", "tWo"]), "^[2;2HW");
});

test("small gaps are written again, wide ones are jumped over", () => {
  assert.is(play(["abcdef"], ["AbcdEf"]), "^[1HAbcdE");
  assert.is(play(["abcdefghij"], ["AbcdefghiJ"]), "^[1HA^[10GJ");
});

test("blanks to the end are erased", () => {
  assert.is(play(["some words"], ["so        "]), "^[1;3H^[K");
  assert.is(play(["some words"], ["          "]), "^[1H^[K");
});

test("after an emoji the column is said again, and its neighbour is written again", () => {
  assert.is(play(["abcd"], ["✅cd"]), "^[1H  ^[1G✅^[3Gc");
  assert.is(play(["漢cd"], ["字cd"]), "^[1H字");
});

test("lines that are not marked dirty are not looked at", () => {
  const wanted = lines("new");
  wanted[0]!.dirty = false;
  assert.is(drawChanges(wanted, lines("old"), new StyleTable("true")), "");
});

test("a style is changed by what differs, and given back at the end", () => {
  const styles = new StyleTable("true");
  const wanted = lines("abc");
  wanted[0]![0]![0] = styles.id(RGB + 0x010203, -1, 1);
  wanted[0]![1]![0] = styles.id(RGB + 0x010203, 4, 1);
  wanted[0]![2]![0] = styles.id(RGB + 0x010203, 4, 4);
  const written = drawChanges(wanted, lines("xyz"), styles).replaceAll(ESC, "^");
  assert.is(written, "^[1H^[1;38;2;1;2;3ma^[44mb^[0;3;38;2;1;2;3;44mc^[m");
});

test("a crowded style table is swept down to what the screen holds, which looks the same after it", () => {
  const styles = new StyleTable("true");
  for (let n = 0; n < 20_000; n++) styles.id(RGB + n, -1, 0);
  assert.ok(styles.crowded);
  const wanted = lines("a");
  wanted[0]![0]![0] = styles.id(RGB + 0x0a0b0c, -1, 0);
  styles.sweep([wanted] as never);
  assert.not(styles.crowded);
  assert.match(drawChanges(wanted, lines("b"), styles), /38;2;10;11;12ma/);
});

test.run();
