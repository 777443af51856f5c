import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import * as assert from "uvu/assert";
import type { AgentId, NewTab, Sighting } from "#core/model.js";
import { isAlive } from "#host/alive.js";
import { systemClock } from "#host/clock.js";
import { TmuxServer } from "#tmux/server.js";
import { suite, until } from "../kit/t.js";
import { plainStills, quiet, RealTmux } from "../tmux/real-tmux.js";

const test = suite("connection to tmux", 20_000);

/** Everything a server tells, in order. */
async function watch(server: TmuxServer) {
  const told: string[] = [];
  const sightings: Sighting[] = [];
  await server.start({
    sighting(sighting) {
      sightings.push(sighting);
      told.push("blind" in sighting ? sighting.blind : `${sighting.panes.length} panes`);
    },
    still: () => {},
    connection: (up) => told.push(up ? "up" : "down"),
  });
  return { told, sightings, last: () => told.at(-1) };
}

/** The only client's process; never 0, which would mean our own group to `kill`. */
async function clientPid(tmux: RealTmux): Promise<number> {
  const pid = Number(await tmux.run("list-clients", "-F", "#{client_pid}"));
  assert.ok(pid > 1, "there is one client");
  return pid;
}

test("it connects, sees the panes that are not its own, and leaves nothing behind", async () => {
  const tmux = new RealTmux();
  try {
    await tmux.session("work");
    await tmux.run("new-window", "-d", "-t", "work:", "cat");
    const before = await tmux.run("show-options", "-g");
    const server = tmux.server();
    const { told } = await watch(server);
    assert.equal(told, ["up", "2 panes"]);
    assert.ok(server.info().connected);
    assert.is(`tmux ${server.info().version}`, await tmux.run("-V"));
    assert.equal((await tmux.sessions()).sort(), ["_drover", "work"]);
    assert.match(
      await tmux.run("list-clients", "-F", "#{client_session} #{client_flags}"),
      /^_drover .*ignore-size.*no-output/,
    );
    await server.close();
    assert.equal(await tmux.sessions(), ["work"]);
    assert.is(await tmux.run("list-clients"), "");
    assert.is(await tmux.run("show-options", "-g"), before);
  } finally {
    await tmux.end();
  }
});

