/** Captures of real programs, taken with `capture-pane -p -e -N`, where a recording holds no such screen. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { extractLast } from "#core/output/extract.js";
import { screenOutput } from "#core/output/from-screen.js";
import { shapes } from "#core/output/shapes.js";
import { providers } from "#core/screen/providers.js";
import type { Reading } from "#core/screen/reading.js";
import { Emulator } from "#host/emulator.js";
import { suite } from "../../kit/t.js";

const test = suite("captures of real programs");
const folder = join(fileURLToPath(new URL(".", import.meta.url)), "../../../../fixtures/screens/captures");
const emulator = new Emulator();

async function read(
  name: string,
  provider: string,
  title: string,
  redrawn = (text: string): string => text,
): Promise<Reading> {
  const text = redrawn(readFileSync(join(folder, `${name}.txt`), "utf8"));
  const cursor = { x: 0, y: 49, visible: false };
  const still = await emulator.still(text, { columns: 200, rows: 50, cursor, title, alternate: false });
  return providers.get(provider)!.read(still);
}

test("Gemini without true colour draws its box as a tinted band, and is ready in it", async () => {
  const { shown, composer } = await read("gemini-256-colours-fresh", "gemini", "◇  Ready (w)");
  assert.is(shown, "ready");
  assert.equal(composer, { text: "", empty: true, pasted: false });
});

test("a draft in that box is seen", async () => {
  const { shown, composer } = await read("gemini-256-colours-draft", "gemini", "◇  Ready (w)");
  assert.is(shown, "ready");
  assert.equal(composer, { text: "half typed draft", empty: false, pasted: false });
});

test("nor does an empty line in a draft look like an edge of that box", async () => {
  const cursor = "\x1b[7m\x1b[39m \x1b[0m\x1b[39m\x1b[48;5;240m";
  const blank = " ".repeat(200);
  // As Gemini 0.61 draws it where an Enter that came too soon began a line, and with another line below that.
  for (const [below, text] of [
    [[`   ${cursor}${" ".repeat(196)}`], "half typed draft\n"],
    [[blank, `   more${cursor}${" ".repeat(192)}`], "half typed draft\n\nmore"],
  ] as const) {
    const redrawn = (screen: string) =>
      screen
        .split("\n")
        .flatMap((row) => (row.includes(cursor) ? [row.replace(cursor, " "), ...below] : [row]))
        .slice(0, 50)
        .join("\n");
    const { shown, composer } = await read("gemini-256-colours-draft", "gemini", "◇  Ready (w)", redrawn);
    assert.equal([shown, composer?.empty, composer?.text.trimEnd()], ["ready", false, text.trimEnd()]);
  }
});

test("at the end of a turn that fills the screen it is ready again", async () => {
  const { shown, composer } = await read("gemini-256-colours-done", "gemini", "◇  Ready (w)");
  assert.is(shown, "ready");
  assert.is(composer?.empty, true);
});

test("Codex that resumed and still starts its servers is busy by its title, but with no turn of its own", async () => {
  const { shown, evidence } = await read("codex-resumed-starts", "codex", "⠧ Sample task | repository");
  assert.equal([shown, evidence.rule, evidence.excerpt], ["finished", "codex/turn-took", "Worked for <1s • 13:50"]);
});

/** What Claude Code's page of looks shows first on a screen of `size`, whose cursor is at `x`, `y`. */
async function firstPage(name: string, size: readonly [number, number], at: readonly [number, number]) {
  const [[columns, rows], [x, y]] = [size, at];
  const text = readFileSync(join(folder, `${name}.txt`), "utf8");
  const cursor = { x, y, visible: false };
  const still = await emulator.still(text, { columns, rows, cursor, title: "host", alternate: false });
  return providers.get("claude")!.read(still).question;
}

