import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { HOOK_EVENTS } from "#core/screen/hook-events.js";
import { withHooks, withoutHooks } from "#faces/cli/machine/hook-settings.js";
import { suite } from "../../kit/t.js";
import { Play, type Played } from "./play.js";

const test = suite("hooks");

let play: Play;
let home: string;
test.beforeEach(() => {
  play = new Play(({ path }, response) => {
    response.end(JSON.stringify(path === "/v1/hooks" ? { outcomes: { taken: 3, nobody: 1 } } : {}));
  });
  home = join(play.daemon.folder, "me");
  mkdirSync(home);
});
test.afterEach(() => play.daemon.remove());

const run = (line: string, env: Record<string, string> = {}): Promise<Played> =>
  play.run(["hooks", ...line.split(" ")], { env: { HOME: home, ...env } });
const claude = () => join(home, ".claude/settings.json");

/** Settings as people have them. */
const SAMPLES: Readonly<Record<string, string>> = {
  "two blanks":
    '{\n  "model": "opus",\n  "hooks": {\n    "Stop": [\n      {\n        "hooks": [\n          { "type": "command", "command": "say done" }\n        ]\n      }\n    ]\n  },\n  "env": {"A":"1"}\n}\n',
  tabs: '{\n\t"permissions": {\n\t\t"allow": ["Bash(ls:*)"]\n\t}\n}',
  "one line": '{"model":"opus","hooks":{"Stop":[{"matcher":"","hooks":[{"type":"command","command":"a"}]}]}}',
  "odd spaces": '{ "model" : "opus" ,\n      "list":[ 1,2 ,3 ],\n  "text": "a \\" } ] é, \\\\"\n   }\n\n',
  "line ends of Windows": '{\r\n    "model": "opus",\r\n    "hooks": { "Stop": [] }\r\n}\r\n',
  empty: "{}",
  "an empty block": "{\n\n}\n",
  nothing: "",
};

for (const [name, text] of Object.entries(SAMPLES)) {
  test(`installed into settings with ${name}, all else stays, and uninstall restores every byte`, async () => {
    mkdirSync(dirname(claude()));
    writeFileSync(claude(), text, { mode: 0o640 });
    chmodSync(claude(), 0o640);
    assert.is((await run("install claude")).status, 0);
    const after = readFileSync(claude(), "utf8");
    const settings = JSON.parse(after) as { hooks: Record<string, { hooks: { command: string }[] }[]> };
    for (const event of HOOK_EVENTS.claude) {
      assert.match(settings.hooks[event]?.at(-1)?.hooks[0]?.command ?? "", new RegExp(`drover-hook' claude ${event}$`));
    }
    // What was there is there, in its order.
    const before = JSON.parse(text || "{}") as Record<string, unknown>;
    assert.equal({ ...settings, hooks: undefined }, { ...before, hooks: undefined });
    assert.equal(Object.keys(settings).slice(0, Object.keys(before).length), Object.keys(before));
    assert.is(statSync(claude()).mode & 0o777, 0o640);
    const again = await run("install claude");
    assert.match(again.out, /as it should be/);
    assert.is(readFileSync(claude(), "utf8"), after);
    assert.is((await run("uninstall claude")).status, 0);
    assert.is(readFileSync(claude(), "utf8"), text);
    assert.equal(readdirSync(dirname(claude())), ["settings.json"]);
  });
}

test("what was added since stays at uninstall, and only drover's entries go", async () => {
  mkdirSync(dirname(claude()));
  const text = SAMPLES["two blanks"] ?? "";
  writeFileSync(claude(), text);
  await run("install claude");
  const changed = readFileSync(claude(), "utf8").replace('"opus"', '"sonnet"');
  writeFileSync(claude(), changed);
  await run("uninstall claude");
  assert.is(readFileSync(claude(), "utf8"), text.replace('"opus"', '"sonnet"'));
});