test("where tmux has never run, the folder of its socket is made as tmux makes it, and the first tab started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "drover-e2e-"));
  const tmux = new RealTmux({ TMUX_TMPDIR: folder });
  try {
    const { server, socket } = byPath(tmux, join(folder, `tmux-${process.getuid!()}`, tmux.name));
    await server.start({ sighting: () => {}, still: () => {}, connection: () => {} });
    assert.not(existsSync(dirname(socket)), "looking makes nothing");
    await server.createTab(aTab(folder));
    assert.is(statSync(dirname(socket)).mode & 0o777, 0o700);
    assert.equal((await tmux.sessions()).sort(), ["_drover", "work"]);
    await server.close();
  } finally {
    await tmux.end();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("where tmux cannot make its socket, the words of tmux are what is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "drover-e2e-"));
  const { server } = byPath(new RealTmux(), join(folder, "nowhere", "sock"));
  try {
    await server.start({ sighting: () => {}, still: () => {}, connection: () => {} });
    const refusal = await server.createTab(aTab(folder)).then(() => "made", String);
    assert.match(refusal, /tmux could not be started: error creating .*nowhere\/sock \(No such file/);
    assert.not(existsSync(join(folder, "nowhere")), "only tmux's own folder is ours to make");
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("after kill-server it says that there is no server, and finds the next one", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  try {
    await tmux.session("one");
    const { told, sightings } = await watch(server);
    await tmux.end();
    await until("it knows that the server is gone", () => told.includes("no-server"));
    assert.is(server.info().connected, false);
    assert.equal(await server.sight(), { blind: "no-server" });
    await tmux.session("two");
    await until("it sees the new server", () => told.at(-1) === "1 panes");
    const epochs = sightings.flatMap((s) => ("epoch" in s ? [s.epoch] : []));
    assert.is(new Set(epochs).size, 2, "each server has its own epoch");
  } finally {
    await server.close();
    await tmux.end();
  }
});

test("closed in any moment of its start, it leaves nothing behind", async () => {
  const tmux = new RealTmux();
  try {
    await tmux.session("work");
    for (const ms of [0, 2, 4, 6, 8, 10, 12, 15, 20, 30]) {
      const server = tmux.server();
      const starting = server.start({ sighting: () => {}, still: () => {}, connection: () => {} });
      await new Promise((resolve) => setTimeout(resolve, ms));
      await server.close();
      await starting;
      assert.is(await tmux.run("list-clients"), "", `closed after ${ms} ms`);
    }
    await until("its session is gone", async () => (await tmux.sessions()).join() === "work");
  } finally {
    await tmux.end();
  }
});

test("no tmux server is a normal state, and closing then is quick", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  const { told } = await watch(server);
  assert.equal(told, ["down", "no-server"]);
  await server.close();
  assert.equal(await tmux.sessions(), []);
});

test("when the last other session ends it lets the server end", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  try {
    await tmux.session("only");
    const { told } = await watch(server);
    await tmux.run("kill-session", "-t", "=only");
    await until("the server has ended", async () => (await tmux.sessions()).length === 0, {
      show: () => told.join(" "),
    });
    await until("it says so", () => told.at(-1) === "no-server");
  } finally {
    await server.close();
    await tmux.end();
  }
});

test("a person's own window in its session keeps the server, and drover with it", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  try {
    await tmux.session("only");
    const { told } = await watch(server);
    const own = await tmux.run("new-window", "-d", "-P", "-F", "#{pane_id}", "-t", "=_drover:", "cat");
    await tmux.run("kill-session", "-t", "=only");
    await until("it sees nobody else's", () => told.includes("0 panes"));
    for (let asked = 0; asked < 3; asked++) await server.sight();
    await tmux.session("again");
    await until("the next session is seen", () => told.at(-1) === "1 panes");
    assert.equal(
      told.filter((word) => !word.endsWith(" panes")),
      ["up"],
    );
    assert.match(await tmux.run("list-panes", "-a", "-F", "#{pane_id}"), new RegExp(`^${own}$`, "m"));
    await server.close();
    assert.match(await tmux.run("list-panes", "-a", "-F", "#{pane_id}"), new RegExp(`^${own}$`, "m"));
  } finally {
    await server.close();
    await tmux.end();
  }
});

test("its client killed, it comes back", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  try {
    await tmux.session("work");
    const { told } = await watch(server);
    process.kill(await clientPid(tmux), "SIGKILL");
    await until("it was down and is up again", () => told.join(" ").endsWith("down tmux-gone up 1 panes"), {
      show: () => told.join(" "),
    });
  } finally {
    await server.close();
    await tmux.end();
  }
});

test("its session closed under detach-on-destroy off, it does not stay in a user's session", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  try {
    await tmux.session("work");
    await tmux.run("set-option", "-g", "detach-on-destroy", "off");
    const { told } = await watch(server);
    await tmux.run("kill-session", "-t", "=_drover");
    await until("it is back in its own session", async () => {
      const clients = await tmux.run("list-clients", "-F", "#{client_session}");
      return told.filter((word) => word === "up").length === 2 && clients === "_drover";
    });
  } finally {
    await server.close();
    await tmux.end();
  }
});

test("a server that does not answer is told apart from one that is gone", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  await tmux.session("work");
  const pid = Number(await tmux.run("display-message", "-p", "#{pid}"));
  try {
    const { told } = await watch(server);
    process.kill(pid, "SIGSTOP");
    await until("it gave up waiting", () => told.includes("tmux-slow"));
    process.kill(pid, "SIGCONT");
    await until("it is back", () => told.at(-1) === "1 panes", { limitMs: 12_000, show: () => told.join(" ") });
  } finally {
    process.kill(pid, "SIGCONT");
    await server.close();
    await tmux.end();
  }
});