test("Claude Code's first pages are dialogs where few rows leave no room for its picture or its title", async () => {
  const drawn = (asked: Awaited<ReturnType<typeof firstPage>>) =>
    asked?.choices.map(({ text, selected }) => `${selected ? ">" : ""}${text}`).join(" | ");
  const all = [
    "Auto (match terminal) | Dark mode | Light mode | Dark mode (colorblind-friendly) | Light mode (colorblind-friendly)",
    "Dark mode (ANSI colors only) | Light mode (ANSI colors only)",
  ];
  // Without its picture; with the last rows of it; with neither.
  assert.is(drawn(await firstPage("claude-looks-80x24", [80, 24], [1, 7])), `>${all.join(" | ")}`);
  assert.is(drawn(await firstPage("claude-looks-100x30", [100, 30], [1, 14])), `>${all.join(" | ")}`);
  const cut = await firstPage("claude-looks-60x20", [60, 20], [1, 5]);
  assert.equal([drawn(cut), cut?.scrolls, cut?.text.split("\n")[0]], [`>${all[0]}`, true, "Let's get started."]);
  // With room for one row of the list, and for two: an arrow stands where the list goes on, unless the pointer does.
  const one = await firstPage("claude-looks-80x14", [80, 14], [1, 4]);
  assert.equal([drawn(one), one?.scrolls], [">Auto (match terminal)", true]);
  const two = await firstPage("claude-looks-80x16", [80, 16], [1, 5]);
  const down = await firstPage("claude-looks-80x16-down", [80, 16], [1, 6]);
  assert.equal([drawn(two), two?.scrolls], [">Auto (match terminal) | Dark mode", true]);
  assert.equal([drawn(down), down?.fingerprint], ["Auto (match terminal) | >Dark mode", two?.fingerprint]);
  // The cursor tells it from what somebody wrote.
  assert.is(await firstPage("claude-looks-60x20", [60, 20], [0, 19]), null);
  const last = await firstPage("claude-looks-60x20-last", [60, 20], [1, 10]);
  assert.equal(
    [drawn(last)?.split(" | ").at(-1), last?.fingerprint],
    [">Light mode (ANSI colors only)", cut?.fingerprint],
  );
  assert.equal((await firstPage("claude-notes-80x24", [80, 24], [0, 12]))?.text.split("\n")[0], "Security notes:");
});

/** What is on a screen of `size`, with the cursor hidden at its top left or shown where `at` says. */
async function sized(name: string, [columns, rows]: readonly [number, number], at?: readonly [number, number]) {
  const [provider = "", ...words] = name.split("-");
  const text = readFileSync(join(folder, `${name}.txt`), "utf8");
  const cursor = { x: at?.[0] ?? 0, y: at?.[1] ?? 0, visible: at !== undefined };
  const title = provider === "claude" ? "✳ Claude Code" : provider;
  const still = await emulator.still(text, { columns, rows, cursor, title, alternate: !words.includes("40x10") });
  return providers.get(provider)!.read(still);
}

test("Claude Code's question that is taller than the screen is a dialog, whichever of its choices is highlighted", async () => {
  const first = await sized("claude-cut-60x20", [60, 20]);
  const second = await sized("claude-cut-60x20-second", [60, 20]);
  const narrow = await sized("claude-cut-40x10", [40, 10]);
  for (const { shown, question } of [first, second, narrow])
    assert.equal([shown, question?.kind, question?.choices], ["blocked", "question", []]);
  assert.match(first.question?.text ?? "", "2. Second: Use the service-oriented layout");
  assert.is(first.question?.fingerprint, second.question?.fingerprint);
});

test("Claude Code scrolled up still says that it waits, and shows nothing of how its last turn ended", async () => {
  const { shown, evidence } = await sized("claude-scrolled-60x20", [60, 20]);
  assert.equal([shown, evidence.rule], ["blocked", "claude/dialog-below"]);
  // Words alone, without the ground on which Claude writes them, are an answer's.
  const quoted = await emulator.still("\n  Waiting for your answer (ctrl+End) ↓", {
    columns: 60,
    rows: 20,
    cursor: { x: 0, y: 0, visible: false },
    title: "✳ Claude Code",
    alternate: true,
  });
  assert.is(providers.get("claude")!.read(quoted).shown, "unclear");
  const scrolled = await sized("claude-scrolled-error-60x16", [60, 16]);
  assert.equal([scrolled.shown, scrolled.evidence.rule], ["ready", "claude/prompt"]);
});

