/** Looks around on this machine for `drover doctor`; judges nothing. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Fault } from "#core/fault.js";
import { configuredProviders } from "#core/screen/configured.js";
import { providers } from "#core/screen/providers.js";
import type { Provider } from "#core/screen/reading.js";
import { cataloguePath, readCatalogue } from "#host/catalogue-file.js";
import { readConfig } from "#host/config.js";
import type { HealthJson } from "#wire/agent.js";
import { installedVersion } from "../../kit/install-root.js";
import { staleRunFile } from "../../kit/stale-run-file.js";
import { tmuxVersion } from "../../kit/tmux-check.js";
import type { Context } from "../context.js";
import type { Findings, Folder } from "./doctor-checks.js";
import { storeLosses } from "./status.js";

const HEALTH_LIMIT_MS = 3_000;
/** Always there, so that finding them says nothing. */
const BUNDLED = ["shell", "generic", "rehearsal"];

export async function look(context: Context): Promise<Findings> {
  const { env, paths } = context;
  const asked = await askDaemon(context);
  const { known, configTrouble } = await configured(context);
  return {
    node: process.versions.node,
    version: installedVersion(),
    tmux: askTmux(env, ["-V"], tmuxVersion),
    tmuxSocket: paths.tmuxSocket,
    tmuxAnswers: askTmux(env, ["-S", paths.tmuxSocket, "list-sessions"], () => true) ?? false,
    tmuxFolder: folder(dirname(paths.tmuxSocket)),
    escapeTimeMs: existsSync(paths.tmuxSocket)
      ? askTmux(env, ["-S", paths.tmuxSocket, "show-options", "-sv", "escape-time"], Number)
      : null,
    stateFolder: folder(paths.stateDir),
    runtimeFolder: folder(paths.runtimeDir),
    ...asked,
    staleRunFile: staleRunFile(paths.runFile, asked.daemon?.pid ?? null),
    logFile: paths.logFile,
    env,
    configTrouble,
    unseen: unseen(context, known),
    providers: [...known.values()]
      .filter(({ name }) => !BUNDLED.includes(name))
      .map(({ name, command }) => ({ name, installed: onPath(command[0] ?? name, env.PATH ?? "") })),
  };
}

async function configured({
  paths,
}: Context): Promise<{ known: ReadonlyMap<string, Provider>; configTrouble: string | null }> {
  try {
    const { providers: own } = await readConfig(paths.configFile);
    return { known: configuredProviders(providers, own), configTrouble: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { known: providers, configTrouble: error.message };
  }
}

/** From what the daemon wrote down: no program is started. */
function unseen({ paths }: Context, known: ReadonlyMap<string, Provider>): Findings["unseen"] {
  return Object.entries(readCatalogue(cataloguePath(paths.stateDir))).flatMap(([name, { version }]) => {
    const seen = known.get(name)?.versions ?? [];
    return version === null || seen.length === 0 || seen.includes(version) ? [] : [{ name, version, seen }];
  });
}

async function askDaemon(context: Context): Promise<Pick<Findings, "daemon" | "daemonTrouble">> {
  try {
    const client = await context.runningDaemon();
    if (!client) return { daemon: null, daemonTrouble: null };
    const health = await client.request<HealthJson>("GET", "/v1/health", undefined, { timeoutMs: HEALTH_LIMIT_MS });
    const { pid, version, tmux, store } = health;
    const daemon = { pid, version, tmuxConnected: tmux.connected, storeOk: store.ok, losses: storeLosses(store) };
    return { daemon, daemonTrouble: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { daemon: null, daemonTrouble: error.message };
  }
}

/** Null where tmux is missing or refuses; asking never starts a server. */
function askTmux<T>(env: NodeJS.ProcessEnv, args: string[], read: (printed: string) => T): T | null {
  const run = spawnSync("tmux", args, { env, encoding: "utf8", timeout: HEALTH_LIMIT_MS });
  return run.status === 0 ? read(run.stdout.trim()) : null;
}

function folder(path: string): Folder {
  try {
    const stat = statSync(path);
    return {
      path,
      found: { mine: stat.uid === process.getuid?.(), mode: stat.mode & 0o777, writable: writable(path) },
    };
  } catch {
    return { path, found: null };
  }
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(program: string, path: string): boolean {
  return path.split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
