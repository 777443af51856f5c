/**
 * The daemon as a process: the one that owns the store and the connection to tmux. Whoever opens the store is the
 * daemon; everyone else finds it locked and leaves in silence. It ends on SIGTERM, SIGINT, when asked, or when the last
 * dashboard it belonged to is gone, and no agent notices anything: the part that ends it (ending.ts) is given nothing but
 * `close`.
 */
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exitStatus, Fault } from "#core/fault.js";
import { configuredProviders } from "#core/screen/configured.js";
import { providers } from "#core/screen/providers.js";
import { chooseBackend } from "#host/backend-name.js";
import { cataloguePath } from "#host/catalogue-file.js";
import { systemClock } from "#host/clock.js";
import { readConfig } from "#host/config.js";
import { systemDice } from "#host/dice.js";
import { Emulator } from "#host/emulator.js";
import { homeOf } from "#host/home.js";
import { type Log, openLog } from "#host/log.js";
import { type Paths, resolvePaths, secureFolder } from "#host/paths.js";
import { openLevelStore } from "#store/level-store.js";
import type { Store } from "#store/store.js";
import { makeMultiplexer } from "./backend.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import { startDaemon } from "./daemon.js";
import { dieAt } from "./die-at.js";
import { endDaemon, onlyClose } from "./ending.js";
import type { Identity } from "./health.js";
import { listenOn } from "./listen.js";
import { restoreAgents } from "./restart.js";
import { type RunFile, readRunFile, removeRunFile, writeRunFile } from "./run-file.js";
import { Supervision, superviseFor } from "./supervision.js";

/** A store that is locked while nobody answers belongs to a daemon that comes or goes: how long it is waited for. */
const LOCKED_LIMIT_MS = 4_000;
const LOCKED_RETRY_MS = 100;
/** Whoever waits for a commit is told that the store is lost before the daemon ends. */
const LOST_PAUSE_MS = 100;

interface Options {
  readonly paths: Paths;
  readonly tmuxConfig: string | undefined;
  readonly backend: string | undefined;
  readonly foreground: boolean;
  readonly owner: Identity["owner"];
}

