import * as assert from "uvu/assert";
import { suite } from "../../kit/t.js";
import { judge, recordingNames } from "../../recordings.js";

const test = suite("recordings", 60_000);

/**
 * Codex draws the same welcome, composer and all, whether its hook review opens half a second later or not. Every other
 * recording calls that screen idle; here it is called starting. Nothing on the screen tells them apart.
 */
const SAME_SCREEN_OTHER_TRUTH = "codex/first-run-dialogs.cast starting 0";

/**
 * The model's first reply was empty, as the truth beside the recording says; Gemini asked once more by itself, and what
 * it then got is on its screen.
 */
const ASKED_AGAIN = "gemini/tool-only.cast";

async function wrongMarks(names: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of names) {
    const judged = await judge(name);
    if (judged.response === "wrong" && name !== ASKED_AGAIN)
      wrong.push(`${name}: ${judged.last.kind} ${judged.last.text.slice(0, 200)}`);
    for (const mark of judged.marks) {
      assert.ok(mark.ticks > 0, `${name} ${mark.truth} at ${mark.t} was looked at`);
      const at = `${name} ${mark.truth} ${mark.t}`;
      if (mark.wrong.length > 0 && at !== SAME_SCREEN_OTHER_TRUTH)
        wrong.push(`${at}: ${JSON.stringify(mark.wrong.slice(0, 3))}`);
    }
  }
  return wrong;
}

for (const folder of ["claude", "codex", "gemini", "opencode", "qwen", "pi", "copilot"]) {
  test(`every mark of every ${folder} recording holds at every tick, and its last response is found`, async () => {
    const names = recordingNames([`${folder}/`, `${folder}-`]);
    assert.ok(names.length >= 6);
    assert.equal(await wrongMarks(names), []);
  });
}

test("with its hooks the response of Claude and of Codex is verbatim, however long", async () => {
  for (const name of recordingNames([
    "claude/long",
    "claude/list",
    "claude/two-turns",
    "codex/long",
    "codex/permission",
  ])) {
    const { response, last } = await judge(name, { hooks: true, raw: true });
    assert.equal([name, response, last.source], [name, "verbatim", "hook"]);
  }
});

test.run();
