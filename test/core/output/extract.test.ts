import * as assert from "uvu/assert";
import { type Past, screenOutput } from "#core/output/from-screen.js";
import { type Output, partial } from "#core/output/output.js";
import { shapes } from "#core/output/shapes.js";
import type { Still } from "#core/screen/still.js";
import { suite } from "../../kit/t.js";
import {
  allScreens,
  claudeScreens,
  codexScreens,
  ink,
  opencodeScreens,
  type Screens,
  still,
} from "../screen/screens.js";

const test = suite("extract");
const { p, dim } = ink;

const NO_PAST: Past = { rows: [], size: 0, limit: 0, sizeAtStart: null };

function read(screens: Screens, shown: Still, turn = 1, past: Past = NO_PAST, underWay = false): Output | null {
  return screenOutput(shapes.get(screens.provider)!, shown, past, { turn, underWay });
}

/** Everything the programs' own rows begin with, as an answer would hold it. */
const QUOTED: readonly string[] = [
  "These are the signs:",
  "",
  "● an answer of Claude's",
  "⎿  Interrupted · What should Claude do instead?",
  "✻ Baked for 4s · done 8:53 AM",
  "Ran 3 shell commands",
  "❯ a prompt",
  "> another prompt",
  "• an answer of Codex's",
  "■ Conversation interrupted",
  "Worked for 4s • 08:45",
  "› a prompt of Codex's",
  "──a row over a rule",
  "✦ an answer of Gemini's",
  "✕ [API Error: bad]",
  "ℹ Request cancelled.",
  "✓  ReadFolder  . → Directory is empty.",
  "╭────────────────╮",
  "│ not a tool     │",
  "╰────────────────╯",
  "┃  a prompt of opencode's",
  "▣  Build · Some model · 4.1s",
];

const LAID_OUT: readonly string[] = [
  "So:",
  "",
  "✱ Glob is a tool of opencode's",
  "",
  "[PARTIAL RESPONSE - it began above what is kept: the last 3 lines retrieved]",
  "",
  "    if (a) {",
  "      b();",
  "",
  "      c();",
  "    }",
  "",
  "That is all.",
];

for (const screens of allScreens) {
  test(`an answer of ${screens.provider} that quotes every marker comes whole, indentation and blank lines with it`, async () => {
    for (const lines of [QUOTED, LAID_OUT]) {
      const output = read(screens, await screens.screen("rest", screens.answer(lines)));
      assert.is(output?.text, lines.join("\n"));
      assert.equal(
        [output?.kind, output?.source, output?.turn, output?.lines],
        ["complete", "screen", 1, lines.length],
      );
    }
  });

  test(`the last of two turns of ${screens.provider} is given; while it runs, the one before it`, async () => {
    const both = [...screens.answer(["The first."]), ...screens.answer(["The second."])];
    assert.is(read(screens, await screens.screen("rest", both))?.text, "The second.");
    assert.is(read(screens, await screens.screen("busy", both), 1, NO_PAST, true)?.text, "The first.");
  });

  test(`an answer of ${screens.provider} that began above an alternate screen is partial; before any turn there is none`, async () => {
    const rows = screens.answer(Array.from({ length: 90 }, (_, n) => `row ${n}`));
    const shown = { ...(await screens.screen("rest", rows)), alternate: true };
    const output = read(screens, shown)!;
    assert.is(output.kind, "partial");
    assert.match(output.text, /^\[PARTIAL RESPONSE - .*\d+ lines retrieved\]\nrow \d+\n(row \d+\n)+row 89$/);
    assert.is(read(screens, await screens.screen("rest", []), 0)?.kind, "none");
  });
}

test("prose that was wrapped is one line again; lists, code and tables keep theirs", async () => {
  const wide = `${"word ".repeat(18)}over`.padEnd(94, "!");
  const shown = await claudeScreens.screen(
    "rest",
    claudeScreens.answer([
      wide,
      "continues here.",
      "A new line, since it would have fitted.",
      "",
      `- ${wide}`,
      "  and its second row",
      `- ${wide}`,
      "- third",
      `const table = ["a", "b"].map((one) => ({ one, two: one.length, three: one.toUpperCase() }) {`.padEnd(96, "/"),
      "continued",
    ]),
  );
  assert.is(
    read(claudeScreens, shown)?.text,
    [
      `${wide} continues here.`,
      "A new line, since it would have fitted.",
      "",
      `- ${wide} and its second row`,
      `- ${wide}`,
      "- third",
      `const table = ["a", "b"].map((one) => ({ one, two: one.length, three: one.toUpperCase() }) {`.padEnd(96, "/"),
      "continued",
    ]
      .join("\n")
      .replace(/\/\ncontinued$/, "/ continued"),
  );
});