test("entries go one by one from whatever they stand among", () => {
  for (const name of ["two blanks", "tabs", "one line", "odd spaces"]) {
    const text = SAMPLES[name] ?? "";
    assert.is(withoutHooks(withHooks(text, "f", "gemini", "/opt/it's/bin/drover-hook"), "f"), text, name);
  }
  const mixed =
    '{"hooks":{"Stop":[{"hooks":[{"command":"mine"},{"command":"test ! -x \'/a/drover-hook\' || \'/a/drover-hook\' claude Stop"}]}]}}';
  assert.is(withoutHooks(mixed, "f"), '{"hooks":{"Stop":[{"hooks":[{"command":"mine"}]}]}}');
});

test("entries of a drover that lay elsewhere are replaced, and the way back is kept", async () => {
  mkdirSync(dirname(claude()));
  const text = SAMPLES["two blanks"] ?? "";
  writeFileSync(claude(), withHooks(text, "f", "claude", "/old/bin/drover-hook"));
  const [before] = (
    JSON.parse((await run("status claude --json")).out) as { hooks: { installed: string; by: string }[] }
  ).hooks;
  assert.equal([before?.installed, before?.by], ["other", "/old/bin/drover-hook"]);
  await run("install claude");
  const after = readFileSync(claude(), "utf8");
  assert.not.match(after, "/old/bin");
  assert.is(JSON.parse(after).hooks.Stop.length, 2);
  assert.match((await run("status claude")).out, /claude +installed: /);
});

test("a file with comments, or with hooks of another shape, is left as it is", async () => {
  mkdirSync(dirname(claude()));
  for (const text of [
    '{\n  // mine\n  "model": "opus"\n}\n',
    '{"a":1,}',
    "[]",
    '{"hooks":[]}',
    '{"hooks":{"Stop":{}}}',
  ]) {
    writeFileSync(claude(), text);
    const { status, err } = await run("install claude");
    assert.is(status, 1, text);
    assert.match(err, claude());
    assert.is(readFileSync(claude(), "utf8"), text);
  }
});

test("each program's own folder is respected, and a file made by drover goes with it", async () => {
  const env = {
    CLAUDE_CONFIG_DIR: join(home, "c"),
    CODEX_HOME: join(home, "x"),
    GEMINI_CLI_HOME: join(home, "g"),
    XDG_CONFIG_HOME: join(home, "o"),
  };
  const files = ["c/settings.json", "x/hooks.json", "g/.gemini/settings.json", "o/opencode/plugin/drover.js"];
  const { status, err } = await run("install claude codex gemini opencode", env);
  assert.is(status, 0);
  assert.match(err, /Codex asks/);
  for (const file of files) assert.ok(existsSync(join(home, file)), file);
  assert.equal(Object.keys(JSON.parse(readFileSync(join(home, "x/hooks.json"), "utf8")).hooks), [...HOOK_EVENTS.codex]);
  assert.is(
    JSON.parse(readFileSync(join(home, "g/.gemini/settings.json"), "utf8")).hooks.AfterAgent[0].hooks[0].timeout,
    5_000,
  );
  const told = JSON.parse((await run("status --json", env)).out) as { hooks: { installed: string; path: string }[] };
  assert.equal(
    told.hooks.map(({ installed, path }) => [installed, path]),
    files.map((file) => ["yes", join(home, file)]),
  );
  await run("uninstall claude codex gemini opencode", env);
  for (const file of files) assert.not.ok(existsSync(join(home, file)), file);
});

test("opencode's plugin is drover's own, and is quiet where drover gave it one already", async () => {
  await run("install opencode");
  const file = join(home, ".config/opencode/plugin/drover.js");
  const { Drover } = (await import(pathToFileURL(file).href)) as { Drover: () => Promise<Record<string, unknown>> };
  assert.equal(Object.keys(await Drover()), ["event"]);
  process.env.OPENCODE_CONFIG_CONTENT = '{"plugin":["file:///x/bin/opencode-plugin.js"]}';
  try {
    assert.equal(await Drover(), {});
  } finally {
    delete process.env.OPENCODE_CONFIG_CONTENT;
  }
});

test("a plugin of the same name that is not ours is left as it is", async () => {
  const plugin = join(home, ".config/opencode/plugin/drover.js");
  mkdirSync(dirname(plugin), { recursive: true });
  writeFileSync(plugin, "export const Mine = 1;\n");
  assert.is((await run("install opencode")).status, 5);
  await run("uninstall opencode");
  assert.is(readFileSync(plugin, "utf8"), "export const Mine = 1;\n");
});

