import * as assert from "uvu/assert";
import type { Row, Run } from "#core/screen/still.js";
import { leftOf, rowFrom } from "#faces/dashboard/state/screen.js";
import { suite } from "../../kit/t.js";
import { agent, Played } from "./fleet-of.js";
import { paint, unicodeLook } from "./memory-canvas.js";

const test = suite("dashboard sideways");

const run = (text: string, unit: 1 | 2 = 1, more: Partial<Run> = {}): Run => {
  return { text, cells: [...text].length * unit, unit, fg: -1, bg: -1, attrs: 0, ...more };
};
const rowOf = (...runs: Run[]): Row => ({ text: runs.map(({ text }) => text).join(""), runs });

test("a row without its first columns keeps what stands where, and leaves a blank for half a character", () => {
  const row = rowOf(run("abc"), run("漢字", 2), run("de", 1, { fg: 2 }), run("👩‍💻", 2, { cells: 2 }), run("z"));
  const from = (left: number) => {
    const cut = rowFrom(row, left);
    return `${cut.runs.map(({ text }) => text).join("")} ${cut.runs.reduce((sum, { cells }) => sum + cells, 0)}`;
  };
  assert.equal([0, 1, 3, 4, 5, 8, 10, 11, 12, 40].map(from), [
    "abc漢字de👩‍💻z 12",
    "bc漢字de👩‍💻z 11",
    "漢字de👩‍💻z 9",
    " 字de👩‍💻z 8",
    "字de👩‍💻z 7",
    "e👩‍💻z 4",
    " z 2",
    "z 1",
    " 0",
    " 0",
  ]);
  assert.is(rowFrom(row, 7).runs[0]?.fg, 2);
});

/** A screen of 200 columns with the cursor in this one. */
function wide(x: number): Played {
  const played = new Played([agent("api")], { columns: 120, rows: 20 }).on({ on: "link", link: { at: "live" } });
  const ruler = Array.from({ length: 20 }, (_, n) => `${n * 10}`.padEnd(10, "-")).join("");
  const screen = {
    columns: 200,
    rows: [[[ruler] as [string]]],
    cursor: { x, y: 0, visible: true },
    title: "",
    alternate: false,
  };
  return played.on({ on: "screen", agent: "id-api", screen });
}

const first = (played: Played): string =>
  /[│‹](\d*-+\d\S*)[›│]$/m.exec(paint(played.state, unicodeLook).toString())?.[1] ?? "";

test("the part with the cursor is shown, and does not move with each letter", () => {
  assert.match(first(wide(5)), /^0-/);
  const lefts = Array.from({ length: 200 }, (_, x) => leftOf(wide(x).state.preview!, 78));
  for (const [x, left] of lefts.entries()) assert.ok(x >= left && x < left + 78, `column ${x} from ${left}`);
  assert.ok(new Set(lefts).size <= 5, String([...new Set(lefts)]));
});

test("comma and full stop go left and right as far as there is something, and L back to the cursor", () => {
  const played = wide(5);
  const at = () => Number(/ (\d+)-\d+ of 200 columns/.exec(paint(played.state, unicodeLook).toString())?.[1]);
  assert.is(at(), 1);
  const seen = [1, 2, 3, 4, 5].map(() => {
    played.press(".");
    return at();
  });
  assert.ok(seen[0]! > 1 && seen[1]! > seen[0]!);
  assert.is(seen[3], seen[4], "the end");
  assert.match(paint(played.state, unicodeLook).toString(), "‹");
  played.press(",");
  assert.ok(at() < seen[4]!);
  played.press("L");
  assert.is(at(), 1);
});

test.run();