test("Claude Code without any colour (NO_COLOR) is read by the places of its signs", async () => {
  const working = await sized("claude-plain-100x24-working", [100, 24]);
  assert.equal([working.shown, working.composer?.empty], ["working", true]);
  const asks = await sized("claude-plain-100x24-asks", [100, 24]);
  assert.equal([asks.shown, asks.question?.kind, asks.question?.choices.length], ["blocked", "permission", 4]);
  // Its answer quotes a box, a spinner and a footer.
  const draft = await sized("claude-plain-100x30-draft", [100, 30]);
  assert.equal([draft.shown, draft.composer?.text], ["finished", "half a draft"]);
  const failed = await sized("claude-plain-60x20-failed", [60, 20]);
  assert.equal([failed.shown, failed.reason?.slice(0, 14)], ["error", "API Error: 400"]);
});

test("of Claude Code's turn without any colour the answer is found, and no error, tool or older turn is taken for one", async () => {
  const said = async (text: string, columns: number, rows: number, turn: number) => {
    const size = { columns, rows, cursor: { x: 0, y: 0, visible: false }, title: "✳ Claude Code", alternate: true };
    const past = { rows: [], size: 0, limit: 0, sizeAtStart: null };
    const still = await emulator.still(text, size);
    return screenOutput(shapes.get("claude")!, still, past, { turn, underWay: false })!;
  };
  const capture = (name: string) => readFileSync(join(folder, `claude-plain-${name}.txt`), "utf8");
  const done = await said(capture("100x30-draft"), 100, 30, 1);
  assert.equal([done.kind, /^Done\.\n\n─+[\s\S]*esc to interrupt\)$/.test(done.text)], ["complete", true], done.text);
  const why = "[NO RESPONSE - the turn failed: API Error: 400 The request was rejected by the]";
  assert.is((await said(capture("60x20-failed"), 60, 20, 1)).text, why);
  const rule = "─".repeat(60);
  const tool = [
    "❯ three things",
    "",
    "● First, second, third.",
    "",
    "❯ touch it",
    "",
    "● Bash(touch x)",
    "  ⎿  (No output)",
  ];
  const tooled = await said([...tool, "", rule, "❯\u00a0", rule, "  ? for shortcuts"].join("\n"), 60, 20, 2);
  assert.equal([tooled.kind, tooled.lines], ["none", 1], tooled.text);
});

test("Gemini without any colour has rules around its box", async () => {
  const on = async (name: string, [columns, rows]: readonly [number, number], title: string) => {
    const text = readFileSync(join(folder, `${name}.txt`), "utf8");
    const cursor = { x: 3, y: 13, visible: false };
    return providers
      .get("gemini")!
      .read(await emulator.still(text, { columns, rows, cursor, title, alternate: false }));
  };
  const fresh = await on("gemini-plain-fresh", [100, 30], "◇  Ready (w)");
  assert.equal([fresh.shown, fresh.composer?.text, fresh.composer?.empty], ["ready", "", true]);
  const done = await on("gemini-plain-done", [100, 40], "◇  Ready (w)");
  assert.equal([done.shown, done.composer?.empty], ["ready", true]);
  // By its title, and without it.
  for (const title of ["✦  Working… (w)", "w"]) {
    const working = await on("gemini-plain-working", [100, 30], title);
    assert.equal([working.shown, working.composer?.text], ["working", "x"], title);
  }
});

test("an error, an answer and a prompt of Codex and of Gemini are told apart without any colour", async () => {
  const on = async (provider: string, title: string) => {
    const text = readFileSync(join(folder, `${provider}-plain-failed.txt`), "utf8");
    const cursor = { x: 3, y: 25, visible: false };
    const still = await emulator.still(text, {
      columns: 100,
      rows: 30,
      cursor,
      title,
      alternate: provider === "codex",
    });
    const shape = shapes.get(provider)!;
    const failed = still.rows.findIndex((row) => /^[■✕] /.test(row.text));
    const before = still.rows.slice(0, failed).findLastIndex((row) => /^[›>] bad request please/.test(row.text));
    return {
      ...providers.get(provider)!.read(still),
      // What the screen held before the second prompt, and what it holds now.
      first: extractLast(shape, still.rows.slice(0, before), 100),
      second: extractLast(shape, still.rows.slice(0, shape.end(still)), 100),
    };
  };
  for (const [provider, title, said] of [
    ["codex", "Sample task | w-gardens", '{"error":{"message":"The request was rejected by the'],
    ["gemini", "◇  Ready (w-gardens)", 'API Error: {"error":{"code":400,'],
  ] as const) {
    const { shown, errorKind, first, second } = await on(provider, title);
    assert.equal(
      [provider, shown, errorKind, first.found, second.found],
      [provider, "error", "api", "answer", "no-answer"],
    );
    assert.match("text" in first ? first.text : "", /^Three things to check first:[\s\S]*That is all\.$/);
    assert.ok(("why" in second ? second.why : "").startsWith(`the turn failed: ${said}`), JSON.stringify(second));
  }
});

