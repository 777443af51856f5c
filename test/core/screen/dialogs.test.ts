/** Dialogs of the real programs beyond one choice of several: what is ticked, where a text goes, what only sends. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Question } from "#core/model.js";
import { providers } from "#core/screen/providers.js";
import { Emulator } from "#host/emulator.js";
import { suite } from "../../kit/t.js";

const test = suite("dialogs of real programs");
const folder = join(fileURLToPath(new URL(".", import.meta.url)), "../../../../fixtures/screens/captures");
const emulator = new Emulator();

const TITLES: Readonly<Record<string, string>> = {
  gemini: "✋  Action Required (w)",
  codex: "[ ! ] Action Required | w",
  claude: "✳ Claude Code",
  opencode: "OC | w",
};

async function asked(name: string, size = { columns: 120, rows: 40 }): Promise<Question> {
  const [provider = ""] = name.split("-");
  const text = readFileSync(join(folder, `${name}.txt`), "utf8");
  const cursor = { x: 0, y: 0, visible: false };
  const title = TITLES[provider]!;
  const still = await emulator.still(text, { ...size, cursor, title, alternate: true });
  const { shown, question } = providers.get(provider)!.read(still);
  assert.is(shown, "blocked", name);
  assert.ok(question, name);
  return question!;
}

/** `>1 [x] Lint`, `4 ✎ "text" (open)`, `→ Submit`. */
function drawn({ choices, field }: Question): string {
  const one = field === undefined ? [] : [`✎ ${JSON.stringify(field.text)}${field.open ? " (open)" : ""}`];
  return [
    ...choices.map((choice) => {
      const box = choice.checked === undefined ? "" : choice.checked ? "[x] " : "[ ] ";
      const own = choice.field;
      const text = own === undefined ? choice.text : `✎ ${JSON.stringify(own.text)}${own.open ? " (open)" : ""}`;
      return `${choice.selected ? ">" : ""}${choice.submits ? "→ " : ""}${choice.key}${choice.key && " "}${box}${text}`;
    }),
    ...one,
  ].join(" | ");
}

test("choices that can be ticked, the field among them, and what sends them", async () => {
  const ticks = await asked("claude-ticks");
  assert.is(
    drawn(ticks),
    '>1 [ ] Lint | 2 [ ] Unit tests | 3 [ ] Type check | 4 [ ] ✎ "" | → Submit | 5 Chat about this',
  );
  assert.equal([ticks.kind, ticks.multiple, ticks.questions], ["question", true, 1]);
  const typed = await asked("claude-ticks-typed");
  assert.is(
    drawn(typed),
    '1 [x] Lint | 2 [ ] Unit tests | 3 [x] Type check | >4 [x] ✎ "spell 2 check" (open) | → Submit | 5 Chat about this',
  );
  assert.match(drawn(await asked("claude-ticks-submit")), '4 [x] ✎ "spell 2 check" | >→ Submit | 5');
  // What is ticked, typed or highlighted does not make it another dialog.
  assert.is(typed.fingerprint, ticks.fingerprint);
  assert.is((await asked("claude-ticks-submit")).fingerprint, ticks.fingerprint);
  assert.is(drawn(await asked("claude-2.1.197-ticks")), drawn(ticks));
});

test("a list longer than its window is the same dialog wherever it stands", async () => {
  const top = await asked("gemini-ticks");
  assert.is(drawn(top), ">1 [ ] Lint | 2 [ ] Unit tests | 3 [ ] Type check");
  const end = await asked("gemini-ticks-done");
  assert.is(drawn(end), '4 [ ] All of the above | 5 [ ] ✎ "" | >→ Done');
  assert.equal([end.fingerprint, end.scrolls, end.multiple], [top.fingerprint, true, true]);
});

test("a field is read with what stands in it, and a placeholder is nothing", async () => {
  assert.is(drawn(await asked("claude-field")), '1 SQLite | 2 PostgreSQL | >3 ✎ "" (open) | 4 Chat about this');
  assert.is(drawn(await asked("codex-form")), '>1 SQLite | 2 PostgreSQL | 3 ✎ ""');
  assert.is(drawn(await asked("codex-notes")), '1 api | 2 backend | >3 ✎ "note 1 y" (open)');
  assert.is(drawn(await asked("gemini-text")), '✎ "" (open)');
  assert.is(drawn(await asked("gemini-field")), '1 SQLite | 2 PostgreSQL | >3 ✎ "pasted text 2" (open)');
  const own = '1 [ ] Lint | 2 [x] Unit tests | 3 [ ] Type check | >4 [ ] ✎ "own text" (open)';
  assert.is(drawn(await asked("opencode-ticks-typed")), own);
});

test("a form that shows its answers once more says to how many questions", async () => {
  const claude = await asked("claude-review");
  assert.equal([claude.reviews, drawn(claude)], [3, ">→ 1 Submit answers | 2 Cancel"]);
  const opencode = await asked("opencode-review");
  assert.equal([opencode.reviews, drawn(opencode)], [1, ">→ Submit"]);
});

test("on a light terminal Codex highlights a choice in dark on blue, and that is no prompt", async () => {
  const light = await asked("codex-light-permission", { columns: 200, rows: 50 });
  assert.is(light.kind, "permission");
  assert.match(drawn(light), /^>1 Yes, proceed \(y\) \| 2 Yes, and don't ask again .* \| 3 No, /);
});

test("plans and logins are known as what they are", async () => {
  const kinds = ["claude-plan", "claude-login", "codex-login", "gemini-login"].map(
    async (name) => (await asked(name)).kind,
  );
  assert.equal(await Promise.all(kinds), ["plan", "login", "login", "login"]);
  assert.match(drawn(await asked("codex-login")), /^>1 Sign in with ChatGPT \| 2 /);
});

test.run();
