/**
 * Going to an agent's own tab. Inside the same tmux server the client that shows the dashboard is switched there; from
 * outside (or from another server) the terminal is handed to `tmux attach` and taken back afterwards. The tab is named
 * by its ids, the session by its exact name.
 */
import { spawn, spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";

export interface AttachTo {
  /** The socket of the tmux server the agents run in. */
  readonly socket: string;
  readonly session: string;
  readonly window: string;
  readonly pane: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Whether this terminal is a client of that very server. */
export function isInside(env: Env, socket: string): boolean {
  const own = env.TMUX?.split(",")[0];
  return own !== undefined && own !== "" && realpath(own) === realpath(socket);
}

function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * Switches the client that shows us. Returns null, or one sentence on why not. In a popup TMUX_PANE is empty: there the
 * session of $TMUX stands in for the pane.
 */
export function switchClient(env: Env, to: AttachTo): { problem: string | null; popup: boolean } {
  const pane = env.TMUX_PANE ?? "";
  const popup = pane === "";
  const session = popup
    ? `$${env.TMUX?.split(",")[2] ?? ""}`
    : run(to.socket, ["display-message", "-p", "-t", pane, "#{session_id}"]).text;
  const clients = run(to.socket, [
    "list-clients",
    "-t",
    session,
    "-F",
    "#{client_control_mode} #{client_activity} #{client_name}",
  ]);
  // The tmux on the path may be another than the server's, and not understood by it.
  if (!clients.ok) return { problem: `tmux does not say who shows this session: ${clients.text}`, popup };
  const client = newestClient(clients.text);
  if (client === null) return { problem: "no tmux client shows this session", popup };
  // -E: the session's environment stays as it is. A pane as target chooses session, window and pane.
  const switched = run(to.socket, ["switch-client", "-E", "-c", client, "-t", to.pane]);
  return { problem: switched.ok ? null : `tmux would not go there: ${switched.text}`, popup };
}

/** Of the clients of a session, the one last used: whoever pressed the key. Control clients have no screen. */
export function newestClient(listing: string): string | null {
  const clients = listing
    .split("\n")
    .map((line) => /^(\d*) (\d+) (.+)$/.exec(line))
    .filter((match) => match !== null && match[1] !== "1")
    .map((match) => ({ activity: Number(match![2]), name: match![3]! }));
  clients.sort((a, b) => b.activity - a.activity);
  return clients[0]?.name ?? null;
}

/** The arguments of the tmux that is given the terminal. */
export function attachArguments(to: AttachTo): string[] {
  const steps = [["attach-session", "-t", `=${to.session}`]];
  if (to.window !== "") steps.unshift(["select-window", "-t", to.window]);
  if (to.pane !== "") steps.unshift(["select-pane", "-t", to.pane]);
  return ["-S", to.socket, ...steps.flatMap((step, index) => (index === 0 ? step : [";", ...step]))];
}

/** Resolves when the person has detached: null, or why it could not be. The terminal must be free. */
export function attachHere(env: Env, to: AttachTo): Promise<string | null> {
  const { TMUX: _tmux, TMUX_PANE: _pane, ...outside } = env;
  return new Promise((resolve) => {
    const tmux = spawn("tmux", attachArguments(to), { stdio: ["inherit", "inherit", "pipe"], env: outside });
    let said = "";
    tmux.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-400);
    });
    tmux.on("error", (error) => resolve(`tmux could not be started: ${error.message}`));
    tmux.on("close", (code) => resolve(code === 0 ? null : `tmux attach failed: ${said.trim() || `status ${code}`}`));
  });
}

/**
 * Where the agent of that label or id is, as its tab's own marks say; for when no daemon answers. `home` names the fleet:
 * another's agents are not meant. The session's name comes last, since it may hold anything.
 */
export function findTab(socket: string, ref: string, home: string): AttachTo | null {
  const format =
    "#{@drover-label} #{@drover-id} #{window_id} #{pane_id} #{?@drover-home,#{@drover-home},-} #{session_name}";
  return findMarked(run(socket, ["list-panes", "-a", "-F", format]).text, socket, ref, home);
}

/** The same, in a listing. */
export function findMarked(listing: string, socket: string, ref: string, home: string): AttachTo | null {
  for (const line of listing.split("\n")) {
    const [, label, id, window = "", pane = "", marked, session = ""] =
      /^(\S+) (\S+) (@\d+) (%\d+) (\S+) (.+)$/.exec(line) ?? [];
    if (marked !== "-" && marked !== home) continue;
    if (label === ref || (id !== undefined && id === ref)) return { socket, session, window, pane };
  }
  return null;
}

function run(socket: string, args: readonly string[]): { ok: boolean; text: string } {
  const done = spawnSync("tmux", ["-S", socket, ...args], { encoding: "utf8", timeout: 3_000 });
  if (done.status === 0) return { ok: true, text: done.stdout.trimEnd() };
  return { ok: false, text: (done.stderr ?? "").trim() || (done.error?.message ?? `status ${done.status}`) };
}
