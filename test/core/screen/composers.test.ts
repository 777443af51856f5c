import * as assert from "uvu/assert";
import { type Move, nextMove } from "#core/delivery/answering.js";
import { providers } from "#core/screen/providers.js";
import { suite } from "../../kit/t.js";
import { claudeScreens, codexScreens, geminiScreens, ink, opencodeScreens, type Screens, still } from "./screens.js";

const test = suite("composers and endings");
const { p, rgb, dim, bold, inverse } = ink;

const composer = async (screens: Screens, draft?: string) => {
  const reading = providers.get(screens.provider)!.read(await screens.screen("rest", screens.answer(["Done."]), draft));
  return reading.composer;
};
const shown = async (screens: Screens, moment: "busy" | "rest", tail: readonly string[]) => {
  const reading = providers
    .get(screens.provider)!
    .read(await screens.screen(moment, [...screens.answer(["Done."]), ...tail]));
  return `${reading.shown} ${reading.evidence.rule}${reading.errorKind ? ` ${reading.errorKind}` : ""}${reading.reason ? `: ${reading.reason}` : ""}`;
};
const EMPTY = { text: "", empty: true, pasted: false };

test("placeholders and suggestions are not text", async () => {
  assert.equal(await composer(claudeScreens), EMPTY);
  assert.equal(await composer(claudeScreens, `${inverse("R")}${dim("esend your message to try again")}`), EMPTY);
  assert.equal(await composer(codexScreens), EMPTY);
  assert.equal(await composer(geminiScreens), EMPTY);
  assert.equal(
    await composer(geminiScreens, `${inverse(" ")}${rgb("afafaf", " Type your message or @path/to/file")}`),
    EMPTY,
  );
  assert.equal(await composer(opencodeScreens), EMPTY);
});

test("what was typed is text, wherever the cursor stands in it", async () => {
  const typed = (text: string) => ({ text, empty: false, pasted: false });
  assert.equal(await composer(claudeScreens, `fix it${inverse(" ")}`), typed("fix it"));
  assert.equal(await composer(claudeScreens, `fi${inverse("x")} it`), typed("fix it"));
  assert.equal(await composer(claudeScreens, `${inverse("f")}ix it`), typed("fix it"));
  assert.equal(await composer(claudeScreens, p(153, "/exit")), typed("/exit"));
  assert.equal(await composer(claudeScreens, `/ex${dim("it")}`), typed("/ex"));
  assert.equal(await composer(codexScreens, "fix it\n\nand that\nthere"), typed("fix it"));
  assert.equal(await composer(codexScreens, "fix it\nand that"), typed("fix it\nand that"));
  assert.equal(await composer(geminiScreens, rgb("ffffff", "fix it")), typed("fix it"));
  assert.equal(await composer(opencodeScreens, "fix it"), typed("fix it"));
});

test("a cursor that stands behind nothing is behind what tmux cannot show: no box to type into", async () => {
  const unseen = { ...EMPTY, empty: false };
  assert.equal(await composer(claudeScreens, `      ${inverse(" ")}`), unseen);
  assert.equal(await composer(geminiScreens, inverse(" ")), EMPTY);
  for (const [screens, row] of [
    [codexScreens, /^›/],
    [opencodeScreens, /^ {2}┃$/],
    [geminiScreens, /^ >$/],
  ] as const) {
    const draft = screens === geminiScreens ? inverse(" ") : undefined;
    const drawn = await screens.screen("rest", screens.answer(["Done."]), draft);
    const y = drawn.rows.findLastIndex(({ text }) => row.test(text));
    const from = { codex: 2, gemini: 3 }[screens.provider] ?? 5;
    const visible = screens !== geminiScreens;
    const read = (x: number) => {
      const { composer } = providers.get(screens.provider)!.read({ ...drawn, cursor: { x, y, visible } });
      return composer;
    };
    assert.equal([read(from), read(from + 6)], [EMPTY, unseen], screens.provider);
  }
});

test("a collapsed paste is text, whatever its style", async () => {
  for (const style of [(text: string) => text, dim, (text: string) => p(246, text)]) {
    assert.equal(await composer(claudeScreens, style("[Pasted text #1 +3 lines]")), {
      text: "[Pasted text #1 +3 lines]",
      empty: false,
      pasted: true,
    });
    assert.equal((await composer(codexScreens, style("[Pasted Content 4078 chars]")))?.pasted, true);
    assert.equal((await composer(geminiScreens, style("[Pasted Text: 60 lines]")))?.pasted, true);
    assert.equal((await composer(opencodeScreens, style("[Pasted ~3 lines]")))?.pasted, true);
  }
});

