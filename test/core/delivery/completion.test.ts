import * as assert from "uvu/assert";
import { batchesIn, batchText, completionKey, cutSummary, SUMMARY_LIMIT_BYTES } from "#core/delivery/completion.js";
import { suite } from "../../kit/t.js";

const test = suite("completion");
const bytes = (text: string): number => new TextEncoder().encode(text).length;

test("a completion is known by its child, its turn and its kind; a part tells apart what a turn has more than one of", () => {
  assert.is(completionKey({ child: "C", turn: 3, kind: "done" }), "C:3:done");
  assert.is(completionKey({ child: "C", turn: 3, kind: "blocked", part: "f1" }), "C:3:blocked:f1");
});

test("a summary is cut at 32 KiB between two characters, and says so; up to there it is whole", () => {
  for (const character of ["a", "é", "界", "🐢"]) {
    const unit = bytes(character);
    const whole = character.repeat(Math.floor(SUMMARY_LIMIT_BYTES / unit));
    assert.is(cutSummary(whole), whole, character);
    const cut = cutSummary(`x${whole}${character}`);
    assert.ok(bytes(cut) <= SUMMARY_LIMIT_BYTES, character);
    assert.ok(bytes(cut) > SUMMARY_LIMIT_BYTES - 8, character);
    assert.match(cut, /\n\[cut: the rest is left out\]$/);
    const kept = cut.slice(1, cut.indexOf("\n"));
    assert.is(kept, character.repeat(kept.length / character.length), "no half of a character");
  }
});

test("a line of any length is carried as it is", () => {
  const line = "x".repeat(30_000);
  assert.match(batchText("B1", [{ completion: of("done"), summary: line, redelivered: false }]), line);
});

test("the words of a batch name it, number its entries, and say what may have been told before", () => {
  const text = batchText("01B", [
    { completion: of("done"), summary: "It works.\n", redelivered: false },
    { completion: of("exited"), summary: "", redelivered: true },
    { completion: { ...of("task"), turn: 0 }, summary: null, redelivered: false },
  ]);
  assert.is(
    text,
    [
      "[drover batch 01B] 3 completions from your agents:",
      "1. kid (turn 2) finished its turn:\nIt works.",
      "2. kid (turn 2) ended [redelivered: you may have been told before].",
      "3. kid ended:\n(its summary cannot be read any more)",
    ].join("\n\n"),
  );
  assert.equal(batchesIn(`so: ${text}`), ["01B"]);
  const own = { completion: { ...of("done"), answers: "01M" }, summary: "Found.", redelivered: false };
  assert.match(batchText("01B", [own]), "kid (turn 2, your message 01M) finished its turn:\nFound.");
  assert.equal(batchesIn("no [drover batch"), []);
});

function of(kind: "done" | "exited" | "task") {
  return { child: "C", label: "kid", turn: 2, kind, key: "k" };
}

test.run();
