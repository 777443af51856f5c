/** Programs that draw at the top and the bottom of their tab: the gap between them does not take the preview's rows. */
import * as assert from "uvu/assert";
import { keptRows } from "#faces/dashboard/state/empty-rows.js";
import { suite } from "../../kit/t.js";
import { agent, Played } from "./fleet-of.js";
import { paint } from "./memory-canvas.js";

const test = suite("dashboard empty rows");

const lines = (text: string): string[] => [...text].map((char) => (char === "." ? "" : char));
const kept = (text: string, height: number, busy: number | null = null): string =>
  keptRows(lines(text), height, busy)
    .map((y) => text[y])
    .join("");

test("of a gap as much is left out as it takes, and one row stays", () => {
  assert.is(kept("ab......cd", 8), "ab....cd");
  assert.is(kept("ab......cd", 5), "ab.cd");
  assert.is(kept("ab......cd", 3), "ab.cd");
  assert.is(kept("ab......cd", 10), "ab......cd");
});

test("the longest gap goes first, and the spaces between paragraphs stay", () => {
  assert.is(kept("a....b......c", 9), "a....b..c");
  assert.is(kept("a....b......c", 2), "a.b.c");
  assert.is(kept("a...b..c.d", 2), "a...b..c.d");
});

test("the cursor's row is no part of a gap", () => {
  assert.is(kept("a.........b", 2, 5), "a...b");
  assert.equal(keptRows(lines("a.........b"), 2, 5), [0, 4, 5, 9, 10]);
});

/** An agent of 50 rows with a short answer at the top and its composer at the bottom, seen in a dashboard of 80x24. */
function claudeLike(): Played {
  const rows = Array.from({ length: 50 }, (_, y): [string][] => {
    if (y < 6) return [[`line ${y + 1} of the answer`]];
    return y < 46 ? [] : [[["────────", "❯ ", "────────", "  ? for shortcuts"][y - 46]!]];
  });
  const cursor = { x: 2, y: 47, visible: true };
  return new Played([agent("a")], { columns: 80, rows: 24 })
    .on({ on: "link", link: { at: "live" } })
    .on({ on: "screen", agent: "id-a", screen: { columns: 80, rows, cursor, title: "", alternate: true } });
}
const seen = (played: Played): string => paint(played.state).toString();

test("an answer at the top of a tall tab is in sight together with the composer at its bottom, and that is said", () => {
  const text = seen(claudeLike());
  assert.match(text, "line 1 of the answer");
  assert.match(text, "? for shortcuts");
  assert.match(text, /\d+ empty rows left out/);
  assert.not.match(text, "↑");
});

test("scrolling into the history begins where the screen left off", () => {
  const played = claudeLike().press("K");
  const screen = played.state.preview!.screen!.rows.map(({ text }) => text);
  const history = [...Array.from({ length: 30 }, (_, n) => `before ${n + 1}`), ...screen];
  played.on({ on: "history", agent: "id-a", rows: history });
  const text = seen(played);
  assert.match(text, "before 30");
  assert.match(text, "line 6 of the answer");
  assert.match(text, "rows back");
});

test.run();
