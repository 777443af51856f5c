import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { keptEnv, startSame, unitPath, unitText } from "#faces/cli/machine/service-unit.js";
import { suite } from "../../kit/t.js";
import { Play, type Played } from "./play.js";

const test = suite("service");

let play: Play;
test.beforeEach(() => {
  play = new Play(() => assert.unreachable("the daemon is not asked"));
});
test.afterEach(() => play.daemon.remove());

const config = () => join(play.daemon.folder, "config");
const unit = () => join(config(), "systemd/user/drover.service");
const calls = () => join(play.daemon.folder, "calls");
const run = (line: string, env: Record<string, string> = {}): Promise<Played> =>
  play.run(["-L", "t", "service", ...line.split(" ")], { env: { XDG_CONFIG_HOME: config(), ...env } });

/** A systemctl that notes how it was called, and fails where `fails` is among its words. */
function withSystemctl(fails = "nothing"): { PATH: string } {
  const bin = join(play.daemon.folder, "bin");
  mkdirSync(bin, { recursive: true });
  const program = join(bin, "systemctl");
  const script = `#!/bin/sh\necho "$@" >> '${calls()}'\ncase "$*" in *${fails}*) echo "Failed to connect to bus" >&2; exit 1;; esac\n`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  return { PATH: `${bin}:/bin:/usr/bin` };
}

test("install writes the unit and says what to run, and runs nothing", async () => {
  const { out, status } = await run("install", withSystemctl());
  assert.is(status, 0);
  for (const said of ["systemctl --user daemon-reload", "systemctl --user enable --now", "loginctl enable-linger"]) {
    assert.match(out, said);
  }
  assert.not(existsSync(calls()));
  const text = readFileSync(unit(), "utf8");
  for (const line of ["Type=simple", "Restart=on-failure", "KillMode=process", "WantedBy=default.target"]) {
    assert.match(text, `\n${line}\n`);
  }
  const [, node = "", script = "", server = ""] = /^ExecStart="([^"]+)" "([^"]+)" "-S" "([^"]+)"$/m.exec(text) ?? [];
  assert.is(node, process.execPath);
  assert.ok(script.endsWith("/bin/drover-daemon.cjs") && existsSync(script), script);
  assert.match(server, /\/tmux-\d+\/t$/);
  assert.match(text, `Environment="DROVER_HOME=${play.daemon.folder}"`);
  assert.equal(readdirSync(dirname(unit())), ["drover.service"]);
});

test("which server and which backend go into the unit", async () => {
  await play.run(["-S", "/tmp/x y", "--backend", "tmux", "service", "install"], { env: { XDG_CONFIG_HOME: config() } });
  assert.match(readFileSync(unit(), "utf8"), '"-S" "/tmp/x y" "--backend" "tmux"\n');
});

test("install again changes nothing, and brings up to date what starts something else", async () => {
  await run("install");
  const text = readFileSync(unit(), "utf8");
  assert.match((await run("install")).out, "is as it should be");
  writeFileSync(unit(), text.replace(process.execPath, "/gone/node"));
  assert.match((await run("status")).out, "starts another drover");
  await run("install");
  assert.is(readFileSync(unit(), "utf8"), text);
  assert.match((await run("status", { PATH: "/elsewhere" })).out, "is installed");
});

test("a unit that drover did not write is neither overwritten nor taken away", async () => {
  mkdirSync(dirname(unit()), { recursive: true });
  writeFileSync(unit(), "[Service]\nExecStart=/bin/true\n");
  for (const action of ["install", "uninstall", "install --now", "uninstall --now"]) {
    const { err, status } = await run(action, withSystemctl());
    assert.is(status, 5, action);
    assert.match(err, "was not written by drover");
  }
  assert.is(readFileSync(unit(), "utf8"), "[Service]\nExecStart=/bin/true\n");
  assert.not(existsSync(calls()));
  assert.match((await run("status")).out, "was not written by drover");
});

test("uninstall takes its own away, and only once", async () => {
  await run("install");
  assert.equal((await run("uninstall")).status, 0);
  assert.not(existsSync(unit()));
  assert.match((await run("uninstall")).out, "there is no");
  assert.match((await run("status")).out, "not installed");
});

test("with --now systemctl is run: reloaded and enabled, disabled and reloaded", async () => {
  const env = withSystemctl();
  await run("install --now", env);
  await run("uninstall --now", env);
  assert.is(
    readFileSync(calls(), "utf8"),
    [
      "--user daemon-reload",
      "--user enable --now drover.service",
      "--user disable --now drover.service",
      "--user daemon-reload",
      "",
    ].join("\n"),
  );
});

test("with --now and no systemctl nothing is written", async () => {
  const { err, status } = await run("install --now", { PATH: "/nowhere" });
  assert.is(status, 3);
  assert.match(err, "systemctl is not on PATH");
  assert.not(existsSync(unit()));
});

test("a systemctl that fails is told in its own words, and the unit stays where it still runs", async () => {
  await run("install");
  const { err, status } = await run("uninstall --now", withSystemctl("disable"));
  assert.is(status, 5);
  assert.match(err, "systemctl --user disable --now drover.service failed: Failed to connect to bus");
  assert.ok(existsSync(unit()));
});

test("status as JSON", async () => {
  const told = async () => JSON.parse((await run("status --json")).out);
  assert.equal(await told(), { unit: unit(), installed: false, ours: false, current: false });
  await run("install");
  assert.equal(await told(), { unit: unit(), installed: true, ours: true, current: true });
});

test("what systemd would read in a path is written so that it is read as it is", () => {
  const text = unitText({ node: "/a b/100%/n", script: '/x"y\\z$HOME', args: [], env: { PATH: "/p%q:$r" } });
  assert.match(text, 'ExecStart="/a b/100%%/n" "/x\\"y\\\\z$$HOME"\n');
  assert.match(text, 'Environment="PATH=/p%%q:$r"\n');
  assert.throws(
    () => unitText({ node: "/a\nExecStartPre=/evil", script: "", args: [], env: {} }),
    (error: unknown) => error instanceof Fault && error.code === "INVALID",
  );
  assert.ok(startSame(text, text.replace("/p%%q", "/other")));
  assert.not(startSame(text, text.replace("/a b", "/c")));
});

test("units lie where systemd looks for a user's own, and carry no more of the environment than is needed", () => {
  assert.is(unitPath({ XDG_CONFIG_HOME: "/c" }, "/h"), "/c/systemd/user/drover.service");
  assert.is(unitPath({ XDG_CONFIG_HOME: "relative" }, "/h"), "/h/.config/systemd/user/drover.service");
  assert.equal(keptEnv({ PATH: "/p", SECRET: "s", DROVER_HOME: "" }), { PATH: "/p" });
});

test("another action is refused", async () => {
  const { err, status } = await run("restart");
  assert.is(status, 2);
  assert.match(err, 'takes install, uninstall or status, not "restart"');
});

test.run();