test("what stands beside a collapsed paste is text where it was typed, and none where it is a hint", async () => {
  for (const style of [(text: string) => text, dim]) {
    const name = style("[Pasted text #1 +3 lines]");
    const box = async (text: string) => (await composer(claudeScreens, text))?.text;
    assert.is(await box(`${name}${inverse(" ")}${dim(" paste again to expand")}`), "[Pasted text #1 +3 lines]");
    assert.is(await box(`half ${name} typed`), "half [Pasted text #1 +3 lines] typed");
  }
});

test("a composer in Codex's shell mode is not one to type into, and holds its command", async () => {
  for (const typed of ["", "echo hi there"]) {
    const rows = [
      "",
      `${bold(p(9, "!"))} ${typed}`,
      "",
      `  some-model · /srv/shop`,
      `${" ".repeat(60)}${p(9, "Shell mode")}`,
    ];
    const screen = await still([...codexScreens.answer(["Done."]), ...rows], { title: "Fix the till | shop" });
    const reading = providers.get("codex")!.read(screen);
    const holds = { text: `!${typed}`, empty: false, pasted: false };
    assert.equal([reading.shown, reading.composer], ["ready", holds]);
  }
});

test("a composer in Claude's shell mode is not one to type into", async () => {
  const rule = p(244, "─".repeat(100));
  const screen = await still([rule, `${p(211, "!")}\u00a0`, rule, `  ${p(211, "! for shell mode")}`]);
  assert.equal(providers.get("claude")!.read(screen).composer?.empty, false);
});

test("the last thing said tells how a turn ended", async () => {
  assert.is(await shown(claudeScreens, "rest", [p(246, "✻ Pondered for 1m 4s")]), "finished claude/turn-took");
  assert.is(
    await shown(claudeScreens, "rest", [p(246, "  ⎿  Interrupted · What should Claude do instead?")]),
    "interrupted claude/interrupted",
  );
  assert.is(
    await shown(claudeScreens, "rest", [
      `${p(220, "●")} ${p(220, "API Error: Request rejected (429) · Rate limit")}`,
      "",
      p(246, "✻ Worked for 3s"),
    ]),
    "error claude/error quota: API Error: Request rejected (429) · Rate limit",
  );
  assert.is(await shown(codexScreens, "rest", [dim("  Worked for 1m 4s • 08:45")]), "finished codex/turn-took");
  assert.is(
    await shown(codexScreens, "rest", ["■ Conversation interrupted - tell it what to do"]),
    "interrupted codex/interrupted",
  );
  assert.is(
    await shown(codexScreens, "rest", [p(1, "■ unexpected status 401 Unauthorized")]),
    "error codex/error auth: unexpected status 401 Unauthorized",
  );
  assert.is(
    await shown(geminiScreens, "rest", [rgb("ffffaf", "ℹ Request cancelled.")]),
    "interrupted gemini/cancelled",
  );
  assert.is(
    await shown(geminiScreens, "rest", [
      rgb("ff87af", "✕ [API Error: 503]"),
      "",
      rgb("ffffaf", "ℹ This request failed."),
    ]),
    "error gemini/error api: [API Error: 503]",
  );
  const turn = (end: string, colour = "5c9cf5") =>
    `     ${rgb(colour, "▣ ")} ${rgb("eeeeee", "Build")}${rgb("808080", ` · Some model${end}`)}`;
  assert.is(await shown(opencodeScreens, "rest", [turn(" · 1m 12s")]), "finished opencode/turn-took");
  assert.is(
    await shown(opencodeScreens, "rest", [turn(" · interrupted", "808080")]),
    "interrupted opencode/interrupted",
  );
  const bar = rgb("e06c75", "┃");
  assert.is(
    await shown(opencodeScreens, "rest", [`  ${bar}`, `  ${bar}  Rejected`, `  ${bar}`, "", turn("")]),
    "error opencode/error api: Rejected",
  );
});

test("an error of the turn before does not outlive the next prompt", async () => {
  const failed = [`${p(220, "●")} ${p(220, "API Error: 500")}`, ""];
  const again = claudeScreens.answer(["All good now."]);
  const reading = providers.get("claude")!.read(await claudeScreens.screen("rest", [...failed, ...again]));
  assert.is(reading.shown, "ready");
});

test("a palette over opencode's session hides the composer, and says nothing of its state", async () => {
  const screen = await opencodeScreens.screen("rest", opencodeScreens.answer(["Done."]));
  const covered = providers.get("opencode")!.read({ ...screen, cursor: { ...screen.cursor, y: 8 } });
  assert.equal([covered.shown, covered.composer], ["unclear", null]);
});

