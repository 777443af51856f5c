import * as assert from "uvu/assert";
import type { AgentJson, QuestionJson, ScreenJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("answers", 40_000);

const home = new CliHome();
test.after(() => home.remove());

const CHECKS = { ask: "Which checks?", options: ["Lint", "Types", "Unit tests"] };
const script = home.script([
  { on: "pick", steps: [CHECKS, { say: "picked {answer}." }] },
  { on: "ticks", steps: [{ ...CHECKS, several: true, own: true }, { say: "ticked {answer}." }] },
  { on: "name", steps: [{ ask: "What name?", own: true }, { say: "named {answer}." }] },
  { on: "either", steps: [{ ...CHECKS, own: true }, { say: "either {answer}." }] },
  {
    on: "twice",
    steps: [
      { permission: "Run this?", detail: "make" },
      { wait: 400 },
      { permission: "Run this?", detail: "make" },
      { say: "ran twice." },
    ],
  },
  { on: "denied", steps: [{ permission: "Run this?", detail: "make" }, { say: "never said." }] },
  {
    on: "at once",
    steps: [{ ask: "Sure?", options: ["Yes", "No"] }, { ask: "Sure?", options: ["Yes", "No"] }, { say: "sure." }],
  },
]);

/** An agent that was given `prompt` and asks; what it asks. */
async function asking(label: string, prompt: string): Promise<QuestionJson> {
  const args = ["-s", "work", "-p", prompt, "--", "--script", script, "--speed", "2"];
  await home.ok("spawn", "rehearsal", "-l", label, ...args);
  return (await home.until("asks", label, ({ state, question }) => state === "blocked" && question !== null)).question!;
}

async function says(label: string, words: string): Promise<void> {
  await home.until("is at rest", label, ({ state }) => state === "done" || state === "idle");
  await until(
    `${label} says ${words}`,
    async () => (await home.json<ScreenJson>("output", label, "--screen")).rows.join("\n").includes(words),
    { show: async () => (await home.json<ScreenJson>("output", label, "--screen")).rows.join("\n") },
  );
}

test("a choice is given by its text, or its beginning", async () => {
  await asking("text", "pick");
  const wrong = await home.run(["answer", "text", "zzz"]);
  assert.is(wrong.status, 2, wrong.err);
  assert.match(wrong.err, /none of the choices/);
  const unsaid = await home.run(["answer", "text"]);
  assert.equal([unsaid.status, unsaid.out, unsaid.err.split("\n  --if ").length], [2, "", 2], unsaid.err);
  assert.match(await home.ok("answer", "text", "unit"), /answered text/);
  await says("text", "picked Unit tests.");
});

test("several are ticked and sent, with a text of one's own among them", async () => {
  const question = await asking("ticks", "ticks");
  assert.is(question.multiple, true);
  assert.equal(
    question.choices.map(({ checked, takesText, submits }) => [checked, takesText, submits]),
    [
      [false, undefined, undefined],
      [false, undefined, undefined],
      [false, undefined, undefined],
      [false, true, undefined],
      [undefined, undefined, true],
    ],
  );
  await home.ok("answer", "ticks", "1,3", "--text", "spell\n2 check");
  await says("ticks", "ticked Lint, Unit tests, spell 2 check.");
});

test("a text is typed into its field, and nothing of it ends early", async () => {
  await asking("name", "name");
  await home.ok("answer", "name", "--text", "till 1\r\nand \u001b[201~more");
  await says("name", "named till 1 and [201~more.");
  await asking("either", "either");
  await home.ok("answer", "either", "something else");
  await says("either", "either something else.");
});

test("yes, no and always are the program's own choices", async () => {
  await asking("denied", "denied");
  await home.ok("answer", "denied", "no");
  await home.until("was stopped", "denied", ({ state }) => state === "idle");
  await asking("always", "denied");
  assert.match(await home.ok("answer", "always", "always"), /answered always/);
  await says("always", "never said.");
  await asking("neither", "pick");
  const wrong = await home.run(["answer", "neither", "always"]);
  assert.match(wrong.err, /no choice that means "always"/);
});

test("an answer to the first of two dialogs of the same words can never meet the second", async () => {
  const first = await asking("twice", "twice");
  const given = await Promise.all(
    ["1", "1"].map((choice) => home.run(["answer", "twice", choice, "--if", first.fingerprint, "--json"])),
  );
  assert.equal(given.map(({ status }) => status).sort(), [0, 5], given.map(({ err }) => err).join());
  const second = await home.until("asks again", "twice", ({ question }) => {
    return question !== null && question.fingerprint !== first.fingerprint;
  });
  assert.is(second.question?.text, first.text);
  await home.ok("answer", "twice", "1", "--if", second.question!.fingerprint);
  await says("twice", "ran twice.");
});

test("where the second shows up at once, the first answer is uncertain and spent", async () => {
  const first = await asking("once", "at once");
  const given = await home.run(["answer", "once", "1", "--if", first.fingerprint, "--json"]);
  // It may have been seen to change: with luck a look fell in between.
  assert.ok(given.status === 0 || /UNCERTAIN/.test(given.err), given.err);
  const again = await home.run(["answer", "once", "1", "--if", first.fingerprint]);
  assert.is(again.status, 5, again.err);
  const { question } = (await home.agents()).find((agent: AgentJson) => agent.label === "once")!;
  assert.is.not(question?.fingerprint, first.fingerprint);
  await home.ok("answer", "once", "yes", "--if", question!.fingerprint);
  await says("once", "sure.");
});

test.run();