test("a settings file that is a link stays one", async () => {
  mkdirSync(dirname(claude()));
  const real = join(home, "dotfiles.json");
  writeFileSync(real, "{}\n");
  symlinkSync(real, claude());
  await run("install claude");
  assert.ok(lstatSync(claude()).isSymbolicLink());
  assert.match(readFileSync(real, "utf8"), "drover-hook");
  await run("uninstall claude");
  assert.is(readFileSync(real, "utf8"), "{}\n");
});

test("a link that leads to a file not made yet stays one", async () => {
  mkdirSync(dirname(claude()));
  const real = join(home, "dotfiles", "claude.json");
  mkdirSync(dirname(real));
  symlinkSync("../dotfiles/claude.json", claude());
  assert.is((await run("install claude")).status, 0);
  assert.ok(lstatSync(claude()).isSymbolicLink());
  assert.match(readFileSync(real, "utf8"), "drover-hook");
  assert.is((await run("uninstall claude")).status, 0);
  assert.ok(lstatSync(claude()).isSymbolicLink());
  assert.not.ok(existsSync(real));
});

test("a byte order mark stays where it is, and what is no UTF-8 is left as it is", async () => {
  mkdirSync(dirname(claude()));
  writeFileSync(claude(), '\ufeff{"model":"opus"}\n');
  assert.is((await run("install claude")).status, 0);
  const after = readFileSync(claude(), "utf8");
  assert.is(after[0], "\ufeff");
  assert.ok("Stop" in (JSON.parse(after.slice(1)) as { hooks: object }).hooks);
  assert.match((await run("status claude")).out, /claude +installed/);
  writeFileSync(claude(), after.replace("opus", "sonnet"));
  await run("uninstall claude");
  assert.is(readFileSync(claude(), "utf8"), '\ufeff{"model":"sonnet"}\n');

  const bytes = Buffer.from('{"model":"caf\xe9"}\n', "latin1");
  writeFileSync(claude(), bytes);
  const { status, err } = await run("install claude");
  assert.is(status, 1);
  assert.match(err, `${claude()} is not UTF-8`);
  assert.equal(readFileSync(claude()), bytes);
});

test("settings that cannot be read do not hide the others' status, and nothing is half installed", async () => {
  mkdirSync(join(home, ".gemini"));
  writeFileSync(join(home, ".gemini/settings.json"), "{ // mine\n}\n");
  const { out, status } = await run("status");
  assert.is(status, 1);
  for (const name of ["claude", "codex", "opencode"]) assert.match(out, new RegExp(`^${name} +not installed: /`, "m"));
  assert.match(out, /^gemini +unreadable: .*settings\.json is not plain JSON/m);
  const told = JSON.parse((await run("status --json")).out) as { hooks: { installed: string; problem?: string }[] };
  assert.equal(
    told.hooks.map(({ installed }) => installed),
    ["no", "no", "unreadable", "no"],
  );
  assert.match(told.hooks[2]?.problem ?? "", "is not plain JSON");
  assert.is((await run("install claude gemini")).status, 1);
  assert.not.ok(existsSync(claude()));
});

test("status tells of every program, of what a spawned agent is given, and of what the daemon heard", async () => {
  await play.daemon.listen();
  const { out, status } = await run("status");
  assert.is(status, 0);
  for (const name of ["claude", "codex", "gemini", "opencode"])
    assert.match(out, new RegExp(`^${name} +not installed: /`, "m"));
  assert.match(out, "by --settings");
  assert.match(out, /heard +3 since the daemon started; dropped: 1 nobody/);
});

test("what cannot be done is said in a sentence", async () => {
  assert.is((await run("install")).status, 2);
  assert.is((await run("install emacs")).status, 2);
  assert.is((await run("paint claude")).status, 2);
  rmSync(home, { recursive: true });
  writeFileSync(home, "");
  assert.is((await run("install claude")).status, 1);
});

test.run();