test("a turn of tools alone is none, before and after text is not", async () => {
  const prompt = claudeScreens.answer([""]).slice(0, 2);
  const tool = [`  ${p(246, "Ran ")}\x1b[1m${p(246, "1")}\x1b[22m${p(246, " shell command")}`, ""];
  const took = `${p(246, "✻")} ${p(246, "Baked for 4s · done 8:53 AM")}`;
  const only = read(claudeScreens, await claudeScreens.screen("rest", [...prompt, ...tool, took]));
  assert.equal([only?.kind, only?.text], ["none", "[NO RESPONSE - the turn ended without text]"]);
  const text = claudeScreens.answer(["I will look."]);
  const both = read(claudeScreens, await claudeScreens.screen("rest", [...text, ...tool, took]));
  assert.equal([both?.kind, both?.text], ["complete", "I will look."]);
  const explored = [
    "",
    ...codexScreens.answer([""]).slice(0, 2),
    `${dim("•")} \x1b[1mExplored\x1b[22m`,
    `  ${dim("└ List w")}`,
  ];
  assert.is(read(codexScreens, await codexScreens.screen("rest", explored))?.kind, "none");
});

test("a tip below Codex's answer is no part of it; the same words in the answer are", async () => {
  const rows = [...codexScreens.answer(["Done.", "└ Tip: none"]).slice(0, -1), `  ${dim("└ Tip: try /status")}`, ""];
  assert.is(read(codexScreens, await codexScreens.screen("rest", rows))?.text, "Done.\n└ Tip: none");
});

test("a command of the program's own is no turn", async () => {
  const [prompt = ""] = claudeScreens.answer([""]);
  const rows = [...claudeScreens.answer(["Said."]), prompt.replace("show me", "/model"), `  ${p(246, "⎿  Set model")}`];
  assert.is(read(claudeScreens, await claudeScreens.screen("rest", rows))?.text, "Said.");
});

test("more of the history is asked for until the beginning is there", async () => {
  const rows = claudeScreens.answer(Array.from({ length: 200 }, (_, n) => `row ${n}`));
  const shown = { ...(await claudeScreens.screen("rest", rows)), alternate: false };
  const above = (await Promise.all(pages(rows.slice(0, -35)))).flat();
  const past = { rows: above.slice(-20), size: above.length, limit: 10_000, sizeAtStart: null };
  assert.is(read(claudeScreens, shown, 1, past), null);
  const whole = read(claudeScreens, shown, 1, { ...past, rows: above });
  assert.equal([whole?.kind, whole?.lines], ["complete", 200]);
});

test("a turn whose beginning is not in a history that is nearly full is partial; in one that is not, it said nothing", async () => {
  const rows = Array.from({ length: 60 }, (_, n) => `  row ${n}`);
  const shown = { ...(await claudeScreens.screen("rest", rows)), alternate: false };
  const at = (size: number, sizeAtStart: number | null): string | undefined => {
    const past = { rows: shown.rows.slice(0, 1), size: 1, limit: 1 / size, sizeAtStart };
    return read(claudeScreens, shown, 1, past)?.kind;
  };
  assert.equal([at(0.89, null), at(0.9, null), at(1, null)], ["none", "partial", "partial"]);
  assert.equal([at(0.89, 0), at(0.95, 0)], ["none", "partial"]);
});

test("a tool's line between text does not end up in opencode's answer", async () => {
  const rows = [
    ...opencodeScreens.answer(["Looking."]),
    `     ${ink.rgb("e06c75", "✱")} ${ink.rgb("808080", 'Glob "*"')}`,
    "",
    `     ${ink.rgb("eeeeee", "Found.")}`,
    "",
    `     ${ink.rgb("5c9cf5", "▣ ")} ${ink.rgb("eeeeee", "Build")}${ink.rgb("808080", " · Some model · 4.1s")}`,
  ];
  assert.is(read(opencodeScreens, await opencodeScreens.screen("rest", rows))?.text, "Found.");
});

test("opencode's turn that never got its duration was stopped, whatever it said before", async () => {
  const line = `     ${ink.rgb("5c9cf5", "▣ ")} ${ink.rgb("eeeeee", "Build")}${ink.rgb("808080", " · Some model")}`;
  const rows = [...opencodeScreens.answer(["I will run one command."]), line];
  assert.is(read(opencodeScreens, await opencodeScreens.screen("rest", rows))?.kind, "none");
});

test("what opencode writes beside its transcript is no part of the answer", async () => {
  const beside = (row: string, text: string) => `${row}\x1b[80G${text}`;
  const rows = opencodeScreens.answer(["One.", "", "Two."]).map((row, n) => beside(row, `side ${n}`));
  const shown = await opencodeScreens.screen("rest", rows);
  // The composer's floor ends where the transcript does.
  const narrow = shown.rows.map((row) => (row.text.includes("╹") ? { ...row, text: row.text.slice(0, 76) } : row));
  assert.is(read(opencodeScreens, { ...shown, rows: narrow })?.text, "One.\n\nTwo.");
});

/** Rows as history would hold them. */
function pages(rows: readonly string[]): Promise<Still["rows"]>[] {
  return Array.from({ length: Math.ceil(rows.length / 40) }, async (_, n) => {
    const page = rows.slice(n * 40, n * 40 + 40);
    return (await still(page)).rows.slice(0, page.length);
  });
}

test("however much is left of a response, its first line ends in the same words", () => {
  const heads = ["", "one", "one\ntwo"].map((text) => partial(text, "screen", 1).text.split("\n")[0]!);
  for (const head of heads)
    assert.match(head, /^\[PARTIAL RESPONSE - it began above what is kept: .* lines retrieved\]$/);
});

test.run();
