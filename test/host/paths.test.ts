import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { bindPath, resolvePaths, secureFolder } from "#host/paths.js";
import { suite } from "../kit/t.js";

const test = suite("paths");
const tmux = `tmux-${process.getuid!()}`;
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "paths-")));
test.after(() => rmSync(scratch, { recursive: true }));

test("the default server's state lies directly in the XDG folders", () => {
  const paths = resolvePaths({
    HOME: "/home/me",
    XDG_STATE_HOME: "/s",
    XDG_RUNTIME_DIR: "/run/user/1",
    XDG_CONFIG_HOME: "/c",
  });
  assert.equal(paths, {
    stateDir: "/s/drover",
    runtimeDir: "/run/user/1/drover",
    configFile: "/c/drover/config.toml",
    socket: "/run/user/1/drover/drover.sock",
    runFile: "/s/drover/daemon.json",
    logFile: "/s/drover/drover.log",
    storeDir: "/s/drover/store",
    spoolDir: "/s/drover/spool",
    tasksDir: "/s/drover/tasks",
    tmuxSocket: `${realpathSync("/tmp")}/${tmux}/default`,
  });
});

test("without XDG folders everything is below the home, the socket with the state", () => {
  const paths = resolvePaths({ HOME: "/home/me", XDG_STATE_HOME: "relative/is/ignored" });
  assert.is(paths.stateDir, "/home/me/.local/state/drover");
  assert.is(paths.socket, "/home/me/.local/state/drover/drover.sock");
  assert.is(paths.configFile, "/home/me/.config/drover/config.toml");
});

test("DROVER_HOME puts all three under one folder, whatever XDG says", () => {
  const paths = resolvePaths({ HOME: "/home/me", XDG_RUNTIME_DIR: "/run/user/1", DROVER_HOME: "/d" });
  assert.is(paths.stateDir, "/d/state");
  assert.is(paths.socket, "/d/run/drover.sock");
  assert.is(paths.configFile, "/d/config.toml");
});

test("inside an agent the daemon's own home is used, unless the agent is another tmux server's", () => {
  const said = (home: string, below = "") => ({
    DROVER_SOCKET: `${home}/run${below}/drover.sock`,
    DROVER_SPOOL: `${home}/state${below}/spool`,
  });
  const env = { HOME: "/h", TMUX_TMPDIR: scratch };
  assert.is(resolvePaths({ ...env, ...said("/d") }).stateDir, "/d/state");
  assert.is(resolvePaths({ ...env, ...said("/d") }).configFile, "/d/config.toml");
  assert.is(
    resolvePaths({ ...env, ...said("/d", "/servers/n") }, { serverName: "n" }).socket,
    "/d/run/servers/n/drover.sock",
  );
  assert.is(resolvePaths({ ...env, ...said("/d", "/servers/n") }).stateDir, "/h/.local/state/drover");
  assert.is(resolvePaths({ ...env, ...said("/d") }, { serverName: "n" }).stateDir, "/h/.local/state/drover/servers/n");
  assert.is(resolvePaths({ ...env, ...said("/d"), DROVER_HOME: "/e" }).stateDir, "/e/state");
  assert.is(
    resolvePaths({ ...env, DROVER_SOCKET: "/run/user/1/drover/drover.sock" }).stateDir,
    "/h/.local/state/drover",
  );
});

test("the tmux server is chosen as tmux does: -S, -L, the one we are inside of, the default", () => {
  const env = { HOME: "/h", TMUX: `${scratch}/inside,123,0`, TMUX_TMPDIR: scratch };
  const socket = (choice: { serverName?: string; serverPath?: string }, over = {}) =>
    resolvePaths({ ...env, ...over }, choice).tmuxSocket;
  assert.is(socket({ serverPath: "/p/sock", serverName: "n" }), "/p/sock");
  assert.is(socket({ serverName: "n" }), `${scratch}/${tmux}/n`);
  assert.is(socket({}), `${scratch}/inside`);
  assert.is(socket({}, { TMUX: "" }), `${scratch}/${tmux}/default`);
  assert.is(socket({}, { TMUX: undefined, TMUX_TMPDIR: "" }), `${realpathSync("/tmp")}/${tmux}/default`);
});

