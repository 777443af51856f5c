/** A dialog on the agent's screen and in its panel: what the panel says is not shown twice where room is short. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { providers } from "#core/screen/providers.js";
import { questionJson } from "#daemon/agent-json.js";
import { dialogTop } from "#faces/dashboard/state/dialog-rows.js";
import { parseCast } from "#host/cast.js";
import { Stream } from "#host/emulator.js";
import type { QuestionJson } from "#wire/agent.js";
import { suite } from "../../kit/t.js";
import { agent, Played, question } from "./fleet-of.js";
import { paint } from "./memory-canvas.js";

const test = suite("dialog rows");
const screens = join(dirname(fileURLToPath(import.meta.url)), "../../../../fixtures/screens");

/** The last still of a recording on which its program's reader sees a dialog, and that dialog. */
async function lastDialog(name: string) {
  const cast = parseCast(readFileSync(join(screens, `${name}.cast`), "utf8"));
  const expected = JSON.parse(readFileSync(join(screens, `${name}.expect.json`), "utf8")) as { cli: string };
  const provider = providers.get(expected.cli)!;
  const stream = await Stream.open(cast.columns, cast.rows);
  const taken = cast.events.map((event) => {
    if (event.kind === "output") stream.feed(event.text);
    else if (event.kind === "resize") stream.resize(event.columns, event.rows);
    return stream.snapshot();
  });
  const stills = (await Promise.all(taken)).map(({ still }) => still);
  stream.close();
  for (const still of stills.reverse()) {
    const found = provider.read(still).question;
    if (found) return { still, asked: questionJson({ ...found, fingerprint: "f" }) };
  }
  throw new Error(`${name} shows no dialog`);
}

for (const [name, begins] of [
  ["claude/permission-80x24", /^─{8}/],
  ["codex/permission-80x24", /^ *Would you like to run/],
  ["gemini/permission", /^╭─{8}/],
  ["opencode/permission", /Permission required/],
  ["copilot/permission", /^╭─{8}/],
  ["qwen/permission", /^ *╭─{8}/],
] as const) {
  test(`the dialog of ${name} is found where it begins, or where the end of it does that the panel has room for`, async () => {
    const { still, asked } = await lastDialog(name);
    const top = dialogTop(still.rows, asked, { width: 74, height: 40 });
    assert.match(still.rows[top!]!.text, begins);
    const low = dialogTop(still.rows, asked, { width: 74, height: asked.choices.length + 1 })!;
    const first = still.rows.findIndex(({ text }, y) => y >= top! && text.includes(asked.choices[0]!.text));
    assert.ok(low > top! && low <= first, `${top} ${low} ${first}`);
  });
}

const ASKED = question("Run this command?\nnpm test", ["Yes", "No"]);
const SCREEN = [
  ...Array.from({ length: 8 }, (_, n) => `line ${n + 1} of the answer`),
  "",
  "────────────────────",
  "Permission needed",
  "  Run this command?",
  "  npm test",
  "",
  "❯ 1. Yes",
  "  2. No",
  "",
  "  esc to cancel",
];

function asks(asked: QuestionJson, lines: readonly string[], size = { columns: 80, rows: 24 }): Played {
  const rows = Array.from({ length: 30 }, (_, y) => (lines[y] ? [[lines[y]!] as [string]] : []));
  const cursor = { x: 0, y: 0, visible: false };
  const screen = { columns: 80, rows, cursor, title: "", alternate: false };
  return new Played([agent("a", { state: "blocked", question: asked })], size)
    .on({ on: "link", link: { at: "live" } })
    .on({ on: "screen", agent: "id-a", screen });
}

const seen = (played: Played): string => paint(played.state).toString();
const times = (text: string, words: string): number => text.split(words).length - 1;

test("where room is short the rows above a dialog are shown, and what its panel says is said once", () => {
  const played = asks(ASKED, SCREEN, { columns: 80, rows: 18 });
  assert.match(seen(played), /line 8 of the answer/);
  assert.is(times(seen(played), "Run this command?"), 1, "in the panel");
  assert.match(seen(played), /↑5 · ↓10 /);
});

test("where there is room for the whole screen nothing of it is left out", () => {
  const text = seen(asks(ASKED, SCREEN, { columns: 120, rows: 40 }));
  assert.match(text, /line 1 of the answer/);
  assert.match(text, /esc to cancel/);
});

test("where the screen does not fit whole its dialog is said once, however much stands above it", () => {
  const lines = [...Array.from({ length: 20 }, (_, n) => `line ${n + 1} of 20`), ...SCREEN.slice(8)];
  const played = asks(ASKED, lines, { columns: 120, rows: 38 });
  assert.match(seen(played), "line 1 of 20");
  assert.is(times(seen(played), "Run this command?"), 1, "in the panel");
  assert.match(seen(played.press("J")), /Permission needed|────────/);
  for (let press = 0; press < 20; press++) played.press("J");
  assert.match(seen(played), "esc to cancel");
});

test("the frame around a dialog goes with it", () => {
  const box = ["  Run this command?", "  npm test", "", "  1. Yes", "  2. No", ""].map((line) => `  ┃${line}`);
  const lines = [...SCREEN.slice(0, 8), "", "  ┃", ...box];
  assert.match(seen(asks(ASKED, lines, { columns: 80, rows: 18 })), /line 8 of the answer +│\n└/);
});

test("J shows the rows of the dialog too, and L or K goes back", () => {
  const played = asks(ASKED, SCREEN, { columns: 80, rows: 18 });
  const at = (): string => /line \d|esc to cancel/.exec(seen(played).split("┌")[2]!)?.[0] ?? "";
  assert.match(at(), "line");
  for (let press = 0; press < 20; press++) played.press("J");
  assert.is(at(), "esc to cancel");
  assert.match(at.call(played.press("L")), "line");
  for (let press = 0; press < 20; press++) played.press("J");
  played.press("K");
  assert.is.not(at(), "esc to cancel");
});

test("a prompt written to an agent that asks leaves its dialog in sight on its screen", () => {
  assert.match(seen(asks(ASKED, SCREEN, { columns: 80, rows: 18 }).press("s")), /esc to cancel/);
});

test("a dialog that is not found on the screen leaves the end of it in sight", () => {
  const other = { ...ASKED, text: "Something else entirely" };
  assert.match(seen(asks(other, SCREEN, { columns: 80, rows: 18 })), /esc to cancel/);
});

test("the panel has room for wide characters", () => {
  const wide = question("すべてのファイルを一度に翻訳することもできます。".repeat(5), ["はい", "いいえ"]);
  const text = seen(asks(wide, [], { columns: 120, rows: 40 }));
  assert.match(text, /│ すべてのファイル/);
  assert.not.match(text.split("a asks for permission")[1]!, "…");
});

test.run();
