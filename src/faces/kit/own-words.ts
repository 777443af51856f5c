/** What a person types for drover: `drover` where that is this installation, else the path of its script. */
import { realpathSync } from "node:fs";
import { delimiter, join, relative } from "node:path";

export interface Standing {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Where drover is installed. */
  readonly root: string;
  /** The tmux server that was named, which has to be named again. */
  readonly serverName?: string | undefined;
  readonly serverPath?: string | undefined;
}

/** A fresh clone is on nobody's PATH; a drover that is there may be another one. */
export function ownWords(standing: Standing): string {
  const { serverName, serverPath } = standing;
  const server = serverPath ? ` -S ${quoted(serverPath)}` : serverName ? ` -L ${quoted(serverName)}` : "";
  return program(standing) + server;
}

function program({ env, cwd, root }: Standing): string {
  const script = join(root, "bin/drover.cjs");
  const own = realpath(script);
  const first = (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => realpath(join(folder, "drover")))
    .find((path) => path !== null);
  if (first !== undefined && first === own) return "drover";
  const inside = relative(cwd, script);
  if (!inside.startsWith("..")) return quoted(inside);
  const home = env.HOME;
  return home && script.startsWith(`${home}/`) ? `~/${quoted(script.slice(home.length + 1))}` : quoted(script);
}

function realpath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

const quoted = (path: string): string => (/^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