test("another server has its own folders, by name where it lies in tmux's folder and by hash elsewhere", () => {
  const env = { DROVER_HOME: "/d", TMUX_TMPDIR: scratch };
  const named = resolvePaths(env, { serverName: "work" });
  assert.is(named.stateDir, "/d/state/servers/work");
  assert.is(named.socket, "/d/run/servers/work/drover.sock");
  assert.is(named.configFile, "/d/config.toml");
  const elsewhere = resolvePaths(env, { serverPath: "/p/sock" });
  assert.match(elsewhere.stateDir, /^\/d\/state\/servers\/@[0-9a-f]{12}$/);
  assert.is.not(elsewhere.stateDir, resolvePaths(env, { serverPath: "/p/sock2" }).stateDir);
});

test("one server by two names has one folder", () => {
  const env = { DROVER_HOME: "/d", TMUX_TMPDIR: join(scratch, "link") };
  mkdirSync(join(scratch, "real", tmux), { recursive: true });
  symlinkSync(join(scratch, "real"), join(scratch, "link"));
  const byName = resolvePaths(env, { serverName: "default" });
  const byLink = resolvePaths(env, { serverPath: join(scratch, "link", tmux, "default") });
  const inside = resolvePaths({ ...env, TMUX: `${scratch}/real/${tmux}/default,1,0` });
  assert.is(byName.stateDir, "/d/state");
  assert.equal(byLink, byName);
  assert.equal(inside, byName);
});

test("a socket path that cannot be bound is refused with the remedy", () => {
  const fits = `/${"x".repeat(103 - "//run/drover.sock".length)}`;
  const paths = resolvePaths({ DROVER_HOME: fits });
  assert.is(Buffer.byteLength(paths.socket), 103);
  assert.ok(Buffer.byteLength(bindPath(paths.socket, 4_194_304)) <= 103);
  assert.throws(
    () => resolvePaths({ DROVER_HOME: `${fits}x` }),
    (error: unknown) => error instanceof Fault && error.code === "INVALID" && /DROVER_HOME/.test(error.hint ?? ""),
  );
});

// Node's own way of making what is missing above a folder never returns there (20.20).
test.skipIf(!existsSync("/proc/self"), "there is no /proc")(
  "a folder that cannot be is refused, not tried for ever",
  () => {
    writeFileSync(join(scratch, "file"), "");
    for (const dir of ["/proc/nope/state", "/dev/null/state", join(scratch, "file"), join(scratch, "file", "state")]) {
      assert.throws(
        () => secureFolder(dir),
        (error: unknown) =>
          error instanceof Fault && error.code === "INVALID" && /cannot make the folder/.test(error.message),
      );
    }
  },
);

test("a folder is made for its owner alone, and tightened where others may read", () => {
  const dir = join(scratch, "a", "b");
  secureFolder(dir);
  assert.is(statSync(dir).mode & 0o777, 0o700);
  chmodSync(dir, 0o755);
  secureFolder(dir);
  assert.is(statSync(dir).mode & 0o777, 0o700);
});

test("a folder that others may write to, also by a link to it, and a file are refused", () => {
  const open = join(scratch, "open");
  mkdirSync(open);
  chmodSync(open, 0o770);
  assert.throws(() => secureFolder(open), /others may write/);
  symlinkSync(open, join(scratch, "to-open"));
  assert.throws(() => secureFolder(join(scratch, "to-open")), /others may write/);
  writeFileSync(join(scratch, "file"), "");
  assert.throws(() => secureFolder(join(scratch, "file")), /cannot make the folder/);
});

test.run();
