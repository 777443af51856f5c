/** What programs show while they leave one conversation for the next (`/clear`, `/new`): nothing of it is a turn. */
import * as assert from "uvu/assert";
import { gate } from "#core/delivery/gate.js";
import { providers } from "#core/screen/providers.js";
import type { Reading } from "#core/screen/reading.js";
import type { Still } from "#core/screen/still.js";
import { suite } from "../../kit/t.js";
import { COLUMNS, claudeScreens, codexScreens, ink, still } from "./screens.js";

const test = suite("the next conversation");
const { p, dim, bold, rgb } = ink;

const claude = (shown: Still) => providers.get("claude")!.read(shown);
const codex = (shown: Still) => providers.get("codex")!.read(shown);

/** `✢ Architecting… (running SessionEnd hook · 0s)`, as Claude Code 2.1.328 draws it below `❯ /clear`. */
const running = (hook: string) => [
  ...claudeScreens.answer(["All done."]),
  `\x1b[48;5;237m${p(246, "❯ ")}${p(231, "/clear")}\x1b[49m`,
  "",
  `${p(174, "✢")} ${p(216, "Arc")}${p(174, "hitecting… ")}${p(246, `(running ${hook} hook · 0s)`)}`,
];

test("Claude Code that runs the hooks of a conversation's end works on no turn, and is not ready to be typed to", async () => {
  const left = claude(await claudeScreens.screen("busy", running("SessionEnd")));
  assert.equal([left.shown, left.evidence.rule], ["starting", "claude/leaves-conversation"]);
  const look = (reading: Reading) => ({ kind: "read", reading, state: "idle", incarnation: 1, ours: true }) as const;
  assert.is(gate({ incarnation: 1 }, look(left))?.message, "its conversation is about to end");
  assert.is(gate({ incarnation: 1 }, look(claude(await claudeScreens.screen("rest", [])))), null);
  for (const hook of ["Stop", "UserPromptSubmit"])
    assert.is(claude(await claudeScreens.screen("busy", running(hook))).shown, "working");
  const quoted = claudeScreens.answer(["✢ Architecting… (running SessionEnd hook · 0s)"]);
  assert.is(claude(await claudeScreens.screen("busy", quoted)).shown, "working");
});

/** The picture and the composer that Codex 0.169 draws before its welcome. */
const PICTURE = ["⣀⣤⣤⣤⣀⣀", "⣠⣶⣿⣿⣿⣿⣿⣿⣦⣤⣤⡀", "⠈⠛⠛⠿⠿⠛⠋"].map((row) => `${" ".repeat(40)}${row}`);
const WELCOME = [
  "",
  `  ${rgb("5fafff", ">_")} ${bold("OpenAI Codex")} ${dim("(v0.169.0)")}`,
  `     ${dim("/srv/shop")}`,
];

test("Codex that has drawn no welcome yet, but its composer, works on nothing, whatever its title says", async () => {
  for (const drawn of [[], PICTURE, [...PICTURE, "  >"]]) {
    const { shown, evidence, composer } = codex(await codexScreens.screen("busy", drawn));
    assert.equal([shown, evidence.rule, composer?.empty], ["ready", "codex/fresh", true], drawn.join("\n"));
  }
  const written = codexScreens.answer(["⣀⣤⣤⣤⣀⣀"]);
  assert.is(codex(await codexScreens.screen("busy", written)).shown, "working");
  assert.is(codex(await codexScreens.screen("busy", ["  the rest of a long answer"])).shown, "working");
});

test("nor does a screen with room for little else hide a turn", async () => {
  const shown = await codexScreens.screen("busy", []);
  assert.is(codex({ ...shown, rows: shown.rows.slice(-6), cursor: { ...shown.cursor, y: 2 } }).shown, "working");
});

test("Codex that has drawn no composer yet, but its picture or its welcome, is starting", async () => {
  const shown = async (rows: readonly string[]) => codex(await still(rows, { title: "⠋ shop" })).shown;
  for (const rows of [PICTURE, WELCOME, [...WELCOME, ...PICTURE]]) assert.is(await shown(rows), "starting");
  const fully = [...WELCOME, "", `  ${"x".repeat(COLUMNS - 4)}`];
  assert.is(await shown(fully), "working");
  assert.is(await shown(codexScreens.answer(["An answer."])), "working");
});

test.run();
