/** A tmux server as a process: how it is started, which executable it runs, and what it is reminded of. */
import { existsSync } from "node:fs";
import { execa } from "execa";
import { Fault } from "#core/fault.js";
import { OWN_SESSION } from "#core/protocol/listing.js";
import { OWN_PANE } from "./client.js";
import { makeSocketFolder, type TmuxTarget, targetArguments } from "./target.js";

/**
 * Starts a server with `program`, unless somebody else of us was faster. Our session is its first: a server started
 * otherwise would end before we came, having none. Throws TMUX_UNREACHABLE.
 */
export async function startServer(
  program: string,
  target: TmuxTarget,
  socket: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const config = target.configFile === undefined ? [] : ["-f", target.configFile];
  makeSocketFolder(socket);
  const hold = ["new-session", "-d", "-s", OWN_SESSION, "-x", "80", "-y", "24", ...OWN_PANE];
  const told = await run(program, ["-u", ...targetArguments(target), ...config, ...hold], env, 10_000);
  // "duplicate session": somebody else of us was faster. tmux exits 0 where it could not make its socket.
  const failed = told.exitCode !== 0 || told.stderr.includes("error creating");
  if (failed && !told.stderr.includes("duplicate session")) {
    throw new Fault("TMUX_UNREACHABLE", `tmux could not be started: ${told.stderr.trim() || told.shortMessage}`, {
      hint: "Is tmux installed? `drover doctor` looks at what is needed.",
    });
  }
}

/**
 * The executable of the server that runs, where the installed tmux is of another version; else null. After an upgrade
 * client and server can be too far apart: the client hangs, or believes that the server died. The server's own executable
 * always fits (Linux keeps it reachable).
 */
export async function ownExecutable(
  target: TmuxTarget,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly path: string; readonly installed: string; readonly version: string } | null> {
  if (process.platform !== "linux") return null;
  const [{ stdout }, running] = await Promise.all([
    run("tmux", ["-V"], env, 2_000),
    run("tmux", ["-N", ...targetArguments(target), "display-message", "-p", "#{pid} #{version}"], env, 2_000),
  ]);
  const installed = stdout.trim();
  const [pid, version] = running.stdout.trim().split(" ");
  if (running.exitCode !== 0 || version === undefined || installed === `tmux ${version}`) return null;
  const path = `/proc/${pid}/exe`;
  return existsSync(path) ? { path, installed, version } : null;
}

/**
 * tmux hears of an exit by SIGCHLD, and may miss it: a pane's process then stays a zombie, its status unknown, until
 * another child ends (3.3a on a busy machine, one end in fifteen). The same signal once more makes it look; it does
 * nothing else.
 */
export function remindToReap(serverPid: number): void {
  try {
    process.kill(serverPid, "SIGCHLD");
  } catch {
    // Another user's server, or one that just ended.
  }
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>>, timeout: number) {
  return execa(program, args, { env, extendEnv: false, reject: false, timeout, stdin: "ignore" });
}
