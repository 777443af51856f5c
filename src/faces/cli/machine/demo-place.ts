/** The private folder a demo lives in, the tmux server in it, and the watchdog that clears up behind a demo that was killed. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "#core/fault.js";

export class DemoPlace {
  readonly folder: string;
  readonly tmuxSocket: string;
  /** The caller's environment without whatever would lead to the caller's own tmux or drover. */
  readonly env: NodeJS.ProcessEnv;
  /** The same, and whether the terminal is a tmux client's: that decides its colours and how long an escape may wait. */
  readonly dashboardEnv: NodeJS.ProcessEnv;
  private watchdog: ChildProcess | null = null;

  constructor(env: NodeJS.ProcessEnv) {
    this.folder = privateFolder();
    this.tmuxSocket = join(this.folder, "tmux");
    const own = Object.entries(env).filter(([name]) => !/^(DROVER_|TMUX)|^NODE_EXTRA_CA_CERTS$/.test(name));
    this.env = { ...Object.fromEntries(own), DROVER_HOME: join(this.folder, "home") };
    const { TMUX, TMUX_PANE } = env;
    this.dashboardEnv = { ...this.env, ...(TMUX && { TMUX }), ...(TMUX_PANE && { TMUX_PANE }) };
  }

  /**
   * Clears up where this process cannot any more: the watchdog's standard input ends with us. It is told the
   * dashboard's pid, and `done` when there is nothing left to do.
   */
  watch(runFile: string): void {
    const script = `
      child=; while read -r word pid; do case $word in dashboard) child=$pid;; done) exit 0;; esac; done
      daemon=$(sed -n 's/.*"pid": *\\([0-9][0-9]*\\).*/\\1/p' "$3" 2>/dev/null)
      kill $child $daemon 2>/dev/null
      tmux -S "$2" kill-server 2>/dev/null
      sleep 1; rm -rf "$1"`;
    const child = spawn("sh", ["-c", script, "sh", this.folder, this.tmuxSocket, runFile], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      env: this.env,
    });
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.unref();
    this.watchdog = child;
  }

  tellWatchdog(line: string): void {
    this.watchdog?.stdin?.write(`${line}\n`);
  }

  startTmux(): void {
    // Not tmux's own prefix: inside somebody's tmux that one would go to theirs.
    this.tmux(
      ...["-f", "/dev/null", "start-server", ";", "set-option", "-s", "exit-empty", "off"],
      ...[";", "set-option", "-g", "status-right", " C-q: back to drover "],
      ...[";", "bind-key", "-n", "C-q", "detach-client", ";", "set-option", "-g", "mouse", "on"],
    );
  }

  stopTmux(): void {
    this.tmux("kill-server");
  }

  /** The tmux server and every program in it. */
  tmuxPids(): number[] {
    const listed = this.tmux("display-message", "-p", "#{pid}", ";", "list-panes", "-a", "-F", "#{pane_pid}");
    return listed
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 1);
  }

  /** Made if it is missing. */
  workFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    this.watchdog?.stdin?.end("done\n");
  }

  /** What tmux answers; nothing where it has gone already. */
  private tmux(...args: string[]): string {
    try {
      return execFileSync("tmux", ["-u", "-S", this.tmuxSocket, ...args], {
        env: this.env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    } catch {
      return "";
    }
  }
}

/** In `/tmp` where there is one: a socket's path must be short, and macOS's own temporary folders are not. */
function privateFolder(): string {
  for (const parent of ["/tmp", tmpdir()]) {
    try {
      return realpathSync(mkdtempSync(join(parent, "drover-demo-")));
    } catch {
      // the next one, then
    }
  }
  throw new Fault("INVALID", `no folder can be made in ${tmpdir()}`, { hint: "set TMPDIR to a folder of your own" });
}
