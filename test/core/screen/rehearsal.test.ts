import * as assert from "uvu/assert";
import { nextMove } from "#core/delivery/answering.js";
import type { Question } from "#core/model.js";
import { rehearsal } from "#core/screen/agents/rehearsal.js";
import type { Reading, Shown } from "#core/screen/reading.js";
import { suite, until } from "../../kit/t.js";
import { type Actor, Stage } from "../../rehearsal/stage.js";

const test = suite("rehearsal reader");
const stage = new Stage();
test.after(() => stage.close());

const FAST = ["--speed", "4"];

async function reads(actor: Actor, shown: Shown): Promise<Reading> {
  return until(
    `the screen reads ${shown}`,
    async () => {
      const reading = rehearsal.read(await actor.still());
      return reading.shown === shown ? reading : null;
    },
    { show: async () => `${JSON.stringify(rehearsal.read(await actor.still()))}\n${actor.screen()}` },
  );
}

/** The next keys that pick this choice. */
function keysFor(asked: Question, index: number): readonly string[] {
  const move = nextMove(asked, rehearsal.dialogKeys(asked), { picks: [asked.choices[index]!], text: null });
  return move.do === "keys" ? move.keys : [];
}

for (const mode of [[], ["--alt-screen"]]) {
  const where = mode.length === 0 ? "main screen" : "alternate screen";

  test(`${where}: a turn is ready, working, blocked, working and finished, each for its reason`, async () => {
    const actor = stage.open([...FAST, ...mode]);
    const ready = await reads(actor, "ready");
    assert.equal(ready.composer, { text: "", empty: true, pasted: false });
    actor.keys("permission", "Enter");
    const blocked = await reads(actor, "blocked");
    assert.equal(blocked.question!.kind, "permission");
    assert.is(blocked.question!.text, "Run this command?\nnpm test");
    assert.equal(blocked.question!.choices, [
      { key: "1", text: "Yes", selected: true },
      { key: "2", text: "Yes, and do not ask again", selected: false },
      { key: "3", text: "No, and say what to do instead", selected: false },
    ]);
    assert.is(blocked.composer, null);
    actor.keys("Down");
    const moved = await until("the second choice is marked", async () => {
      const { question } = rehearsal.read(await actor.still());
      return question?.choices[1]?.selected ? question : null;
    });
    assert.is(moved.fingerprint, blocked.question!.fingerprint);
    actor.keys(...keysFor(moved, 0));
    const working = await reads(actor, "working");
    assert.is(working.evidence.rule, "rehearsal/title-busy");
    const finished = await reads(actor, "finished");
    assert.match(finished.evidence.excerpt, /^✓ Finished in \d+s$/);
    assert.ok(finished.composer!.empty);
  });

  test(`${where}: an answer that quotes a dialog and a busy footer fools nobody`, async () => {
    const actor = stage.open([...FAST, ...mode, "--title", "constant", "quote"]);
    await reads(actor, "finished");
    assert.match(actor.screen(), /❯ 1\. Yes/);
    for (const rows of [10, 8, 7]) {
      stage.tmux("resize-window", "-t", actor.pane, "-x", "60", "-y", String(rows));
      const seen = await until("it is painted again", async () => {
        const still = await actor.still();
        const painted = still.rows.length === rows && still.rows.some((row) => row.text.startsWith("  ready"));
        return painted ? rehearsal.read(still) : null;
      });
      assert.ok(seen.shown === "finished" || seen.shown === "ready", `${seen.shown}\n${actor.screen()}`);
      assert.is(seen.question, null);
    }
  });

  test(`${where}: a draft is text, a suggestion is not, a long paste is marked as pasted`, async () => {
    const actor = stage.open([...FAST, ...mode]);
    await reads(actor, "ready");
    actor.keys("half a thought", "C-j", "and more");
    const composer = async () => rehearsal.read(await actor.still()).composer;
    const text = await until("the draft shows", async () =>
      (await composer())?.text.includes("more") ? composer() : null,
    );
    assert.equal(text, { text: "half a thought\nand more", empty: false, pasted: false });
    actor.keys("C-c");
    await until("the box is empty", async () => (await composer())?.empty);
    actor.paste("one\ntwo\nthree\nfour\nfive");
    const pasted = await until("the placeholder shows", async () => ((await composer())?.pasted ? composer() : null));
    assert.equal(pasted, { text: "[Pasted text #1 +4 lines]", empty: false, pasted: true });
  });
}

test("the screen alone tells the state where the title says nothing", async () => {
  const actor = stage.open(["--title", "constant", "tool"]);
  const working = await reads(actor, "working");
  assert.is(working.evidence.source, "screen");
  assert.is(working.reason, "Thinking…");
  await reads(actor, "finished");
});

test("an error, an interrupted turn and the end of the program read as what they are", async () => {
  const actor = stage.open([...FAST, "error"]);
  const failed = await reads(actor, "error");
  assert.is(failed.reason, "API error: 529 overloaded, try again later");
  assert.is(failed.errorKind, "api");
  actor.keys("long", "Enter");
  await reads(actor, "working");
  actor.keys("Escape");
  await reads(actor, "interrupted");
  actor.keys("C-c", "C-c");
  await reads(actor, "exited");
});

test("a question and the question of trust are told from a permission, and trust is answered by arrows", async () => {
  const actor = stage.open([...FAST, "--trust", "question"]);
  const trust = (await reads(actor, "blocked")).question!;
  assert.is(trust.kind, "trust");
  assert.equal(trust.choices[0], { key: "", text: "No, leave", selected: true });
  assert.equal(keysFor(trust, 1), ["Down"]);
  actor.keys("Down", "Enter");
  const asked = await until("the question is asked", async () => {
    const { question } = rehearsal.read(await actor.still());
    return question?.kind === "question" ? question : null;
  });
  assert.is(asked.text, "Which database should the example use?");
  assert.is.not(asked.fingerprint, trust.fingerprint);
  actor.keys(...keysFor(asked, 1));
  await reads(actor, "finished");
  assert.match(actor.screen(), /Good: PostgreSQL it is\./);
});

test("a dialog too big for its pane still reads as blocked", async () => {
  const actor = stage.open([...FAST, "permission"], null, 40, 5);
  const { question } = await reads(actor, "blocked");
  assert.equal(question!.choices, []);
});

test("nothing that fits reads as unclear", async () => {
  const blank = { columns: 20, rows: [{ text: "", runs: [] }], cursor: { x: 0, y: 0, visible: true } };
  assert.is(rehearsal.read({ ...blank, title: "○ rehearsal · x", alternate: false }).shown, "unclear");
});

test.run();
