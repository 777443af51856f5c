/** Which files programs hold open, read from /proc (Linux): nothing is started, and other systems tell nothing. */
import { readdir, readFile, readlink } from "node:fs/promises";

/** A pane's program and what it started: more than this are not looked through. */
const PROCESSES_LIMIT = 64;

/**
 * The paths among the files held open by process `pid` and its descendants that `isWanted`, each once. A process whose
 * command line `isOthers` is left out, and what it started with it. Empty where nothing can be seen.
 */
export async function openFiles(
  pid: number,
  isWanted: (path: string) => boolean,
  isOthers: (commandLine: string) => boolean = () => false,
): Promise<string[]> {
  const found = new Set<string>();
  const waiting = [pid];
  for (let n = 0; n < PROCESSES_LIMIT; n++) {
    const next = waiting.shift();
    if (next === undefined) break;
    const commandLine = await readFile(`/proc/${next}/cmdline`, "utf8").catch(() => "");
    if (isOthers(commandLine.replaceAll("\0", " "))) continue;
    for (const path of await filesOf(next)) if (isWanted(path)) found.add(path);
    waiting.push(...(await childrenOf(next)));
  }
  return [...found];
}

async function filesOf(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")),
  );
  return lists.flatMap((list) =>
    list
      .split(" ")
      .filter((word) => /^\d+$/.test(word))
      .map(Number),
  );
}