test("Gemini's error is one where its screen is so low that only the notice below it is shown", async () => {
  const { shown, errorKind, evidence } = await sized("gemini-60x15-failed", [60, 15]);
  assert.equal([shown, errorKind, evidence.rule], ["error", "api", "gemini/failed"]);
});

test("of Claude Code's screen scrolled up to an older answer none is given for the last one", async () => {
  const size = { columns: 80, rows: 24, cursor: { x: 0, y: 0, visible: false }, title: "✳ Claude Code" };
  const text = readFileSync(join(folder, "claude-scrolled-80x24.txt"), "utf8");
  const past = { rows: [], size: 0, limit: 0, sizeAtStart: null };
  const read = async (drawn: string) => {
    const still = await emulator.still(drawn, { ...size, alternate: true });
    return screenOutput(shapes.get("claude")!, still, past, { turn: 6, underWay: false });
  };
  const { kind, text: said } = (await read(text))!;
  assert.equal(
    [kind, said],
    ["partial", "[PARTIAL RESPONSE - its screen is scrolled up: none of its lines retrieved]"],
  );
  assert.is((await read(text.replace(/Jump to bottom \(ctrl\+End\) ↓/, "")))?.kind, "complete");
});

test("Codex's list on a screen too low for it is one dialog, whichever part of it is shown", async () => {
  const first = await sized("codex-scrolled-60x15-first", [60, 15]);
  const last = await sized("codex-scrolled-60x15", [60, 15]);
  for (const { shown, question } of [first, last])
    assert.equal([shown, question?.kind, question?.scrolls], ["blocked", "permission", true]);
  assert.equal(
    [first, last].map(({ question }) => question?.choices.map(({ key, selected }) => (selected ? `>${key}` : key))),
    [
      [">1", "2"],
      ["2", ">3"],
    ],
  );
  assert.equal([first.question?.text, first.question?.fingerprint], [last.question?.text, last.question?.fingerprint]);
  assert.is(last.question?.choices[1]?.text, "No, and tell Codex what to do differently (esc)");
});

test("why opencode's turn failed is told where a notice lies over the box that says it", async () => {
  const size = { columns: 60, rows: 15, title: "OC | ok", alternate: true };
  const drawn = readFileSync(join(folder, "opencode-60x15-failed.txt"), "utf8").split("\n");
  const said = drawn.findIndex((row) => row.includes("The request was rejected"));
  const covered = drawn.with(said - 1, `${drawn[said - 1]!.trimEnd()}\x1b[m       ┃\x1b[20G┃`);
  for (const rows of [drawn, covered]) {
    const still = await emulator.still(rows.join("\n"), { ...size, cursor: { x: 5, y: 9, visible: true } });
    const shape = shapes.get("opencode")!;
    const found = extractLast(shape, still.rows.slice(0, shape.end(still)), 60);
    assert.equal(found, { found: "no-answer", why: "the turn failed: The request was rejected by the mock" });
  }
});

test("a permission is called one where its question wraps", async () => {
  const { shown, question } = await sized("codex-permission-40x12", [40, 12]);
  assert.equal([shown, question?.kind, question?.choices[0]?.text], ["blocked", "permission", "Yes, proceed (y)"]);
});

test("opencode's first page is ready where the screen leaves no room at its sides", async () => {
  const fresh = await sized("opencode-home-80x24", [80, 24], [6, 12]);
  assert.equal([fresh.shown, fresh.composer?.empty], ["ready", true]);
  const draft = await sized("opencode-home-48x16-draft", [48, 16], [19, 6]);
  assert.equal([draft.shown, draft.composer?.text.trim()], ["ready", "half a thought"]);
});

test.run();
