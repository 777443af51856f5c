import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "smol-toml";
import * as assert from "uvu/assert";
import type { ReplayEnd, ReplayLine } from "#core/replay.js";
import { claude } from "#core/screen/agents/claude.js";
import { copilotTable } from "#core/screen/agents/copilot.js";
import { genericTable } from "#core/screen/agents/generic.js";
import { piTable } from "#core/screen/agents/pi.js";
import { qwenTable } from "#core/screen/agents/qwen.js";
import { configuredProviders } from "#core/screen/configured.js";
import { providers } from "#core/screen/providers.js";
import type { Provider } from "#core/screen/reading.js";
import { parseCast } from "#host/cast.js";
import { parseConfig } from "#host/config.js";
import { replayCast } from "#host/replay-cast.js";
import { suite } from "../../kit/t.js";
import { COLUMNS, piScreens, still } from "./screens.js";

const test = suite("provider tables");
const FIXTURES = join(fileURLToPath(new URL(".", import.meta.url)), "../../../../fixtures/screens");

/** As a person would write it. */
function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeKeys(inner),
    ]),
  );
}

async function configured(toml: string): Promise<ReadonlyMap<string, Provider>> {
  return configuredProviders(providers, (await parseConfig(toml, "config.toml")).providers);
}

async function lines(name: string, provider: Provider): Promise<(ReplayLine | ReplayEnd)[]> {
  const all: (ReplayLine | ReplayEnd)[] = [];
  for await (const line of replayCast(parseCast(readFileSync(join(FIXTURES, name), "utf8")), provider)) all.push(line);
  return all;
}

for (const table of [qwenTable, piTable, copilotTable]) {
  test(`all there is to ${table.name} can be written in the configuration, under any name`, async () => {
    const { name: _, ...own } = table;
    const toml = stringify({ providers: { mine: snakeKeys(own) } });
    const { providers: read } = await parseConfig(toml, "config.toml");
    assert.equal(read.mine, own);
    const mine = (await configured(toml)).get("mine")!;
    const renamed = (all: unknown) => JSON.parse(JSON.stringify(all).replaceAll(`"${table.name}/`, '"mine/'));
    assert.equal(
      await lines(`${table.name}/short.cast`, mine),
      renamed(await lines(`${table.name}/short.cast`, providers.get(table.name)!)),
    );
  });
}

test("the table for any program is one as well, but for the command", async () => {
  const { name: _, command: __, processNames: ___, ...own } = genericTable;
  const toml = stringify({ providers: { mine: snakeKeys({ ...own, command: ["mine"] }) } });
  assert.equal((await parseConfig(toml, "c")).providers.mine, { ...own, command: ["mine"] });
});

test("any provider's panes are tapped where the configuration says so", async () => {
  const own = await configured(
    "[providers.codex]\ntap = true\n[providers.qwen]\ntap = true\n[providers.pi]\ntap = false",
  );
  assert.equal(
    ["codex", "qwen", "pi", "claude"].map((name) => own.get(name)?.tap),
    [true, true, false, undefined],
  );
});

test("any provider is given a debug log where the configuration names its variable", async () => {
  const own = await configured(
    "[providers.qwen]\ndebug_log = 'QWEN_LOG'\n[providers.gemini]\ndebug_log = false\n" +
      "[providers.mine]\ncommand = ['mine']\ndebug_log = 'MY_LOG'",
  );
  assert.equal(
    ["qwen", "gemini", "mine", "claude"].map((name) => own.get(name)?.debugLog),
    ["QWEN_LOG", false, "MY_LOG", undefined],
  );
  assert.is(providers.get("gemini")?.debugLog, "GEMINI_DEBUG_LOG_FILE");
});

test("what opens a shell, and what keeps it closed, is said of any provider", async () => {
  const own = await configured(
    "[providers.claude]\nshell_mode = { opens = ['!', '$'], guard = '. ' }\n" +
      "[providers.mine]\ncommand = ['mine']\nshell_mode = { opens = [':!'], guard = ' ' }",
  );
  const said = ["claude", "mine", "codex"].map((name) => JSON.stringify(own.get(name)?.shellMode));
  const [mine, codex] = ['{"opens":[":!"],"guard":" "}', '{"opens":["!"],"guard":" "}'];
  assert.equal(said, ['{"opens":["!","$"],"guard":". "}', mine, codex]);
});

