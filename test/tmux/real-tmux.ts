/** A tmux server of a test's own: its own socket, no configuration, and gone at the end. */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import type { PaneId } from "#core/model.js";
import { BLANK_ROW, type Still } from "#core/screen/still.js";
import { systemClock } from "#host/clock.js";
import { silentLog } from "#host/log.js";
import type { StillMaker } from "#tmux/captures.js";
import { TmuxServer } from "#tmux/server.js";
import { socketOf } from "#tmux/target.js";

let count = 0;

export class RealTmux {
  readonly name = `drover-test-${process.pid}-${++count}`;
  readonly env: Record<string, string>;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.env = { ...(process.env as Record<string, string>), ...env };
    delete this.env.TMUX;
    delete this.env.TMUX_PANE;
  }

  /** Runs a tmux command against this server; gives its output. Throws where tmux says no. */
  run(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile("tmux", ["-L", this.name, "-f", "/dev/null", ...args], { env: this.env }, (error, stdout, stderr) => {
        if (error) reject(new Error(`tmux ${args[0]}: ${stderr.trim()}`));
        else resolve(stdout.replace(/\n$/, ""));
      });
    });
  }

  /** A session with one window that runs `command`; gives the pane's id. */
  session(name: string, ...command: string[]): Promise<string> {
    const run = command.length > 0 ? command : ["cat"];
    return this.run("new-session", "-d", "-P", "-F", "#{pane_id}", "-s", name, "-x", "80", "-y", "24", ...run);
  }

  /** The drover side of this server, telling into `log` and making plain stills unless given another maker. */
  server(
    more: { emulator?: StillMaker; env?: Readonly<Record<string, string>>; home?: string; tapFolder?: string } = {},
  ): TmuxServer {
    return new TmuxServer({
      clock: systemClock,
      log: quiet,
      tmuxArgs: { socketName: this.name, configFile: "/dev/null" },
      env: { ...this.env, ...more.env },
      emulator: more.emulator ?? plainStills,
      ...(more.home === undefined ? {} : { home: more.home }),
      ...(more.tapFolder === undefined ? {} : { tapFolder: more.tapFolder }),
    });
  }

  /** The user's panes, in the order of their sessions' names. */
  async panes(): Promise<PaneId[]> {
    const listed = await this.run("list-panes", "-a", "-F", "#{session_name} #{pane_id}");
    return listed
      .split("\n")
      .filter((line) => !line.startsWith("_drover "))
      .map((line) => line.slice(line.lastIndexOf(" ") + 1) as PaneId);
  }

  async sessions(): Promise<string[]> {
    const listed = await this.run("list-sessions", "-F", "#{session_name}").catch(() => "");
    return listed.split("\n").filter(Boolean);
  }

  async end(): Promise<void> {
    await this.run("kill-server").catch(() => {});
    rmSync(socketOf({ socketName: this.name }, this.env), { force: true }); // tmux leaves it
  }
}

export const quiet = silentLog;

/** Rows as text, without colours. */
export const plainStills: StillMaker = {
  async still(captureText, frame): Promise<Still> {
    const lines = captureText.replace(/\x1b\[[0-9;:]*m/g, "").split("\n");
    const rows = Array.from({ length: frame.rows }, (_, y) => {
      const text = (lines[y] ?? "").trimEnd();
      return text === "" ? BLANK_ROW : { text, runs: [] };
    });
    return { ...frame, rows };
  },
};

export function textOf(still: Still): string {
  return still.rows
    .map((row) => row.text)
    .join("\n")
    .trimEnd();
}