test("a daemon killed with SIGKILL leaves no client and no session", async () => {
  const tmux = new RealTmux();
  try {
    await tmux.session("work");
    const holder = await heldElsewhere(tmux);
    const client = await clientPid(tmux);
    assert.ok(isAlive(client));
    holder.kill("SIGKILL");
    await until("the client is gone", () => !isAlive(client));
    await until("its session is gone", async () => (await tmux.sessions()).join() === "work", {
      show: () => tmux.run("list-sessions"),
    });
  } finally {
    await tmux.end();
  }
});

test("a daemon killed with SIGKILL takes neither a person's client nor another drover's along", async () => {
  const tmux = new RealTmux();
  const other = tmux.server();
  await tmux.session("work");
  const person = spawn("tmux", ["-L", tmux.name, "-C", "attach-session", "-t", "work"], { env: tmux.env });
  try {
    const { told } = await watch(other);
    const clients = () => tmux.run("list-clients", "-F", "#{client_pid} #{client_session}");
    await until("both are attached", async () => (await clients()).includes(" work"));
    const attached = await clients();
    const holder = await heldElsewhere(tmux);
    const [watchdog = 0] = childrenOf(holder.pid!);
    assert.ok(isAlive(watchdog));
    holder.kill("SIGKILL");
    await until("its watchdog has tidied up", () => !isAlive(watchdog));
    assert.is(await clients(), attached);
    assert.equal(told, ["up", "1 panes"]);
  } finally {
    person.kill("SIGKILL");
    await other.close();
    await tmux.end();
  }
});

test("two drovers may look at one server, and the first to leave does not take the other along", async () => {
  const tmux = new RealTmux();
  const [one, two] = [tmux.server(), tmux.server()];
  try {
    await tmux.session("work");
    await watch(one);
    const second = await watch(two);
    assert.is((await tmux.run("list-clients", "-F", "x")).split("\n").length, 2);
    await one.close();
    assert.ok("panes" in (await two.sight()));
    assert.equal(second.told, ["up", "1 panes"]);
  } finally {
    await one.close();
    await two.close();
    assert.equal(await tmux.sessions(), ["work"]);
    await tmux.end();
  }
});

test("the environment of the user's sessions stays as it is", async () => {
  const tmux = new RealTmux({ SSH_AUTH_SOCK: "/somewhere", DISPLAY: ":7" });
  try {
    await tmux.session("work");
    const before = `${await tmux.run("show-environment", "-t", "=work")}|${await tmux.run("show-environment", "-g")}`;
    delete tmux.env.SSH_AUTH_SOCK;
    delete tmux.env.DISPLAY;
    const server = tmux.server();
    await watch(server);
    await server.close();
    const after = `${await tmux.run("show-environment", "-t", "=work")}|${await tmux.run("show-environment", "-g")}`;
    assert.is(after, before);
  } finally {
    await tmux.end();
  }
});

const aTab = (cwd: string): NewTab => ({
  sessionName: "work",
  windowName: "one",
  cwd,
  command: ["cat"],
  env: {},
  mark: { id: "01JONE" as AgentId, label: "one", incarnation: 1 },
  columns: 80,
  rows: 24,
});

/** The drover side as the daemon has it: the server named by the path of its socket. */
function byPath(tmux: RealTmux, socket: string) {
  const tmuxArgs = { socketPath: socket, configFile: "/dev/null" };
  const server = new TmuxServer({ clock: systemClock, log: quiet, tmuxArgs, env: tmux.env, emulator: plainStills });
  return { server, socket };
}

/** Another process that looks at this server, as a daemon would; resolves when it is connected. */
async function heldElsewhere(tmux: RealTmux): Promise<ChildProcessByStdio<null, Readable, null>> {
  const holder = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `
        import { RealTmux, quiet, plainStills } from "${new URL("../tmux/real-tmux.js", import.meta.url).href}";
        import { TmuxServer } from "#tmux/server.js";
        import { systemClock } from "#host/clock.js";
        const server = new TmuxServer({ clock: systemClock, log: quiet, tmuxArgs: { socketName: "${tmux.name}" }, env: process.env, emulator: plainStills });
        await server.start({ sighting() {}, still() {}, connection() {} });
        console.log("up");
        setInterval(() => {}, 1000);`,
    ],
    { env: tmux.env, stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  return holder;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}

test.run();
