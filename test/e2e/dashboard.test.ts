/**
 * The dashboard as a person uses it: in a terminal (a pane of a private tmux), with a daemon of its own, on rehearsal
 * agents in another private tmux.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { AgentsJson } from "#wire/agent.js";
import { shellLine } from "../kit/shell-line.js";
import { RUN_LIMIT_MS, suite, until } from "../kit/t.js";

const test = suite("dashboard in a terminal", 40_000);

const drover = fileURLToPath(new URL("../../../bin/drover.js", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "drover-dash-"));
const command = shellLine(process.execPath, drover);
const stderr = shellLine(join(home, "stderr"));
const agents = `drover-dash-agents-${process.pid}`;
/** A server of its own for every terminal: one that was just told to end would take the next session with it. */
let terminals = 0;

const env: NodeJS.ProcessEnv = { ...process.env, DROVER_HOME: home, LC_ALL: "C.UTF-8", TERM: "tmux-256color" };
delete env.TMUX;
delete env.TMUX_PANE;

function run(program: string, ...args: string[]): string {
  const done = spawnSync(program, args, { env, encoding: "utf8", timeout: RUN_LIMIT_MS });
  if (done.status !== 0 && program === process.execPath) {
    throw new Error(`${args.slice(1).join(" ")}: status ${done.status}\n${done.stdout}${done.stderr}`);
  }
  return done.stdout.replace(/\n$/, "");
}

const cli = (...args: string[]): string => run(process.execPath, drover, "-L", agents, "-f", "/dev/null", ...args);
const inAgents = (...args: string[]): string => run("tmux", "-L", agents, "-f", "/dev/null", ...args);
const inTerminal = (...args: string[]): string =>
  run("tmux", "-L", `drover-dash-screen-${process.pid}-${terminals}`, "-f", "/dev/null", ...args);
const freshTerminal = (): void => {
  if (terminals > 0) inTerminal("kill-server");
  terminals++;
};

const screen = (): string => inTerminal("capture-pane", "-p", "-t", "=t:");
const press = (...keys: string[]): void => void inTerminal("send-keys", "-t", "=t:", ...keys);
const type = (text: string): void => void inTerminal("send-keys", "-t", "=t:", "-l", text);
const states = (): Record<string, string> => {
  const { agents: all } = JSON.parse(cli("ls", "--json")) as AgentsJson;
  return Object.fromEntries(all.map((agent) => [agent.label, agent.state]));
};
const shows = (text: string | RegExp, limitMs = 10_000): Promise<unknown> =>
  until(`the screen shows ${text}`, () => (typeof text === "string" ? screen().includes(text) : text.test(screen())), {
    show: screen,
    limitMs,
  });
const becomes = (label: string, state: string | RegExp): Promise<unknown> =>
  until(
    `${label} is ${state}`,
    () => new RegExp(`^(${typeof state === "string" ? state : state.source})$`).test(states()[label] ?? ""),
    {
      limitMs: 15_000,
      show: () => `${JSON.stringify(states())}\n${screen()}`,
    },
  );

/** What every agent here plays: `deploy` asks for leave, anything else is answered. */
const SCRIPT = {
  topic: "practice",
  turns: [
    { on: "deploy", steps: [{ permission: "Deploy", detail: "make deploy-everything" }, { say: "It was: {answer}." }] },
    { steps: [{ wait: 8_000 }, { say: "Heard and done." }] },
  ],
};

function open(columns: number, rows: number, ...options: string[]): void {
  freshTerminal();
  const line = `${command} -L ${agents} ${options.join(" ")} 2>${stderr}; echo "status $?"; exec cat`;
  inTerminal("new-session", "-d", "-s", "t", "-x", String(columns), "-y", String(rows), "-c", home, line);
}

async function quit(): Promise<void> {
  press("q");
  await shows("status 0");
}

