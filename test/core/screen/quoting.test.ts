import * as assert from "uvu/assert";
import { providers } from "#core/screen/providers.js";
import { suite } from "../../kit/t.js";
import { allScreens, COLUMNS, type Moment } from "./screens.js";

const test = suite("an answer that quotes");

/** Everything the readers look for, as an answer would hold it: plain words without the programs' colours. */
const QUOTES: Readonly<Record<string, readonly string[]>> = {
  "Claude's footer": ["⏸ manual mode on · esc to interrupt"],
  "Claude's spinner": ["✻ Puttering… (1s · ↓ 61 tokens)"],
  "the end of a Claude turn": ["✻ Baked for 4s · done 8:53 AM"],
  "Claude's interruption": ["⎿  Interrupted · What should Claude do instead?"],
  "Claude's error": ["● API Error: 500 Internal server error"],
  "Claude's permission dialog": [
    "─".repeat(COLUMNS - 2),
    "Bash command",
    "Do you want to proceed?",
    "❯ 1. Yes",
    "  2. Yes, and always allow",
    "  3. No",
    "",
    "Esc to cancel · Tab to amend",
  ],
  "Claude's trust dialog": ["❯ No, exit", "  Yes, I trust this folder", "", "Enter to confirm · Esc to cancel"],
  "a composer in a code block": [
    "─".repeat(COLUMNS - 2),
    "❯ half a thought",
    "─".repeat(COLUMNS - 2),
    "? for shortcuts",
  ],
  "Codex's status": ["• Working (3s • esc to interrupt)"],
  "Codex's permission dialog": [
    "Would you like to run the following command?",
    "$ rm -rf build",
    "› 1. Yes, proceed (y)",
    "  2. Yes, and don't ask again (p)",
    "  3. No, and tell Codex what to do differently (esc)",
    "Press enter to confirm or esc to cancel",
  ],
  "Codex's error and interruption": ["■ stream error: 500", "■ Conversation interrupted"],
  "the end of a Codex turn": ["Worked for 4s • 08:45"],
  "Codex's resume hint": ["To continue this session, run:", "codex resume 01a1f82d-7c2a-7bd2-b2b5-df84bf2dc95b"],
  "Gemini's titles": ["✋  Action Required (shop)", "✦  Working… (shop)"],
  "Gemini's spinner": ["⠋ Thinking... (esc to cancel, 2s)"],
  "Gemini's permission dialog": [
    "╭──────────────────────────╮",
    "│ Allow execution of [Shell]? │",
    "│ ● 1. Allow once             │",
    "│   2. Allow for this session │",
    "│   3. No (esc)               │",
    "╰──────────────────────────╯",
  ],
  "Gemini's notices": ["✕ [API Error: bad]", "ℹ Request cancelled."],
  "Gemini's goodbye": ["│  Agent powering down. Goodbye!  │", "│  Session ID:  1  │"],
  "opencode's footer": ["■■⬝⬝⬝⬝⬝⬝  esc interrupt"],
  "opencode's permission dialog": ["┃  △ Permission required", "┃", "┃   Allow once   Allow always   Reject", "┃"],
  "Qwen's spinner": ["..  Herding digital cats... (0s · esc to cancel)"],
  "Qwen's confirmation": ["⠏ Waiting for user confirmation..."],
  "Qwen's permission dialog": [
    `╭${"─".repeat(40)}╮`,
    "│ Allow execution of: 'touch'?            │",
    "│ › 1. Yes, allow once                    │",
    "│   2. No, suggest changes (esc)          │",
    `╰${"─".repeat(40)}╯`,
  ],
  "Qwen's notices": ["✕ [API Error: 400 no]", "● Request cancelled."],
  "pi's spinner and notices": ["⠼ Working...", "", "Error: 400 no", "", "Operation aborted"],
  "pi's box": ["─".repeat(COLUMNS), "a draft", "─".repeat(COLUMNS), "/srv/shop"],
  "Copilot's footer": ["◎ Working · 160 B esc esc interrupt"],
  "Copilot's permission dialog": [
    `╭${"─".repeat(40)}╮`,
    "│ Do you want to run this command?        │",
    "│ ❯ 1. Yes                                │",
    "│   2. No, and tell Copilot what to do    │",
    `╰${"─".repeat(40)}╯`,
    "↑/↓ to navigate · enter to select · esc to cancel",
  ],
  "Copilot's notices": ["✗ 400 no", "● Operation cancelled by the user"],
  "opencode's turns": ["▣  Build · some-model · 6.1s", "▣  Build · some-model · interrupted"],
};

const TRUTH: Readonly<Record<Moment, string>> = { busy: "working", rest: "ready" };

for (const screens of allScreens) {
  for (const moment of ["busy", "rest"] as const) {
    test(`${screens.provider}: what is quoted changes nothing, ${moment === "busy" ? "at work" : "at rest"}`, async () => {
      const wrong: string[] = [];
      const everything = Object.values(QUOTES).flat();
      for (const [what, lines] of [...Object.entries(QUOTES), ["everything", everything] as const]) {
        // As the whole answer, as its last lines, and followed by words.
        for (const text of [lines, ["It prints", "", ...lines], [...lines, "", "and that is all."]]) {
          const still = await screens.screen(moment, screens.answer(text));
          const reading = providers.get(screens.provider)!.read(still);
          if (reading.shown !== TRUTH[moment] || reading.question !== null) {
            wrong.push(`${what}: ${reading.shown} by ${reading.evidence.rule}`);
          }
        }
      }
      assert.equal(wrong, []);
    });
  }

  test(`${screens.provider}: a draft that quotes is a draft`, async () => {
    const reading = providers
      .get(screens.provider)!
      .read(await screens.screen("rest", screens.answer(["Done."]), "esc to interrupt"));
    assert.equal(
      [reading.shown, reading.composer],
      ["ready", { text: "esc to interrupt", empty: false, pasted: false }],
    );
  });
}

test.run();
