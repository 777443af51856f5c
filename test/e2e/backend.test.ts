/** Which backend a daemon drives, who decides it, and how a tab is reached where no daemon can be had. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { shellLine } from "../kit/shell-line.js";
import { RUN_LIMIT_MS, suite, until } from "../kit/t.js";
import { DaemonWorld, exited } from "./daemon-world.js";

const test = suite("backend", 30_000);
const drover = fileURLToPath(new URL("../../../bin/drover.cjs", import.meta.url));

let w: DaemonWorld;
test.beforeEach(() => {
  w = new DaemonWorld();
});
test.afterEach(() => w.end());

function cli(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [drover, "-L", w.server, "-f", "/dev/null", ...args], {
    env: w.env,
    encoding: "utf8",
    timeout: RUN_LIMIT_MS,
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

test("a daemon that is asked for a backend it has not says so in a sentence and exits 4", async () => {
  const child = w.launch("--backend", "herdr");
  let said = "";
  child.stderr?.on("data", (chunk) => (said += chunk));
  assert.is(await exited(child), 4);
  assert.match(JSON.parse(said).error.message, "this version of drover has no herdr backend");
  const watched = cli("daemon", "--foreground", "--backend", "herdr");
  assert.is(watched.status, 4);
  assert.match(watched.err, /^drover: this version of drover has no herdr backend: it drives tmux\n/);
});

test("the flag goes before the configuration, and health tells what was chosen", async () => {
  writeFileSync(w.paths.configFile, 'backend = "herdr"\n');
  const refused = cli("ls");
  assert.is(refused.status, 4);
  assert.match(refused.err, "has no herdr backend");
  const { status, out } = cli("daemon", "--backend", "tmux", "--json");
  assert.is(status, 0);
  assert.is(JSON.parse(out).backend, "tmux");
  assert.is((await w.ask("GET", "/v1/health")).body.backend, "tmux");
  // One that runs decides for whoever asks it.
  assert.is(cli("ls").status, 0);
  assert.is(cli("ls", "--backend", "herdr").status, 0);
  assert.is(cli("down").status, 0);
});

test("where no daemon can be had, attach finds the tab by its mark, and says so", async () => {
  const daemon = await w.start();
  const request = { provider: "rehearsal", cwd: w.home, session: "work", label: "api" };
  assert.is((await w.ask("POST", "/v1/agents", request)).status, 200);
  await w.isIn("api", "idle");
  daemon.kill("SIGTERM");
  await exited(daemon);
  // No daemon can listen where a folder stands.
  mkdirSync(w.paths.socket);
  const screens = (...args: string[]): string =>
    spawnSync("tmux", ["-L", `${w.server}-screen`, "-f", "/dev/null", ...args], {
      env: { ...w.env, TERM: "tmux-256color", LC_ALL: "C.UTF-8" },
      encoding: "utf8",
    }).stdout;
  try {
    const said = shellLine(`${w.home}/said`);
    const command = `${shellLine(process.execPath, drover)} -L ${w.server} -f /dev/null attach api 2>${said}; cat ${said}; exec cat`;
    screens("new-session", "-d", "-s", "desk", "-x", "100", "-y", "30", command);
    const clients = () => w.tmux("list-clients", "-t", "=work", "-F", "#{client_control_mode} #{session_name}");
    await until("a client shows the agent's session", () => /^0? work$/m.test(clients()), {
      limitMs: 20_000,
      show: () => screens("capture-pane", "-p", "-t", "=desk:"),
    });
    w.tmux("detach-client", "-s", "=work");
    const shown = () => screens("capture-pane", "-p", "-J", "-t", "=desk:");
    await until("its warning is read", () => /warning: .*going to the tab of tmux that bears the label/.test(shown()), {
      show: shown,
    });
  } finally {
    screens("kill-server");
    rmSync(`${w.paths.tmuxSocket}-screen`, { force: true }); // tmux leaves it
  }
});

test.run();
