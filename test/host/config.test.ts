import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { chooseBackend } from "#host/backend-name.js";
import { DEFAULT_CONFIG, parseConfig, readConfig } from "#host/config.js";
import { readUi } from "#host/config-ui.js";
import { suite } from "../kit/t.js";

const test = suite("config");

test("no file, and an empty file, mean the defaults", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "config-"));
  assert.equal(await readConfig(join(scratch, "none.toml")), DEFAULT_CONFIG);
  writeFileSync(join(scratch, "config.toml"), "# nothing set\n");
  assert.equal(await readConfig(join(scratch, "config.toml")), DEFAULT_CONFIG);
  const folder = await readConfig(scratch).catch((error: unknown) => error);
  assert.ok(folder instanceof Fault && folder.code === "INVALID", "a folder is not a configuration");
  rmSync(scratch, { recursive: true });
});

test("every setting is read", async () => {
  const text = `
backend = "herdr"
restore = "auto"
[tmux]
config = "/home/me/.tmux.conf"
[ui]
driver = "blessed"
frames_per_second = 10
[providers.claude]
command = ["/opt/claude", "--flag"]
[providers.codex]
`;
  assert.equal(await parseConfig(text, "c"), {
    backend: "herdr",
    tmux: { config: "/home/me/.tmux.conf" },
    ui: { driver: "blessed", framesPerSecond: 10 },
    restore: "auto",
    providers: { claude: { command: ["/opt/claude", "--flag"] }, codex: {} },
  });
});

test("the dashboard's part is read alone, whatever is wrong with the rest", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "config-"));
  const file = join(scratch, "config.toml");
  assert.equal(await readUi(file), DEFAULT_CONFIG.ui);
  writeFileSync(file, '[ui]\ndriver = "blessed"\nframes_per_second = 12\n[providers.nobody]\nx = 1\n');
  assert.equal(await readUi(file), { driver: "blessed", framesPerSecond: 12 });
  writeFileSync(file, 'restore = "auto"\n');
  assert.equal(await readUi(file), DEFAULT_CONFIG.ui);
  for (const [text, says] of [
    ['[ui]\ndriver = "curses"', `${file}:2: ui.driver must be "neo-blessed" or "blessed"`],
    ["[ui]\ncolour = 1", `${file}:2: unknown setting ui.colour`],
    ["[ui", `${file}:1: `],
  ] as const) {
    writeFileSync(file, text);
    const error = await readUi(file).catch((one: unknown) => one);
    assert.ok(error instanceof Fault && error.code === "INVALID" && error.message.startsWith(says), String(error));
  }
  rmSync(scratch, { recursive: true });
});

const SIGN = "rule = 'mine'\nshows = 'working'\nwhere = 'foot'\nlooks_like = '^x'";

test("what is wrong is named with its line", async () => {
  const wrong: Record<string, string> = {
    'ui.colour = "red"': "c:1: unknown setting ui.colour",
    '\ncolour = "red"': "c:2: unknown setting colour",
    '[ui]\ndriver = "blessed"\ncolour = "red"': "c:3: unknown setting ui.colour",
    "[window]\nx = 1": "c:1: unknown setting window",
    '[ui]\n\n  "driver" = "curses"': 'c:3: ui.driver must be "neo-blessed" or "blessed"',
    "[ui]\nframes_per_second = 0": "c:2: ui.frames_per_second must be a whole number from 1 to 60",
    "[ui]\nframes_per_second = 2.5": "c:2: ui.frames_per_second must be a whole number from 1 to 60",
    "restore = true": 'c:1: restore must be "manual" or "auto"',
    "ui = 3": "c:1: ui must be a table",
    "[providers.claude]\ncommand = []": "c:2: providers.claude.command must name a program",
    '[providers.claude]\ncommand = "claude"': "c:2: providers.claude.command must be a list of strings",
    "[providers.claude]\ncommand = [1]": "c:2: providers.claude.command.0 must be a string",
    "[providers.claude]\narguments = []": "c:2: unknown setting providers.claude.arguments",
    "[providers.Big]\ncommand = ['big']": "c:1: providers.Big is no name",
    "\n[providers.constructor]\ncommand = ['x']": "c:2: providers.constructor is no name",
    "[providers.__proto__]\ncommand = ['x']": "c:1: providers.__proto__ is no name",
    "[providers.mine]\ntitle = 'Mine'": "c:1: providers.mine is no provider that drover knows, and has no command",
    "[providers.claude]\ntitle = 'x'\nblock = '^x'":
      "c:3: providers.claude.block cannot be changed: claude is read by code",
    "[providers.mine]\ncommand = ['mine']\nblock = '['": "c:3: providers.mine.block is no regular expression: ",
    "[providers.qwen.composer]\n\nindent = -1":
      "c:3: providers.qwen.composer.indent must be a whole number from 0 to 40",
    "[providers.pi]\npaste_settle_ms = 'slow'": "c:2: providers.pi.paste_settle_ms must be a whole number",
    "[providers.codex]\ntap = 'yes'": "c:2: providers.codex.tap must be true or false",
    "[providers.pi]\ndebug_log = 'A B'": "c:2: providers.pi.debug_log must be false, or the name of a variable",
    "[providers.pi]\ndebug_log = true": "c:2: providers.pi.debug_log must be false, or the name of a variable",
    "[providers.pi]\nshell_mode = { opens = ['!'] }": "c:2: providers.pi.shell_mode.guard is missing",
    "[providers.pi]\nshell_mode = { opens = [], guard = ' ' }":
      "c:2: providers.pi.shell_mode.opens must name what opens it",
    "[providers.pi]\nrefused_env = ['A-B']": "c:2: providers.pi.refused_env.0 must be the name of a variable",
    [`[[providers.pi.signs]]\n${SIGN}\n[[providers.pi.signs]]\n${SIGN}\nink = ['pink']`]:
      "c:11: providers.pi.signs.1.ink.0 is no ink: ",
    [`[[providers.pi.signs]]\n${SIGN}\n[[providers.pi.signs]]\n${SIGN.replace("foot", "feet")}`]:
      "c:9: providers.pi.signs.1.where must be one of title, ",
    [`[[providers.pi.signs]]\n${SIGN.replace(/^rule.*\n/, "")}`]: "c:1: providers.pi.signs.0.rule is missing",
    "[providers.pi]\nanswer = { indent = 1, begins = [] }": "c:2: providers.pi.answer.margin is missing",
    "[providers.pi]\ngone = [{}]": "c:2: providers.pi.gone.0 must say something",
    "[providers.pi]\nquit = [{}]": "c:2: providers.pi.quit.0 must have keys or a text",
    "[ui\n": "c:1: ",
    "a = 1\na = 2": "c:2: ",
  };
  for (const [text, message] of Object.entries(wrong)) {
    const error = await parseConfig(text, "c").catch((e: unknown) => e);
    assert.ok(error instanceof Fault && error.code === "INVALID", text);
    assert.is(error.message.slice(0, message.length), message);
    assert.ok(error.message.length > message.length - 1 && !error.message.includes("\n"));
  }
});

test("the backend is the flag's, else the configuration's, else tmux", () => {
  assert.is(chooseBackend("tmux", "herdr"), "tmux");
  assert.is(chooseBackend("herdr", "tmux"), "herdr");
  assert.is(chooseBackend(undefined, "herdr"), "herdr");
  assert.is(chooseBackend(undefined), "tmux");
  assert.throws(
    () => chooseBackend("screen"),
    (error: unknown) => error instanceof Fault && error.code === "USAGE" && /no backend "screen"/.test(error.message),
  );
});

test.run();
