import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { DEFAULT_SCRIPT, parseScript, type Script, type Turn, turnFor } from "#rehearsal/script.js";
import { suite } from "../kit/t.js";

const test = suite("rehearsal script");
const demo = fileURLToPath(new URL("../../../fixtures/rehearsal/demo/", import.meta.url));

function parsed(value: unknown): Script {
  const script = parseScript(JSON.stringify(value));
  if ("wrong" in script) throw new Error(script.wrong);
  return script;
}

test("the scripts of the demo are whole", () => {
  const files = readdirSync(demo).filter((file) => file.endsWith(".json"));
  assert.is(files.length, 6);
  for (const file of files) {
    const script = parseScript(readFileSync(`${demo}${file}`, "utf8"));
    assert.not.ok("wrong" in script, `${file}: ${"wrong" in script && script.wrong}`);
    assert.ok((script as Script).topic.length > 8, file);
  }
});

test("the first turn whose expression fits the prompt is played, at most as often as it says", () => {
  const script = parsed([
    { on: "^deploy", times: 1, steps: [] },
    { every: 5, steps: [] },
    { on: "DEPLOY", steps: [{ say: "again" }] },
    { steps: [{ say: "anything" }] },
  ]);
  const played = new Map<Turn, number>();
  const nth = (prompt: string) => script.turns.indexOf(turnFor(script, prompt, played)!);
  assert.is(nth("Deploy it"), 0);
  played.set(script.turns[0]!, 1);
  assert.is(nth("deploy it"), 2);
  assert.is(nth("please deploy it"), 2);
  assert.is(nth("something else"), 3);
  assert.is(turnFor(parsed([{ on: "x", steps: [] }]), "y", played), null);
});

test("what is wrong with a script is said in one sentence that names the place", () => {
  const wrong = (value: unknown) => {
    const script = parseScript(JSON.stringify(value));
    return "wrong" in script ? script.wrong : "nothing";
  };
  assert.is(wrong(7), "it is neither a list of turns nor holds one");
  assert.is(wrong({ turns: [], loop: true }), 'it has an unknown field "loop"');
  assert.is(wrong([{}]), 'turn 1 has no list of "steps"');
  assert.is(wrong([{ steps: [], on: "(" }]), 'turn 1 has an "on" that is not a regular expression');
  assert.is(wrong([{ steps: [{ ask: "Which?" }] }]), 'turn 1 step 1 has no proper "options"');
  assert.is(wrong([{ steps: [{ wait: -1 }] }]), 'turn 1 step 1 has no proper "wait"');
  assert.is(wrong([{ steps: [{ wait: 1, until: 2 }] }]), 'turn 1 step 1 has an unknown field "until"');
  assert.is(wrong({ turns: [{ steps: [{ tool: "Read", ms: 5 }] }] }), "nothing");
});

test("without a script every kind of step can be seen by asking for it", () => {
  const steps = (prompt: string) =>
    turnFor(DEFAULT_SCRIPT, prompt, new Map())!.steps.flatMap((step) => Object.keys(step));
  for (const [prompt, kind] of [
    ["permission please", "permission"],
    ["a question", "ask"],
    ["use a tool", "tool"],
    ["an error", "error"],
    ["something long", "lines"],
    ["crash", "crash"],
    ["hello", "say"],
  ] as const) {
    assert.ok(steps(prompt).includes(kind), prompt);
  }
});

test.run();
