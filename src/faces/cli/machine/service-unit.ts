/**
 * The systemd user unit under which a daemon may run (systemd.service(5), systemd.exec(5), systemd.unit(5)). A unit that
 * drover wrote begins with its marker; no other is ever overwritten or taken away.
 */
import { isAbsolute, join } from "node:path";
import { Fault } from "#core/fault.js";

export const UNIT_NAME = "drover.service";
const MARKER = '# Written by "drover service install"; "drover service uninstall" takes it away.';

export interface UnitOptions {
  /** Absolute path of Node. */
  readonly node: string;
  /** Absolute path of the daemon's script. */
  readonly script: string;
  /** What the daemon is told: which tmux server, which backend. */
  readonly args: readonly string[];
  /** Of the person's environment what the daemon needs to find the same folders, tmux server and programs. */
  readonly env: Readonly<Record<string, string>>;
}

/** What decides where files lie, which tmux server is meant and where programs are found (host/paths.ts). */
const KEPT = ["PATH", "DROVER_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMUX_TMPDIR", "LANG", "LC_ALL"] as const;

/** The variables that a unit has to carry, since a user manager starts services with few of a login's. */
export function keptEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(KEPT.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** `$XDG_CONFIG_HOME/systemd/user/drover.service`: where a user's own units lie, wherever DROVER_HOME is. */
export function unitPath(env: NodeJS.ProcessEnv, home: string): string {
  const { XDG_CONFIG_HOME: config } = env;
  return join(config && isAbsolute(config) ? config : join(home, ".config"), "systemd", "user", UNIT_NAME);
}

/**
 * The unit's text. `KillMode=process`: stopping it ends the daemon alone, never a tmux server that it started, nor the
 * agents in it. Throws a Fault (INVALID) for a path or value that no unit can hold.
 */
export function unitText({ node, script, args, env }: UnitOptions): string {
  const command = [node, script, ...args].map((word) => quoted(word).replaceAll("$", "$$$$"));
  return [
    MARKER,
    "[Unit]",
    "Description=drover, which watches coding agents in tmux",
    "Documentation=man:drover(1)",
    "",
    "[Service]",
    "Type=simple",
    `ExecStart=${command.join(" ")}`,
    ...Object.entries(env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    "Restart=on-failure",
    "KillMode=process",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

/** Whether both start the same daemon; where programs are looked for, and in which language, may differ between shells. */
export function startSame(one: string, other: string): boolean {
  const kept = (text: string) => text.replace(/^Environment="(?:PATH|LANG|LC_ALL)=.*\n/gm, "");
  return kept(one) === kept(other);
}

export function isOurs(text: string): boolean {
  return text.startsWith(`${MARKER}\n`);
}

/** In double quotes, with what means something inside them (backslash, quote, %-specifier) taken literally. */
function quoted(text: string): string {
  if (/[\0-\x1f\x7f]/.test(text)) {
    throw new Fault("INVALID", "a path or a variable holds a control character, which a systemd unit cannot", {
      hint: `look at ${JSON.stringify(text.slice(0, 80))}`,
    });
  }
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}