test("a shell below the box that Claude left behind is no composer", async () => {
  const rule = p(244, "─".repeat(100));
  const rows = [rule, "❯\u00a0/exit", rule, `  ${p(246, "? for shortcuts")}`, "user@host:~$ "];
  const screen = await still(rows, { title: "user@host", alternate: false, cursorVisible: true, cursorRow: 4 });
  const reading = providers.get("claude")!.read(screen);
  assert.equal([reading.shown, reading.composer], ["exited", null]);
});

test("a tip at the right above Claude's box is no part of its transcript", async () => {
  const tip = `${" ".repeat(20)}${p(246, "tmux focus-events off · add 'set -g focus-events on' to your configuration file")}`;
  assert.is(await shown(claudeScreens, "rest", [p(246, "✻ Pondered for 4s"), "", tip]), "finished claude/turn-took");
});

test("Gemini at work in a pane with no room for its transcript is at work", async () => {
  const reading = providers
    .get("gemini")!
    .read(await geminiScreens.screen("busy", [], `${inverse(" ")}${rgb("afafaf", " Type your message")}`));
  assert.is(reading.shown, "working");
});

test("with Codex's title switched off, a screen that may be streaming is unclear", async () => {
  const screen = await codexScreens.screen("rest", codexScreens.answer(["so far"]));
  assert.is(providers.get("codex")!.read({ ...screen, title: "myhost" }).shown, "unclear");
  assert.is(providers.get("codex")!.read({ ...screen, title: "" }).shown, "unclear");
});

test("a title that says it waits is believed where the dialog cannot be read", async () => {
  for (const [name, title] of [
    ["codex", "[ ! ] Action Required | till | shop"],
    ["gemini", "✋  Action Required (shop)"],
  ] as const) {
    const reading = providers
      .get(name)!
      .read(await still(["Something entirely new", "  [a] this  [b] that"], { title }));
    assert.equal([reading.shown, reading.question?.kind, reading.question?.choices], ["blocked", "other", []]);
  }
});

const keysOf = (move: Move) => (move.do === "keys" ? move.keys.join(" ") : move.do);

test("keys go to the choice by digit, by arrows, or sideways", async () => {
  const question = (keys: readonly string[], selected = 0) => ({
    kind: "permission" as const,
    text: "",
    choices: keys.map((key, index) => ({ key, text: `choice ${index}`, selected: index === selected })),
    fingerprint: "x",
  });
  const keys = (name: string, asked: ReturnType<typeof question>, index: number) =>
    keysOf(nextMove(asked, providers.get(name)!.dialogKeys(asked), { picks: [asked.choices[index]!], text: null }));
  for (const name of ["claude", "codex", "gemini"]) assert.is(keys(name, question(["1", "2", "3"]), 2), "3");
  assert.is(keys("claude", { ...question(["", ""]), kind: "trust" as never }, 1), "Down");
  assert.is(keys("claude", question(["", ""], 1), 0), "Up");
  assert.is(keys("opencode", question(["", "", ""]), 2), "Right");
  assert.is(keys("opencode", question(["", "", ""], 2), 2), "Enter");
  assert.is(keys("opencode", question(["1", "2"]), 1), "Down");
});

test("numbers in what a dialog is about are no choices", async () => {
  const screen = await still([
    `${p(231, "●")} I will write a list.`,
    p(153, "─".repeat(100)),
    ` ${p(153, bold("Bash command"))}`,
    " printf '1. one",
    " 2. two'",
    " Do you want to proceed?",
    ` ${p(153, "❯")} ${p(246, "1. ")}${p(153, "Yes")}`,
    `   ${p(246, "2. ")}No`,
    "",
    ` ${p(246, "Esc to cancel · Tab to amend")}`,
  ]);
  const { question } = providers.get("claude")!.read(screen);
  assert.equal(
    question?.choices.map(({ text }) => text),
    ["Yes", "No"],
  );
  assert.match(question!.text, "2. two'");
});

test("no program throws at an empty, tiny or foreign screen", async () => {
  for (const provider of providers.values()) {
    for (const lines of [[], ["x"], ["│┃╹▀▄─❯›●■✦"], Array.from({ length: 40 }, () => "1. a")]) {
      for (const title of ["", "x", "⠋ x"]) {
        const reading = provider.read(await still(lines, { title, cursorVisible: true, alternate: false }));
        assert.ok(reading.evidence.rule.startsWith(`${provider.name}/`));
        provider.read({ columns: 1, rows: [], cursor: { x: 0, y: 0, visible: true }, title, alternate: true });
      }
    }
  }
});

test.run();
