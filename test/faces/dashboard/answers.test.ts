/** Dialogs with ticks and texts in the dashboard: what keys make of them, what is sent, and how it looks. */
import * as assert from "uvu/assert";
import type { Wish } from "#faces/dashboard/state/wish.js";
import type { QuestionJson } from "#wire/agent.js";
import { suite } from "../../kit/t.js";
import { agent, Played, question } from "./fleet-of.js";
import { paint, unicodeLook } from "./memory-canvas.js";

const test = suite("dashboard answers");

const TICKS: QuestionJson = {
  ...question("Which checks?", []),
  kind: "question",
  multiple: true,
  choices: [
    { key: "1", text: "Lint", selected: true, checked: false },
    { key: "2", text: "Unit tests", selected: false, checked: false },
    { key: "3", text: "Type something", selected: false, checked: false, takesText: true },
    { key: "", text: "Submit", selected: false, submits: true },
    { key: "4", text: "Chat about this", selected: false },
  ],
};
const EITHER = { ...question("Which name?", ["api", "backend"]), kind: "question" as const };
const OWN: QuestionJson = {
  ...EITHER,
  choices: [...EITHER.choices, { key: "3", text: "Type something.", selected: false, takesText: true }],
};
const TEXT: QuestionJson = { ...question("Which name?", []), kind: "question", takesText: true };

function asks(asked: QuestionJson, size = { columns: 80, rows: 24 }): Played {
  return new Played([agent("a", { state: "blocked", question: asked })], size).on({ on: "link", link: { at: "live" } });
}

function answers(played: Played): Partial<Extract<Wish, { do: "answer" }>>[] {
  return played.wishes.flatMap((wish) => {
    if (wish.do !== "answer") return [];
    const { choice, text } = wish;
    return [{ ...(choice === undefined ? {} : { choice }), ...(text === undefined ? {} : { text }) }];
  });
}

const keysOf = (text: string) => [...text].map((char) => (char === " " ? "space" : char));

/** The rows of the dialog's panel. */
function panel(played: Played): string[] {
  const rows = paint(played.state, unicodeLook).toString().trimEnd().split("\n");
  const top = rows.findLastIndex((row) => row.includes("a asks") || row.includes("Which"));
  const from = rows.findLastIndex((row, y) => y <= top && row.startsWith("┌"));
  return rows.slice(from + 1, -2).map((row) => row.slice(2, -1).trimEnd());
}

test("digits tick, and only y sends what is ticked", () => {
  const played = asks(TICKS).press("1", "2", "2");
  assert.equal(answers(played), []);
  assert.equal(panel(played).slice(-5), [
    "1  [x] Lint",
    "2  [ ] Unit tests",
    "3  [ ] Type something",
    "4  Chat about this",
    "y  send 1 ticked",
  ]);
  assert.equal(answers(played.press("2", "y")), [{ choice: "1,2" }]);
});

test("nothing ticked is nothing sent, and what is no tick is given at once", () => {
  assert.equal(answers(asks(TICKS).press("y")), []);
  assert.equal(answers(asks(TICKS).press("4")), [{ choice: "4" }]);
});

test("a text of one's own is one more tick, or the answer by itself", () => {
  const ticked = asks(TICKS).press("1", "3", ...keysOf("spell it"), "enter");
  assert.match(panel(ticked).join("\n"), /3 {2}\[x\] spell it\n.*\ny {2}send 2 ticked/);
  assert.equal(answers(ticked.press("y")), [{ choice: "1", text: "spell it" }]);
  const own = asks(OWN).press("t", ...keysOf("till 1"));
  assert.match(panel(own).join("\n"), /3 {2}Type something\.\n› till 1/);
  assert.equal(answers(own.press("enter")), [{ text: "till 1" }]);
  assert.equal(answers(asks(TEXT).press("t", ..."till", "escape")), []);
  assert.equal(answers(asks(TEXT).press("t", ..."till", "enter")), [{ text: "till" }]);
});

test("another dialog takes ticks and text away, and nothing is sent to it", () => {
  const other = { ...TICKS, fingerprint: "other" };
  const ticked = asks(TICKS).press("1").change("a", { question: other });
  assert.match(panel(ticked).join("\n"), /1 {2}\[ \] Lint/);
  const writing = asks(TICKS)
    .press("t", ..."spell")
    .change("a", { question: other })
    .press("enter");
  assert.is(writing.state.mode.at, "list");
  assert.equal(answers(writing), []);
});

test("t and y mean nothing where the dialog has no use for them", () => {
  const played = asks(question("May I?", ["Yes", "No"])).press("t", "y");
  assert.equal([played.state.mode.at, answers(played)], ["list", []]);
});

for (const [columns, rows] of [
  [40, 10],
  [80, 24],
  [120, 40],
  [200, 60],
] as const) {
  test(`at ${columns}x${rows} the choices and the way to send them are in sight, the line to write in too`, () => {
    const size = { columns, rows };
    const seen = panel(asks(TICKS, size)).join("\n");
    // Where there is no room for them all, that there are more is said.
    const some =
      rows < 16 ? ["[ ] Lint", "more", "y  send"] : ["[ ] Lint", "[ ] Unit tests", "[ ] Type something", "y  send"];
    for (const part of some) assert.match(seen, part);
    assert.match(panel(asks(TICKS, size).press("3", ..."own")).join("\n"), "› own");
    assert.match(panel(asks(TEXT, size)).join("\n"), "t  write an answer of your own");
  });
}

test.run();
