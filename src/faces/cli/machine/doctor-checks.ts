/** What was found on this machine, judged: each fact with what it means and what to do about it. */
import { isUtf8 } from "../../kit/locale.js";
import { OLDEST_TMUX, tooOld } from "../../kit/tmux-check.js";

export interface Folder {
  readonly path: string;
  /** Null where it does not exist yet. */
  readonly found: { readonly mine: boolean; readonly mode: number; readonly writable: boolean } | null;
}

export interface Findings {
  readonly node: string;
  readonly version: string;
  /** As tmux says it, `3.3a`; null where there is no tmux. */
  readonly tmux: string | null;
  readonly tmuxSocket: string;
  readonly tmuxAnswers: boolean;
  readonly tmuxFolder: Folder;
  /** Of the running server; null where none runs or it did not say. */
  readonly escapeTimeMs: number | null;
  readonly stateFolder: Folder;
  readonly runtimeFolder: Folder;
  readonly daemon: {
    readonly pid: number;
    readonly version: string;
    readonly tmuxConnected: boolean;
    readonly storeOk: boolean;
    /** What the store lost, a clause each. */
    readonly losses: readonly string[];
  } | null;
  /** Why the daemon could not be asked although something listens; null where it answered or none runs. */
  readonly daemonTrouble: string | null;
  /** What is wrong with `daemon.json`, as a clause; null where nothing is. */
  readonly staleRunFile: string | null;
  readonly logFile: string;
  readonly env: NodeJS.ProcessEnv;
  /** Agent programs looked for, and whether each is on PATH. */
  readonly providers: readonly { readonly name: string; readonly installed: boolean }[];
  /** What is wrong with the configuration; null where nothing is. */
  readonly configTrouble: string | null;
  /** Programs of a version that their description was not tried with, as the daemon last saw them. */
  readonly unseen: readonly { readonly name: string; readonly version: string; readonly seen: readonly string[] }[];
}

export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "wrong";
  readonly says: string;
  readonly remedy?: string;
}

/** tmux before 3.5 waits this long by default after an Escape; people notice from a tenth of a second on. */
const SLOW_ESCAPE_MS = 100;

export function judge(found: Findings): Check[] {
  return [
    node(found),
    tmux(found),
    ...escapeTime(found),
    ...folder("socket", found.tmuxFolder, "tmux makes it when it starts"),
    ...folder("state", found.stateFolder, "made when the daemon starts"),
    ...(found.runtimeFolder.path === found.stateFolder.path
      ? []
      : folder("runtime", found.runtimeFolder, "made when the daemon starts")),
    ...daemon(found),
    ...runFile(found),
    locale(found.env),
    terminal(found.env),
    ...certificates(found.env),
    ...config(found),
    providers(found),
    ...found.unseen.map(unseen),
  ];
}

function node({ node }: Findings): Check {
  if (Number(node.split(".")[0]) >= 20) return { name: "node", status: "ok", says: `Node ${node}` };
  return { name: "node", status: "wrong", says: `Node ${node} is too old`, remedy: "install Node 20 or newer" };
}

function tmux({ tmux }: Findings): Check {
  if (tmux === null) {
    const remedy = `install tmux ${OLDEST_TMUX} or newer (apt-get install tmux, brew install tmux)`;
    return { name: "tmux", status: "wrong", says: "tmux is not installed, or not on PATH", remedy };
  }
  if (tooOld(tmux)) {
    const says = `tmux ${tmux} is too old`;
    return { name: "tmux", status: "wrong", says, remedy: `install tmux ${OLDEST_TMUX} or newer` };
  }
  return { name: "tmux", status: "ok", says: `tmux ${tmux}` };
}

function escapeTime({ escapeTimeMs: ms }: Findings): Check[] {
  if (ms === null || ms <= SLOW_ESCAPE_MS) return [];
  const says = `tmux holds every Escape back for ${ms} ms (escape-time)`;
  return [{ name: "escape", status: "warning", says, remedy: 'put "set -s escape-time 10" into your tmux.conf' }];
}

function folder(name: string, { path, found }: Folder, missing: string): Check[] {
  if (!found) return [{ name, status: "ok", says: `${path} is not there yet: ${missing}` }];
  if (!found.mine) {
    const remedy = "set DROVER_HOME (or TMUX_TMPDIR, for tmux's own) to a folder of yours";
    return [{ name, status: "wrong", says: `${path} belongs to another user`, remedy }];
  }
  if (!found.writable)
    return [{ name, status: "wrong", says: `${path} cannot be written`, remedy: `chmod u+rwx '${path}'` }];
  if ((found.mode & 0o022) !== 0) {
    return [{ name, status: "wrong", says: `others may write to ${path}`, remedy: `chmod 700 '${path}'` }];
  }
  return [{ name, status: "ok", says: path }];
}

