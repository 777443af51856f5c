/** Which programs run, read from /proc. No process is started; a few hundred small files are read when a person asks. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import type { RunningProcess } from "#core/fleet/adoptable.js";

/** Every process there is; empty where the system has no /proc. */
export async function readProcesses(): Promise<RunningProcess[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found: RunningProcess[] = [];
  // A thousand files open at once would be too many.
  for (let at = 0; at < pids.length; at += 64) {
    const some = await Promise.all(pids.slice(at, at + 64).map(readProcess));
    for (const process of some) if (process !== null) found.push(process);
  }
  return found;
}

async function readProcess(pid: string): Promise<RunningProcess | null> {
  try {
    const [stat, cmdline] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // `pid (name) state ppid pgrp session tty tpgid …`: the name may hold blanks and brackets.
    const nameEnd = stat.lastIndexOf(")");
    const fields = stat.slice(nameEnd + 2).split(" ");
    const argv = cmdline.split("\0");
    const names = [stat.slice(stat.indexOf("(") + 1, nameEnd), basename(argv[0] ?? "")];
    const script = argv.slice(1, 6).find((arg) => arg !== "" && !arg.startsWith("-"));
    if (script !== undefined && INTERPRETERS.test(names[1] ?? "")) names.push(scriptName(script));
    const exe = await readlink(`/proc/${pid}/exe`).catch(() => "");
    if (exe !== "") names.push(basename(exe));
    return {
      pid: Number(pid),
      parent: Number(fields[1]),
      names: names.filter((name) => name !== ""),
      foreground: fields[2] === fields[5],
    };
  } catch {
    // It ended while it was looked at.
    return null;
  }
}

/** Programs whose first argument is the program that a person means. */
const INTERPRETERS = /^(?:node|nodejs|bun|deno|python[\d.]*|ruby|perl)$/;

const scriptName = (path: string): string => basename(path).replace(/\.(?:[cm]?js|ts|py|rb|pl)$/, "");

/** Where the process works, `""` where that cannot be seen. */
export function workingFolderOf(pid: number): Promise<string> {
  return readlink(`/proc/${pid}/cwd`).catch(() => "");
}
