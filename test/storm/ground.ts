/**
 * What is true on the machine, told by tmux and /proc alone: which agent a pane's program was launched as is read from its
 * own environment, which nobody can move, copy or rename.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface GroundPane {
  readonly pane: string;
  readonly pid: number;
  readonly dead: boolean;
  readonly session: string;
  readonly window: string;
  readonly windowName: string;
  /** The marks it carries; empty where it carries none. */
  readonly markId: string;
  readonly markLabel: string;
  /** The agent that its process was launched as; null for a program of the user's, or one that has ended. */
  readonly agent: string | null;
}

const FIELDS = [
  "#{pane_id}",
  "#{pane_pid}",
  "#{pane_dead}",
  "#{session_name}",
  "#{window_id}",
  "#{window_name}",
  "#{@drover-id}",
  "#{@drover-label}",
];

export class Ground {
  /** The user's own panes: id to process. To be filled by whoever made them. */
  readonly users = new Map<string, number>();
  readonly #server: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(server: string, env: NodeJS.ProcessEnv) {
    this.#server = server;
    this.#env = env;
  }

  /** Runs a tmux command; rejects where tmux says no. */
  async tmux(...args: string[]): Promise<string> {
    const { stdout } = await run("tmux", ["-L", this.#server, "-f", "/dev/null", ...args], { env: this.#env });
    return stdout.trimEnd();
  }

  /** Every pane but drover's own. */
  async panes(): Promise<GroundPane[]> {
    const listing = await this.tmux("list-panes", "-a", "-F", FIELDS.join("\t"));
    return listing
      .split("\n")
      .map((line) => line.split("\t"))
      .map(([pane = "", pid = "", dead, session = "", window = "", windowName = "", markId = "", markLabel = ""]) => ({
        pane,
        pid: Number(pid),
        dead: dead === "1",
        session,
        window,
        windowName,
        markId,
        markLabel,
        agent: dead === "1" ? null : launchedAs(Number(pid)),
      }))
      .filter(
        (one) => one.session !== "_drover" || one.markId !== "" || one.agent !== null || this.users.has(one.pane),
      );
  }

  /** The processes that hold a connection to this server. */
  async clients(): Promise<string[]> {
    const listing = await this.tmux("list-clients", "-F", "#{client_pid}");
    return listing.split("\n").filter((line) => line !== "");
  }
}

function launchedAs(pid: number): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return environment.find((line) => line.startsWith("DROVER_ID="))?.slice("DROVER_ID=".length) ?? null;
  } catch {
    return null; // ended since the listing
  }
}