function daemon({ daemon, daemonTrouble, version, tmuxSocket, tmuxAnswers, logFile }: Findings): Check[] {
  if (daemonTrouble) {
    const remedy = `see ${logFile}; "drover down" stops it, the agents go on`;
    return [{ name: "daemon", status: "wrong", says: daemonTrouble, remedy }];
  }
  if (!daemon) return [{ name: "daemon", status: "ok", says: "does not run; it starts when it is needed" }];
  const checks: Check[] = [];
  if (daemon.version === version) checks.push({ name: "daemon", status: "ok", says: `runs, pid ${daemon.pid}` });
  else {
    const says = `is drover ${daemon.version}, this is ${version}`;
    const remedy = '"drover down" stops the old one, and the agents go on';
    checks.push({ name: "daemon", status: "warning", says, remedy });
  }
  if (!daemon.tmuxConnected) {
    checks.push(
      tmuxAnswers
        ? {
            name: "connection",
            status: "warning",
            says: `the daemon is not connected to tmux`,
            remedy: `see ${logFile}`,
          }
        : { name: "connection", status: "ok", says: `no tmux server at ${tmuxSocket} yet; the first agent starts it` },
    );
  }
  if (daemon.storeOk) checks.push({ name: "store", status: "ok", says: "can be read and written" });
  else {
    const remedy = `is the disk full? See ${logFile}`;
    checks.push({ name: "store", status: "wrong", says: "cannot be written", remedy });
  }
  for (const says of daemon.losses) {
    const remedy = `agents that still live are taken back from their tabs; see ${logFile}`;
    checks.push({ name: "store", status: "warning", says, remedy });
  }
  return checks;
}

function runFile({ staleRunFile: says, daemon }: Findings): Check[] {
  if (says === null) return [];
  const remedy = daemon
    ? 'commands may look for the wrong one: "drover down", and the next command starts it anew'
    : "harmless: the next daemon replaces it";
  return [{ name: "run file", status: "warning", says, remedy }];
}

function locale(env: Findings["env"]): Check {
  const value = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  if (isUtf8(env)) return { name: "locale", status: "ok", says: value };
  const says = value === "" ? "no locale is set" : `the locale ${value} is not UTF-8`;
  const remedy = "tmux shows other letters than a to z only with one: export LANG=C.UTF-8";
  return { name: "locale", status: "warning", says, remedy };
}

function terminal(env: Findings["env"]): Check {
  const term = env.TERM ?? "";
  if (term === "" || term === "dumb" || term === "unknown") {
    const says = term === "" ? "TERM is not set" : `TERM is ${term}`;
    return {
      name: "terminal",
      status: "warning",
      says,
      remedy: "the dashboard needs a terminal: export TERM=xterm-256color",
    };
  }
  const full = /^(truecolor|24bit)$/.test(env.COLORTERM ?? "") || Boolean(env.TMUX);
  const says = full ? `${term}, true colour` : `${term}, 256 colours`;
  if (full) return { name: "terminal", status: "ok", says };
  return { name: "terminal", status: "ok", says, remedy: "if yours can do more: export COLORTERM=truecolor" };
}

function certificates(env: Findings["env"]): Check[] {
  if (!env.NODE_EXTRA_CA_CERTS) return [];
  const says = "NODE_EXTRA_CA_CERTS is set: reading the certificates slows every command by some 30 ms";
  return [{ name: "start", status: "warning", says, remedy: "set it only for the programs that need it" }];
}

function config({ configTrouble }: Findings): Check[] {
  if (configTrouble === null) return [];
  const remedy = "correct it, then: drover down; a daemon that runs keeps what it read when it started";
  return [{ name: "config", status: "wrong", says: configTrouble, remedy }];
}

function unseen({ name, version, seen }: Findings["unseen"][number]): Check {
  const says = `${name} ${version} was not tried with drover, ${seen.join(" and ")} ${seen.length === 1 ? "was" : "were"}`;
  const remedy = `if its state is wrong or unclear: drover record LABEL -o ${name}.cast, and drover providers check ${name}.cast`;
  return { name: "version", status: "warning", says, remedy };
}

function providers({ providers }: Findings): Check {
  const installed = providers.filter((p) => p.installed).map((p) => p.name);
  if (installed.length > 0) return { name: "agents", status: "ok", says: `on PATH: ${installed.join(", ")}` };
  const says = `none of ${providers.map((p) => p.name).join(", ")} is on PATH`;
  return { name: "agents", status: "warning", says, remedy: 'install one; "drover demo" shows drover without any' };
}
