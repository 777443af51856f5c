import * as assert from "uvu/assert";
import { ATTR, BLANK_ROW, RGB, type Row, type Run, type Still } from "#core/screen/still.js";
import { type RowJson, rowFromJson, rowToJson, screenToJson } from "#wire/screen.js";
import { suite } from "../kit/t.js";

const test = suite("wire screen");

const plain = (text: string, over: Partial<Run> = {}): Run => {
  return { text, cells: text.length, unit: 1, fg: -1, bg: -1, attrs: 0, ...over };
};
const row = (...runs: Run[]): Row => ({ text: runs.map(({ text }) => text).join(""), runs });
const travelled = (json: RowJson): Row => rowFromJson(JSON.parse(JSON.stringify(json)));

test("a row comes out as it went in, whatever its colours, widths and graphemes", () => {
  const rows = [
    BLANK_ROW,
    row(plain("plain")),
    row(plain("ends "), plain("in colour", { fg: 2 })),
    row(plain("x", { fg: RGB + 0xcba6f7, bg: 0, attrs: ATTR.bold | ATTR.inverse })),
    row(plain("x", { bg: 0 }), plain("y", { attrs: ATTR.dim })),
    row(plain("漢字", { unit: 2, cells: 4 }), plain("🐢", { unit: 2, cells: 2, fg: 0 })),
    // One grapheme of several code points.
    row(plain("👩‍👧", { unit: 2, cells: 2 }), plain("e\u0301", { cells: 1 })),
    // Half of a wide character was cut away: a cell without a text.
    row(plain("", { cells: 1, bg: 4 }), plain("a")),
  ];
  for (const one of rows) assert.equal(travelled(rowToJson(one)), one, one.text);
});

test("what is as usual is left off, and the blanks at a row's end are none of its text", () => {
  const json = rowToJson(row(plain("a"), plain("b", { fg: 1 }), plain("c", { bg: 1 }), plain("d", { attrs: 1 })));
  assert.equal(json, [["a"], ["b", 1], ["c", -1, 1], ["d", -1, -1, 1]]);
  assert.is(travelled([["a  "], ["  ", -1, 4]]).text, "a");
});

test("a whole screen has all of its rows", () => {
  const cursor = { x: 1, y: 2, visible: true };
  const still: Still = { columns: 3, rows: [row(plain("a")), BLANK_ROW], cursor, title: "t", alternate: true };
  assert.equal(screenToJson(still), { columns: 3, rows: [[["a"]], []], cursor, title: "t", alternate: true });
});

test.run();