test("a provider that reads by code is launched as the configuration says, and reads as ever", async () => {
  const own = (
    await configured(
      "[providers.claude]\ncommand = ['/opt/claude']\nargs = ['--model', 'small']\npaste_settle_ms = 400\nrefused_env = []",
    )
  ).get("claude")!;
  assert.equal(own.command, ["/opt/claude", "--model", "small"]);
  assert.equal([own.pasteSettleMs, own.refusedEnv, own.allowedEnv], [400, [], claude.allowedEnv]);
  const shown = await still(["nothing of Claude's"]);
  assert.equal(own.read(shown), claude.read(shown));
  assert.is(claude.pasteSettleMs, 150, "the built-in one is as it was");
  const withArgs = (await configured("[providers.codex]\nargs = ['-a', 'on-request']")).get("codex")!;
  assert.equal(withArgs.command, ["codex", "-a", "on-request"]);
});

test("without a box, what stands behind the prompt is a draft, wherever the pattern ends", async () => {
  for (const prompt of ["^>>> $", "^>>> "]) {
    const toml = `[providers.mine]\ncommand = ["mine"]\ncomposer = { prompt = '${prompt}' }`;
    const mine = (await configured(toml)).get("mine")!;
    const draft = async (lines: readonly string[], x: number) => {
      const screen = await still(lines, { cursorVisible: true, cursorRow: lines.length - 1 });
      return mine.read({ ...screen, cursor: { ...screen.cursor, x } }).composer;
    };
    assert.equal(await draft(["1", ">>> "], 4), { text: "", empty: true, pasted: false });
    assert.equal(await draft(["1", ">>> 1 + 1"], 9), { text: "1 + 1", empty: false, pasted: false });
    assert.equal(await draft([`>>> ${"x".repeat(COLUMNS - 4)}`, "yz"], 2), {
      text: `${"x".repeat(COLUMNS - 4)}yz`,
      empty: false,
      pasted: false,
    });
    assert.is(await draft(["1", "a line"], 6), null);
  }
});

test("without a box, the prompt that waits is no part of the transcript", async () => {
  const toml = `[providers.mine]
command = ["mine"]
composer = { prompt = "^>>> " }
answer = { indent = 0, margin = 0, begins = [
  { what = "prompt", looks_like = "^>>>( |$)" }, { what = "answer", looks_like = "^" },
] }`;
  const { shape } = (await configured(toml)).get("mine")!;
  const screen = await still([">>> 1 + 1", "2", ">>> "], { cursorVisible: true, cursorRow: 2 });
  assert.is(shape!.end({ ...screen, cursor: { ...screen.cursor, x: 4 } }), 2);
  assert.is(shape!.end({ ...screen, cursor: { ...screen.cursor, y: 5 } }), 3);
});

test("a sign replaces the one of its name, a new one goes first, the others stay", async () => {
  const own = (
    await configured(`
[[providers.pi.signs]]
rule = "footer"
shows = "ready"
where = "foot"
looks_like = "^HOME"
[[providers.pi.signs]]
rule = "paused"
shows = "blocked"
where = "last"
looks_like = "^ (Paused)"
ink = ["#8abeb7"]
`)
  ).get("pi")!;
  const rest = await piScreens.screen("rest", piScreens.answer(["Done."]));
  assert.is(own.read(rest).shown, "unclear", "the footer's sign is another one now");
  const busy = await piScreens.screen("busy", piScreens.answer(["Done."]));
  assert.is(own.read(busy).evidence.rule, "pi/spinner");
  const paused = await piScreens.screen("rest", [
    ...piScreens.answer(["Done."]),
    "",
    " \x1b[38;2;138;190;183mPaused\x1b[39m",
  ]);
  assert.equal([own.read(paused).shown, own.read(paused).evidence.rule], ["blocked", "pi/paused"]);
  const quoted = await piScreens.screen("rest", piScreens.answer(["So:", "", "Paused"]));
  assert.is(own.read(quoted).shown, "unclear", "words without their colour are an answer's");
});

test.run();
