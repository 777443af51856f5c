import * as assert from "uvu/assert";
import { nextMove } from "#core/delivery/answering.js";
import { generic } from "#core/screen/agents/generic.js";
import { suite } from "../../kit/t.js";
import { ink, still } from "./screens.js";

const test = suite("any program");

const read = async (lines: readonly string[], more: { title?: string; at?: { x: number; y: number } } = {}) => {
  const shown = await still(lines, { title: more.title ?? "host", alternate: false });
  return generic.read({ ...shown, cursor: more.at ? { ...more.at, visible: true } : { x: 0, y: 39, visible: false } });
};

test("is ready only with the cursor right behind a prompt and nothing below", async () => {
  assert.is((await read(["hello", "> "], { at: { x: 2, y: 1 } })).shown, "ready");
  assert.is((await read([">>> "], { at: { x: 4, y: 0 } })).shown, "ready");
  assert.is((await read(["> it said", "more"], { at: { x: 0, y: 2 } })).shown, "unclear");
  assert.is((await read(["> ", "and below"], { at: { x: 2, y: 0 } })).shown, "unclear");
  // A draft, or words that are still being written: nobody can tell.
  assert.is((await read(["> half a tho"], { at: { x: 12, y: 0 } })).shown, "unclear");
});

test("is unclear where nothing is said, and never idle by guess", async () => {
  const { shown, composer } = await read(["Welcome", "", "some words"]);
  assert.equal([shown, composer], ["unclear", null]);
});

test("is believed by its title", async () => {
  assert.is((await read(["x"], { title: "⠙ till" })).shown, "working");
  assert.is((await read(["x"], { title: "✋ till" })).shown, "blocked");
  assert.is((await read(["x"], { title: "Ready (till)" })).shown, "ready");
  // A title that only speaks of such words is a topic.
  assert.is((await read(["x"], { title: "make the list ready" })).shown, "unclear");
});

test("asks on the cursor's row", async () => {
  const { question } = await read(["Overwrite? [y/N] "], { at: { x: 17, y: 0 } });
  assert.equal(
    question?.choices.map(({ key }) => key),
    ["y", "n"],
  );
  const move = nextMove(question!, generic.dialogKeys(question!), { picks: [question!.choices[1]!], text: null });
  assert.equal(move.do === "keys" && move.keys, ["n", "Enter"]);
});

test("asks with a list whose pointer has a colour; one that is quoted has none", async () => {
  const list = (pointer: string) => [
    "Do you want to go on?",
    "",
    `${pointer} 1. Yes`,
    "  2. No",
    "",
    "Enter to choose",
  ];
  const { question } = await read(list(ink.p(4, "❯")));
  assert.equal([question?.kind, question?.choices.map(({ text }) => text)], ["permission", ["Yes", "No"]]);
  assert.is((await read(list("❯"))).shown, "unclear");
});

test("a hint how to interrupt counts in grey and in the last row alone", async () => {
  assert.is((await read(["words", ink.dim("esc to interrupt")])).shown, "working");
  assert.is((await read(["words", "esc to interrupt"])).shown, "unclear");
  assert.is((await read([ink.dim("esc to interrupt"), "words"])).shown, "unclear");
});

test.run();
