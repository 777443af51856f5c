/** What agents that drover starts are given as hooks: arguments and variables of that launch, and nothing of their user's. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { AgentId } from "#core/model.js";
import { claude } from "#core/screen/agents/claude.js";
import { gemini } from "#core/screen/agents/gemini.js";
import { HOOK_EVENTS } from "#core/screen/hook-events.js";
import type { Provider } from "#core/screen/reading.js";
import { geminiSettings, withHooks } from "#daemon/gemini-settings.js";
import { HOOK_SCRIPT, newSession, wireHooks } from "#daemon/hook-wiring.js";
import { parseSpooled } from "#daemon/spool.js";
import { suite } from "../kit/t.js";
import { practice, type World, world } from "./practice.js";

const test = suite("hook wiring");

let w: World;
let folder: string;
test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "drover-wire-"));
  mkdirSync(join(folder, "spool"));
  w = await world({ spoolDir: join(folder, "spool") });
});
test.afterEach(async () => {
  await w.end();
  rmSync(folder, { recursive: true, force: true });
});

const wire = (hooks: NonNullable<Provider["hooks"]>, env: Record<string, string> = {}) =>
  wireHooks(
    w.daemon.context,
    { ...practice, hooks },
    { id: "01ME" as AgentId, incarnation: 2 },
    { HOME: folder, ...env },
  );

test("Claude Code is given all its hooks as settings of the launch", async () => {
  const { args, env } = await wire("claude");
  assert.is(args[0], "--settings");
  const { hooks } = JSON.parse(args[1] ?? "") as { hooks: Record<string, { hooks: { command: string }[] }[]> };
  assert.equal(Object.keys(hooks), [...HOOK_EVENTS.claude]);
  assert.is(hooks.Stop?.[0]?.hooks[0]?.command, `test ! -x '${HOOK_SCRIPT}' || '${HOOK_SCRIPT}' claude Stop`);
  assert.equal(env, { DROVER_SPOOL: join(folder, "spool") });
});

test("Codex notifies drover in the agent's name, and after it whom its user would have notified", async () => {
  const own = join(folder, "own.sh");
  writeFileSync(own, `#!/bin/sh\nprintf '%s\\n' "$@" > '${join(folder, "told")}'\n`, { mode: 0o755 });
  for (const notify of [null, [own, "two words"]]) {
    mkdirSync(join(folder, ".codex"), { recursive: true });
    writeFileSync(join(folder, ".codex/config.toml"), notify === null ? "" : `notify = ${JSON.stringify(notify)}\n`);
    const { args, env } = await wire("codex");
    assert.is(args[0], "-c");
    const command = JSON.parse((args[1] ?? "").replace(/^notify=/, "")) as string[];
    const payload = `{"type":"agent-turn-complete","x":"it's $HOME"}`;
    // In the environment of another agent, as Codex may run it; nobody listens.
    const other = { PATH: process.env.PATH, DROVER_ID: "01OTHER", DROVER_SOCKET: join(folder, "none"), ...env };
    const { status, stdout } = spawnSync(command[0] ?? "", [...command.slice(1), payload], {
      env: other,
      encoding: "utf8",
    });
    assert.equal([status, stdout], [0, ""]);
    const [name = ""] = spawnSync("ls", [join(folder, "spool")], { encoding: "utf8" }).stdout.split("\n");
    const told = parseSpooled(readFileSync(join(folder, "spool", name), "utf8"));
    assert.equal([told?.id, told?.incarnation, told?.event], ["01ME", "2", "agent-turn-complete"]);
    assert.is(told?.payload.x, "it's $HOME");
    rmSync(join(folder, "spool", name));
    if (notify !== null) assert.is(readFileSync(join(folder, "told"), "utf8"), `two words\n${payload}\n`);
  }
});

test("opencode is given a plugin, unless its configuration is the caller's", async () => {
  const { args, env } = await wire("opencode");
  assert.equal(args, []);
  const [plugin = ""] = (JSON.parse(env.OPENCODE_CONFIG_CONTENT ?? "{}") as { plugin: string[] }).plugin;
  const { Drover } = (await import(plugin)) as { Drover: () => Promise<{ event: unknown }> };
  assert.type((await Drover()).event, "function");
  assert.is(env.DROVER_DOOR, join(dirname(w.socket), "doors", "01ME.2"));
  const left = join(dirname(w.socket), "doors", "01GONE.1");
  writeFileSync(left, "");
  await wire("opencode");
  assert.not(existsSync(left), "what launches that are over left is swept");
  assert.is((await wire("opencode", { OPENCODE_CONFIG_CONTENT: "{}" })).env.OPENCODE_CONFIG_CONTENT, undefined);
});

test.skipIf(process.getuid?.() !== 0, "only root's are given any")(
  "Gemini CLI is given its hooks where root alone may write, unless its settings are the caller's",
  async () => {
    // Root's own home, whatever HOME says: that may lie where others write.
    const own = mkdtempSync(join(userInfo().homedir, ".drover-test-"));
    try {
      const given = await geminiSettings("/s/drover-hook", join(own, "spool"), {});
      const path = given?.GEMINI_CLI_SYSTEM_SETTINGS_PATH ?? "";
      const { hooks } = JSON.parse(readFileSync(path, "utf8")) as { hooks: Record<string, unknown[]> };
      assert.equal(Object.keys(hooks).slice(0, HOOK_EVENTS.gemini.length), [...HOOK_EVENTS.gemini]);
      assert.match(given?.GEMINI_CLI_SYSTEM_DEFAULTS_PATH ?? "", /system-defaults\.json$/);
      const atOnce = ["/a", "/b", "/c", "/d"].map((script) => geminiSettings(script, join(own, "spool"), {}));
      assert.ok((await Promise.all(atOnce)).every((one) => one !== null));
      assert.is(await geminiSettings("/s", join(own, "spool"), { GEMINI_CLI_SYSTEM_SETTINGS_PATH: "/x" }), null);
      chmodSync(own, 0o777);
      assert.is(await geminiSettings("/s", join(own, "spool"), {}), null);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  },
);

test("what the machine's own settings say to Gemini CLI stays, its hooks first", () => {
  const theirs = { hooks: [{ type: "command", command: "audit" }] };
  const { ui, hooks } = withHooks(
    { ui: { theme: "x" }, hooks: { AfterAgent: [theirs], Other: [theirs] } },
    "/s/hook",
  ) as {
    ui: unknown;
    hooks: Record<string, { hooks: { command: string }[] }[]>;
  };
  assert.equal(ui, { theme: "x" });
  assert.equal(hooks.Other, [theirs]);
  assert.equal(
    hooks.AfterAgent?.map((entry) => entry.hooks[0]?.command),
    ["audit", "test ! -x '/s/hook' || '/s/hook' gemini AfterAgent"],
  );
});

test("a program that takes the id of a new session is given one, unless its arguments say which", () => {
  const { dice } = w.daemon.context;
  const { args, session } = newSession(gemini, ["-m", "x"], dice);
  assert.match(session ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(args, ["--session-id", session]);
  for (const said of [["--resume"], ["--session-id=abc"], ["-r", "latest"]])
    assert.equal(newSession(gemini, said, dice), { args: [], session: null });
  assert.equal(newSession(practice, [], dice), { args: [], session: null });
  assert.equal(newSession(claude, [], dice), { args: [], session: null });
  assert.is(newSession({ ...claude, hooks: false }, [], dice).args[0], "--session-id");
});

test("Gemini CLI where others may write, and whoever's hooks are switched off, are given none", async () => {
  const env = { DROVER_SPOOL: join(folder, "spool") };
  assert.equal(await wire(false), { args: [], env });
  assert.equal(await wire("gemini"), { args: [], env });
});

test("a program is given a file for its debug log by the variable that its table names, unless it has one", async () => {
  const spool = { DROVER_SPOOL: join(folder, "spool") };
  const wireLog = (debugLog: string | false, env: Record<string, string> = {}) =>
    wireHooks(w.daemon.context, { ...practice, debugLog }, { id: "01ME" as AgentId, incarnation: 2 }, env);
  const { MY_LOG: log = "", ...rest } = (await wireLog("MY_LOG")).env;
  assert.equal(rest, spool);
  // What it draws nothing of it writes here, for nobody else's eyes.
  assert.is(log, join(folder, "debug-logs", "01ME-2.log"));
  assert.is(statSync(log).mode & 0o777, 0o600);
  assert.equal((await wireLog("MY_LOG", { MY_LOG: "/own" })).env, spool);
  assert.equal((await wireLog(false)).env, spool);
});

test.run();
