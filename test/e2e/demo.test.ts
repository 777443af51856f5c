import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite, until } from "../kit/t.js";

const test = suite("drover demo", 40_000);
const drover = fileURLToPath(new URL("../../../bin/drover.cjs", import.meta.url));
const server = `demo-test-${process.pid}`;

function tmux(...args: string[]): string {
  return execFileSync("tmux", ["-u", "-L", server, "-f", "/dev/null", ...args], { encoding: "utf8" }).trimEnd();
}

tmux("start-server", ";", "set-option", "-s", "exit-empty", "off", ";", "set-option", "-g", "remain-on-exit", "on");
test.after(() => void tmux("kill-server"));

/** Every process of this machine that has `word` in its command line (without /proc: by ps). */
function processesWith(word: string): string[] {
  if (!existsSync("/proc/self/cmdline")) {
    const lines = execFileSync("ps", ["-axww", "-o", "args="], { encoding: "utf8" }).split("\n");
    return lines.filter((line) => line.includes(word));
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(word));
}

class Demo {
  readonly pane: string;
  folder = "";

  constructor(columns: number, rows: number) {
    const size = ["-x", String(columns), "-y", String(rows)];
    this.pane = tmux("new-session", "-d", "-P", "-F", "#{pane_id}", ...size, process.execPath, drover, "demo");
  }

  get pid(): number {
    return Number(tmux("display-message", "-p", "-t", this.pane, "#{pane_pid}"));
  }

  screen(): string {
    return tmux("capture-pane", "-p", "-t", this.pane);
  }

  /** Until all six are on the screen, and two of them need somebody. */
  async shown(): Promise<void> {
    const show = () => this.screen();
    await until("six agents are shown, some of whom need somebody", () => /6 agents .*needs? you/.test(this.screen()), {
      limitMs: 20_000,
      show,
    });
    const watchdog = await until("the watchdog is there", () => {
      const lines = processesWith("/tmp/drover-demo-").filter((line) => /^sh -c/.test(line.trimStart()));
      return lines.find((line) => this.childLines().includes(line));
    });
    this.folder = /\/tmp\/drover-demo-\w+|\S*\/drover-demo-\w+/.exec(watchdog)![0];
  }

  /** The command lines of the demo's own children. */
  private childLines(): string[] {
    if (!existsSync("/proc/self/cmdline")) return processesWith("drover-demo-");
    const pids = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").trim().split(" ");
    return pids.flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return [];
      }
    });
  }

  childPid(word: string): number {
    const pids = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").trim().split(" ");
    const found = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word));
    return Number(found);
  }

  async gone(): Promise<void> {
    assert.match(this.folder, /drover-demo-/);
    await until("its folder is gone", () => !existsSync(this.folder));
    await until("its processes are gone", () => processesWith(this.folder).length === 0, {
      show: () => processesWith(this.folder).join("\n"),
    });
  }
}

test("it shows six agents, two of which need somebody, and q leaves nothing behind", async () => {
  const demo = new Demo(120, 40);
  await demo.shown();
  const json = () => {
    const env = { ...process.env, DROVER_HOME: `${demo.folder}/home` };
    const args = [drover, "-S", `${demo.folder}/tmux`, "ls", "--json"];
    const { agents } = JSON.parse(execFileSync(process.execPath, args, { env, encoding: "utf8" })) as {
      agents: { label: string; state: string; question: { text: string } | null }[];
    };
    return agents;
  };
  const states = () => Object.fromEntries(json().map((agent) => [agent.label, agent.state]));
  const wanted = {
    "checkout-bug": ["blocked"],
    "release-notes": ["blocked"],
    "node-upgrade": ["error"],
    "coupon-api": ["working"],
    "translate-de": ["working"],
    "flaky-tests": ["done", "idle"],
  };
  await until(
    "each is in its state",
    () => {
      const now = states();
      return Object.entries(wanted).every(([label, these]) => these.includes(now[label] ?? ""));
    },
    { limitMs: 20_000, show: () => JSON.stringify(states()) },
  );
  assert.match(json().find((agent) => agent.label === "checkout-bug")!.question!.text, /npm test -- checkout/);
  tmux("send-keys", "-t", demo.pane, "q");
  await demo.gone();
  await until("it ends well", () => {
    // tmux 3.3a now and then leaves an ended program a zombie until its next child ends.
    tmux("run-shell", "-b", ":");
    return tmux("display-message", "-p", "-t", demo.pane, "#{pane_dead} #{pane_dead_status}") === "1 0";
  });
});

for (const signal of ["SIGTERM", "SIGHUP", "SIGKILL"] as const) {
  test(`${signal} leaves nothing behind`, async () => {
    const demo = new Demo(80, 24);
    await demo.shown();
    process.kill(demo.pid, signal);
    await demo.gone();
  });
}

test.skipIf(!existsSync("/proc/self/cmdline"), "the dashboard's pid is looked up in /proc")(
  "a dashboard that crashes takes the demo with it, and the terminal is whole again",
  async () => {
    const demo = new Demo(80, 24);
    await demo.shown();
    process.kill(demo.childPid("bin/drover.cjs"), "SIGKILL");
    await demo.gone();
    await until(
      "the main screen is back",
      () => tmux("display-message", "-p", "-t", demo.pane, "#{alternate_on}") === "0",
    );
  },
);

test("a terminal that is closed takes the demo with it", async () => {
  const demo = new Demo(80, 24);
  await demo.shown();
  tmux("kill-session", "-t", demo.pane);
  await demo.gone();
});

test.run();