/**
 * Runs until the daemon is to end; then the process exits: 0, or the fault's status with the reason on stderr, as a line of
 * JSON for whoever started it, or as a sentence for the person who watches.
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.umask(0o077);
  // A terminal that closes is no reason to end: this daemon is not the terminal's.
  process.on("SIGHUP", () => {});
  try {
    const options = readOptions(argv);
    process.exitCode = (await run(options)) ? 0 : process.exitCode;
  } catch (error) {
    const { code, message, hint } = asFault(error);
    process.stderr.write(
      argv.includes("--foreground")
        ? `drover: ${message}${hint === undefined ? "" : `\n  ${hint}`}\n`
        : `${JSON.stringify({ error: { code, message, hint } })}\n`,
    );
    process.exitCode = exitStatus(code);
  }
  // Whatever still hangs (a socket, a timer) must not keep a daemon that has ended.
  process.exit();
}

function readOptions(argv: readonly string[]): Options {
  let values: { L?: string; S?: string; f?: string; backend?: string; foreground?: boolean; ephemeral?: boolean };
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        L: { type: "string", short: "L" },
        S: { type: "string", short: "S" },
        f: { type: "string", short: "f" },
        backend: { type: "string" },
        foreground: { type: "boolean" },
        ephemeral: { type: "boolean" },
      },
    }).values;
  } catch (cause) {
    throw new Fault("USAGE", (cause as Error).message, { cause });
  }
  return {
    paths: resolvePaths(process.env, { serverName: values.L, serverPath: values.S }),
    tmuxConfig: values.f,
    backend: values.backend,
    foreground: values.foreground ?? false,
    owner: values.ephemeral ? "dashboard" : "persistent",
  };
}

/** False where another daemon has the store. */
async function run({ paths, tmuxConfig, backend, foreground, owner }: Options): Promise<boolean> {
  secureFolder(paths.stateDir);
  secureFolder(paths.runtimeDir);
  secureFolder(paths.spoolDir);
  const config = await readConfig(paths.configFile);
  const logFile = openLog({ file: paths.logFile, level: process.env.DROVER_DEBUG ? "debug" : "info" });
  const { log } = logFile;
  const configFile = tmuxConfig ?? config.tmux.config ?? undefined;
  const home = homeOf(paths.stateDir);
  const mux = makeMultiplexer(chooseBackend(backend, config.backend), {
    clock: systemClock,
    log,
    dice: systemDice,
    emulator: new Emulator(),
    home,
    tapFolder: join(paths.runtimeDir, "taps"),
    tmuxArgs: { socketPath: paths.tmuxSocket, ...(configFile === undefined ? {} : { configFile }) },
    env: process.env,
  });
  let end: (why: string) => void = () => {};
  const store = await openStore(paths, log, () => {
    systemClock.wake(systemClock.now() + LOST_PAUSE_MS, () => end("its store was removed or replaced"));
  });
  if (store === null) return false;

  const identity: Identity = { pid: process.pid, version: ownVersion(), owner };
  const runFile: RunFile = { ...identity, socket: paths.socket, startedAt: new Date(systemClock.now()).toISOString() };
  const ending = new Promise<string>((resolve) => {
    end = resolve;
    process.once("SIGTERM", () => resolve("SIGTERM"));
    process.once("SIGINT", () => resolve("SIGINT"));
  });
  watchForMistakes(log);
  const makeSupervision = () => new Supervision(systemClock, log, () => end("the last dashboard is gone"));
  const supervision = superviseFor(owner, makeSupervision, log);

  const daemon = await startDaemon({
    store,
    mux,
    clock: systemClock,
    dice: systemDice,
    log,
    providers: configuredProviders(providers, config.providers),
    identity,
    home,
    socket: paths.socket,
    spoolDir: paths.spoolDir,
    tasksDir: paths.tasksDir,
    path: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    env: process.env,
    catalogueFile: cataloguePath(paths.stateDir),
    shutdown: () => end("asked to"),
    supervision,
    passing: dieAt(process.env.DROVER_DIE_AT),
  });
  // Before it listens: a dashboard that gets through reads there whether to link itself.
  announce(paths.runFile, runFile, log);
  const unannounce = () => removeRunFile(paths.runFile, runFile);
  const listening = await listenOn(daemon.server, paths, systemClock, log).catch((error) => {
    unannounce();
    throw error;
  });
  log.info("the daemon listens", { socket: paths.socket, tmux: paths.tmuxSocket, version: identity.version });
  if (config.restore === "auto") void restoreByItself(daemon.context, log);
  if (foreground) process.stderr.write(`drover's daemon listens on ${paths.socket}\n`);

  const why = await ending;
  log.info("the daemon ends", { why });
  const parts = [
    onlyClose("run file", unannounce),
    onlyClose("goodbye", () => daemon.bye()),
    ...(supervision === null ? [] : [onlyClose("links", supervision)]),
    onlyClose("socket", listening),
    onlyClose("loop", daemon),
    onlyClose("multiplexer", mux),
    onlyClose("store", store),
    onlyClose("log", logFile),
  ];
  await endDaemon(parts, log);
  return true;
}

/** Whoever holds the store is the daemon: another's run file is a dead one's, and says so in the log. */
function announce(path: string, runFile: RunFile, log: Log): void {
  const stale = readRunFile(path);
  if (stale !== null)
    log.info("a daemon that is gone left its run file", { left: stale.pid, startedAt: stale.startedAt });
  writeRunFile(path, runFile);
}

/** Agents that lived before a reboot come back unasked; what could not is in the log, and `drover restore` tries again. */
async function restoreByItself(context: Context, log: Log): Promise<void> {
  try {
    const { restored, errors } = await restoreAgents(context, {});
    if (restored.length + errors.length > 0) log.info("agents were restored", { restored: restored.length, errors });
  } catch (error) {
    log.warn("agents could not be restored", { code: asFault(error).code });
  }
}

/**
 * Null where another daemon has the store and answers. A store that is locked while nobody answers belongs to a daemon
 * that is just coming up (then it will answer) or going down (then the store will be free).
 */
async function openStore(paths: Paths, log: Log, onLost: () => void): Promise<Store | null> {
  const giveUpAtMs = systemClock.now() + LOCKED_LIMIT_MS;
  for (;;) {
    try {
      return await openLevelStore({ dir: paths.storeDir, log, clock: systemClock, onLost });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "STORE_LOCKED") throw error;
    }
    if ((await answers(paths.socket)) || systemClock.now() > giveUpAtMs) return null;
    await new Promise<void>((resolve) => systemClock.wake(systemClock.now() + LOCKED_RETRY_MS, resolve));
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath: socket, path: "/v1/health", timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

/** Our own mistakes end the daemon; the next command starts it again, and agents have not noticed. */
function watchForMistakes(log: Log): void {
  const end = (error: unknown): void => {
    log.error("a mistake in drover itself", { error });
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}

function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
