/** The driver in a real terminal: a pane of a private tmux. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { isAlive } from "#host/alive.js";
import { shellLine } from "../kit/shell-line.js";
import { suite, until } from "../kit/t.js";

const test = suite("driver in a terminal", 20_000);
const actor = join(dirname(fileURLToPath(import.meta.url)), "../faces/driver/actor.js");
const program = shellLine(process.execPath, actor);
/** A server of its own for every test: one that was just told to end would take the next session with it. */
let server = 0;

function tmux(...args: string[]): string {
  const env = { ...process.env };
  delete env.TMUX;
  delete env.TMUX_PANE;
  const run = spawnSync("tmux", ["-L", `drover-driver-${process.pid}-${server}`, "-f", "/dev/null", ...args], {
    env,
    encoding: "utf8",
  });
  return run.stdout.replace(/\n$/, "");
}

const screen = (): string => tmux("capture-pane", "-p", "-t", "=t:");
const keys = (...which: string[]): string => tmux("send-keys", "-t", "=t:", ...which);
const ask = (format: string): string => tmux("display-message", "-p", "-t", "=t:", format);
const shown = (text: string | RegExp): Promise<unknown> =>
  until(`${text} is shown`, () => (typeof text === "string" ? screen().includes(text) : text.test(screen())), {
    show: screen,
  });

function freshServer(): void {
  if (server > 0) tmux("kill-server");
  server++;
}

/** Starts the actor from a shell that tells its exit status, and whether the terminal's modes are what they were. */
async function start(library = "neo-blessed"): Promise<number> {
  freshServer();
  const after = `echo "status $?"; [ "$before" = "$(stty -g)" ] && echo modes-same; cat`;
  const script = `before=$(stty -g); ${program} ${library}; ${after}`;
  tmux("new-session", "-d", "-s", "t", "-x", "60", "-y", "24", script);
  await shown(/pid \d+ last none 60x24/);
  return Number(/pid (\d+)/.exec(screen())![1]);
}

async function restored(status: number): Promise<void> {
  await shown(`status ${status}`);
  await shown("modes-same");
  assert.is(ask("#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{wrap_flag}"), "0 1 0 1");
}

test.after(() => {
  tmux("kill-server");
});

for (const library of ["neo-blessed", "blessed"]) {
  test(`${library} takes the terminal, and gives it back at the end`, async () => {
    await start(library);
    assert.is(ask("#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{wrap_flag}"), "1 0 1 0");
    keys("M-Left");
    await shown("last M-left");
    keys("Escape");
    await shown("last escape");
    keys("q");
    await restored(0);
  });
}

for (const [signal, status] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGQUIT", 131],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} restores the terminal and ends with ${status}`, async () => {
    process.kill(await start(), signal);
    await restored(status);
  });
}

test("an exit from anywhere restores the terminal", async () => {
  await start();
  keys("x");
  await restored(7);
});

test("an uncaught error restores the terminal before it is printed", async () => {
  await start();
  keys("t");
  await shown("thrown on purpose");
  await restored(1);
});

test("an unhandled rejection restores the terminal before it is printed", async () => {
  await start();
  keys("r");
  await shown("rejected on purpose");
  await restored(1);
});

test("another program gets every key while the driver is suspended, and the screen comes back", async () => {
  await start();
  keys("a");
  await shown("other>");
  keys("-l", "hello q x");
  keys("Enter");
  await shown("other heard hello q x");
  keys("Enter");
  await shown(/last a 60x24/);
  keys("b");
  await shown("last b");
  keys("q");
  await restored(0);
});

test("an interrupt typed while another program has the terminal is that program's", async () => {
  await start();
  keys("c");
  await shown("other>");
  keys("C-c");
  await shown("other interrupted");
  keys("Enter");
  await shown("last c");
  keys("b");
  await shown("last b");
});

test("a stop without a shell to wake it from leaves the driver as it was", async () => {
  await start();
  keys("z");
  await shown("last z");
  keys("b");
  await shown("last b");
});

test("under a shell with job control it stops, and comes back with fg", async () => {
  freshServer();
  tmux("new-session", "-d", "-s", "t", "-x", "60", "-y", "24", "env PS1='shell> ' bash --norc --noprofile -i");
  await shown("shell>");
  keys("-l", program);
  keys("Enter");
  await shown(/last none 60x24/);
  keys("z");
  await shown("Stopped");
  assert.is(ask("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
  tmux("resize-window", "-t", "=t:", "-x", "70", "-y", "20");
  keys("-l", "fg");
  keys("Enter");
  await shown(/last z 70x20/);
  keys("b");
  await shown("last b");
  assert.is(ask("#{alternate_on} #{mouse_any_flag}"), "1 1");
});

test("a storm of sizes ends in the right picture", async () => {
  await start();
  for (const [x, y] of [
    [10, 3],
    [100, 30],
    [10, 3],
    [150, 44],
    [20, 4],
    [44, 7],
  ] as const) {
    tmux("resize-window", "-t", "=t:", "-x", String(x), "-y", String(y));
  }
  await shown(/44x7/);
  assert.match(screen(), /^┌─ actor ─+┐\n(│.*│\n){5}└─+┘$/);
});

test("a paste arrives whole, not as keys", async () => {
  await start();
  tmux("set-buffer", "q\ny x");
  tmux("paste-buffer", "-p", "-t", "=t:");
  await shown('last paste "q\\ny x"');
});

test("a terminal that goes away takes the program with it", async () => {
  const pid = await start();
  tmux("kill-server");
  await until("the process is gone", () => !isAlive(pid));
});

test.run();