test.before(async () => {
  const script = join(home, "script.json");
  writeFileSync(script, JSON.stringify(SCRIPT));
  for (const [label, session] of [
    ["alpha", "one"],
    ["beta", "one"],
    ["gamma", "two"],
  ] as const) {
    const folder = join(home, label);
    mkdirSync(folder);
    cli("spawn", "rehearsal", "-l", label, "-s", session, "-c", folder, "--", "--script", script, "--speed", "20");
  }
  for (const label of ["alpha", "beta", "gamma"]) await becomes(label, /idle|done/);
});

test.after(async () => {
  inTerminal("kill-server");
  // A dashboard that a failed test left open may bring the daemon back once before its terminal is gone.
  const runFile = join(home, "state/servers", agents, "daemon.json");
  const down = () => run("sh", "-c", `${command} -L ${agents} down`);
  await until("no daemon is left", () => down() !== null && !existsSync(runFile));
  inAgents("kill-server");
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

test("it shows every agent, and the screen of the one selected", async () => {
  open(120, 36);
  await shows("3 agents");
  for (const text of ["▾ one 2", "▾ two 1", "alpha", "beta", "gamma"]) await shows(text);
  await shows(/┌─ alpha (idle|done)/);
  await shows("practice");
  await quit();
});

test("a question is shown, gone to with g, and answered with a digit", async () => {
  open(120, 36);
  await shows("3 agents");
  cli("send", "beta", "deploy it");
  await shows("1 needs you");
  press("g");
  await shows("beta asks for permission");
  await shows("make deploy-everything");
  press("1");
  await shows("answered beta");
  await shows(/It was: \S/);
  await until("nobody is waited for", () => !/needs? you/.test(screen()), { show: screen });
  await becomes("beta", /idle|done/);
  await quit();
});

test("three lines, typed and pasted, arrive as one prompt", async () => {
  open(120, 36);
  await shows(/┌─ (alpha|beta)/);
  press("Home", "Down", "s");
  await shows("prompt for alpha");
  inTerminal("set-buffer", "first line\nsecond line");
  inTerminal("paste-buffer", "-p", "-t", "=t:");
  await shows("second line");
  press("C-j");
  type("third line, q x 1");
  await shows("3 lines, one prompt");
  const turn = (JSON.parse(cli("ls", "--json")) as AgentsJson).agents.find((agent) => agent.label === "alpha")!.turn;
  press("Enter");
  await shows("delivered to alpha", 15_000);
  await shows("Heard and done.");
  await becomes("alpha", /idle|done/);
  const after = (JSON.parse(cli("ls", "--json")) as AgentsJson).agents.find((agent) => agent.label === "alpha")!;
  assert.is(after.turn, turn + 1, "one prompt, one turn");
  assert.match(cli("output", "alpha", "--screen"), /first line\n.*second line\n.*third line, q x 1/);
  await quit();
});

test("it filters, shrinks to 40x10 and grows again, and nothing breaks", async () => {
  open(120, 36);
  await shows("3 agents");
  press("/");
  type("two");
  await shows("agents: two");
  assert.not.match(screen(), /beta/);
  inTerminal("resize-window", "-t", "=t:", "-x", "40", "-y", "10");
  await until("the list alone is left", () => !screen().includes("┐┌") && screen().includes("gamma"), { show: screen });
  assert.ok(
    screen()
      .split("\n")
      .every((row) => row.length <= 40),
  );
  inTerminal("resize-window", "-t", "=t:", "-x", "30", "-y", "6");
  await shows("drover needs 40x10");
  inTerminal("resize-window", "-t", "=t:", "-x", "120", "-y", "36");
  await shows(/┌─ gamma/);
  press("Escape");
  await shows("beta");
  await quit();
});

test("it is found again as it was left", async () => {
  open(100, 30);
  await shows("3 agents");
  press("Home", "Left", "End");
  await shows("▸ one 2");
  await shows(/┌─ gamma/);
  press("s");
  type("half a thought");
  await shows("half a thought");
  press("Escape");
  await until("the editor is closed", () => !screen().includes("prompt for"));
  await quit();
  open(100, 30);
  await shows("▸ one 2");
  await shows(/┌─ gamma/);
  press("s");
  await shows("half a thought");
  press("C-u", "Escape");
  await until("the editor is closed", () => !screen().includes("prompt for"));
  press("Home", "Right");
  await shows("▾ one 2");
  await quit();
});

test("attaching hands the terminal to the agent's tab and takes it back", async () => {
  open(100, 30);
  await shows(/┌─ /);
  press("End");
  await shows(/┌─ gamma/);
  press("Enter");
  await until("a client shows the agent's session", () => inAgents("list-clients", "-t", "=two").includes("two"));
  assert.is(inAgents("display-message", "-p", "-t", "=two:", "#{window_name}"), "gamma");
  press("C-b", "d");
  await shows(/┌─ gamma/);
  await shows("3 agents");
  await quit();
});

test("inside the same tmux the client that shows it is switched to the agent's pane", async () => {
  const line = `${command} 2>${stderr}; exec cat`;
  inAgents("new-session", "-d", "-s", "desk", "-x", "100", "-y", "30", "-e", `DROVER_HOME=${home}`, line);
  freshTerminal();
  const attach = `env -u TMUX tmux -L ${agents} attach -t =desk`;
  inTerminal("new-session", "-d", "-s", "t", "-x", "100", "-y", "30", attach);
  await shows("3 agents");
  press("End");
  await shows(/┌─ gamma/);
  press("Enter");
  const clients = () => inAgents("list-clients", "-F", "#{client_control_mode} #{client_session}");
  await until("the client shows the agent's session", () => clients().includes("0 two"), { show: clients });
  inAgents("kill-session", "-t", "=desk");
});

test("blessed shows what neo-blessed shows", async () => {
  let picture = "";
  for (const library of ["neo-blessed", "blessed"]) {
    open(100, 30, "--driver", library);
    await shows("3 agents");
    press("End");
    await shows(/┌─ gamma/);
    await shows("ready");
    press("?");
    await shows(/┌─ keys[\s\S]*esc close/);
    if (library === "neo-blessed") picture = screen();
    else await until("both show the same", () => screen() === picture, { show: () => `${picture}\n${screen()}` });
    press("q");
    await until("the help is closed", () => !screen().includes("┌─ keys"));
    await quit();
  }
});

test("the configuration names the library; what is wrong with it there is told with its line", async () => {
  const config = join(home, "config.toml");
  try {
    writeFileSync(config, '[ui]\ndriver = "blessed"\n');
    open(100, 30);
    await shows("3 agents");
    await quit();
    writeFileSync(config, '[ui]\ndriver = "curses"\n');
    open(100, 30);
    await shows(/status [1-9]/);
    assert.is(
      readFileSync(join(home, "stderr"), "utf8").split("\n")[0],
      `drover: ${config}:2: ui.driver must be "neo-blessed" or "blessed"`,
    );
  } finally {
    rmSync(config);
  }
});

test("a killed daemon is started again under the dashboard, which shows the same agents", async () => {
  open(120, 36);
  await shows("3 agents");
  const pid = (JSON.parse(cli("status", "--json")) as { pid: number }).pid;
  process.kill(pid, "SIGKILL");
  await until("another daemon answers", () => (JSON.parse(cli("status", "--json")) as { pid: number }).pid !== pid, {
    limitMs: 15_000,
  });
  press("Home", "Down");
  await shows(/┌─ alpha/);
  // The client that the killed daemon left behind may take the new one's connection with it; that one comes back.
  await until("gamma takes a prompt", () => cli("send", "gamma", "deploy again") !== "", { limitMs: 15_000 });
  await shows("1 needs you", 15_000);
  assert.not.match(screen(), /daemon gone/);
  assert.is(readFileSync(join(home, "stderr"), "utf8"), "");
  await quit();
});

test.run();
