/** The files in which agent programs write their sessions down: where they lie, and the turns at their ends. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type WrittenTurn, writtenTurns } from "#core/output/transcript.js";
import { beginningOf, openPlain } from "./files.js";

/** Read at the end of a file first; more, doubled, while no turn begins in it. */
const TAIL_BYTES = 262_144;
/** A session that is longer than this since its last prompt is left to other sources. */
const READ_LIMIT_BYTES = 64 * 1_048_576;
/** Folders of days in which a session of Codex's is looked for, the newest first. */
const DAYS = 60;

/** The last turns of the transcript, oldest first, at least `count` of them where there are as many. Empty where it cannot be read. */
export async function lastWrittenTurns(provider: string, path: string, count: number): Promise<WrittenTurn[]> {
  let file: Awaited<ReturnType<typeof openPlain>>;
  try {
    file = await openPlain(path);
  } catch {
    return [];
  }
  try {
    const { size } = await file.stat();
    for (let wanted = TAIL_BYTES; ; wanted *= 4) {
      const length = Math.min(size, wanted);
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, size - length);
      // A line cut at the front is no JSON, and is left out like any other.
      const turns = writtenTurns(provider, linesOf(bytes.subarray(0, bytesRead)));
      if (turns.length >= count || length === size || wanted >= READ_LIMIT_BYTES) return turns;
    }
  } catch {
    return [];
  } finally {
    await file.close();
  }
}

function* linesOf(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    yield bytes.toString("utf8", from, to);
    from = to + 1;
  }
}

/**
 * Where the program keeps the session with that id, by the folders of this process's own user; null where it has none
 * there. Claude Code: a folder for each project, named by its path. Codex: a folder for each day. Gemini: the beginning
 * of the id ends the file's name.
 */
export async function findTranscript(
  provider: string,
  session: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  if (!/^[\w-]{8,64}$/.test(session)) return null;
  const home = env.HOME;
  if (home === undefined) return null;
  if (provider === "claude") {
    const base = claudeProjects(env, home);
    const file = `${session}.jsonl`;
    const own = join(base, claudeProject(cwd));
    if ((await names(own)).includes(file)) return join(own, file);
    for (const project of await names(base)) {
      if ((await names(join(base, project))).includes(file)) return join(base, project, file);
    }
  } else if (provider === "codex") {
    const base = join(env.CODEX_HOME || join(home, ".codex"), "sessions");
    for (const day of await newestDays(base)) {
      const found = (await names(day)).find((name) => name.endsWith(`-${session}.jsonl`));
      if (found !== undefined) return join(day, found);
    }
  } else if (provider === "gemini") {
    const base = join(home, ".gemini", "tmp");
    for (const project of await names(base)) {
      const chats = join(base, project, "chats");
      const found = (await names(chats)).find((name) => name.endsWith(`-${session.slice(0, 8)}.jsonl`));
      if (found !== undefined) return join(chats, found);
    }
  }
  return null;
}

/**
 * Whether Codex's own file of the session says that its user began it in a terminal: a helper's has another source, and the
 * hidden conversation that names the task has no file. Seen with 0.169.
 */
export async function isUsersSession(
  session: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const path = await findTranscript("codex", session, "", env);
  if (path === null) return false;
  const [first = ""] = (await beginningOf(path, TAIL_BYTES)).split("\n", 1);
  try {
    const { type, payload } = JSON.parse(first) as { type?: unknown; payload?: Record<string, unknown> };
    return type === "session_meta" && payload?.source === "cli" && (payload.thread_source ?? "user") === "user";
  } catch {
    return false;
  }
}

/** The session whose file that is, `""` where it is none of Codex's. Later sessions sort after earlier ones (UUID 7). */
export function codexSessionOf(path: string): string {
  return /\/sessions\/.*\/rollout-[^/]*?-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/.exec(path)?.[1] ?? "";
}

/** Where the program will write it down once the session has something to say; null where that is not known before. */
export function transcriptToBe(
  provider: string,
  session: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (provider !== "claude" || env.HOME === undefined || cwd === "" || !/^[\w-]{8,64}$/.test(session)) return null;
  return join(claudeProjects(env, env.HOME), claudeProject(cwd), `${session}.jsonl`);
}

function claudeProjects(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return join(env.CLAUDE_CONFIG_DIR || join(home, ".claude"), "projects");
}

function claudeProject(cwd: string): string {
  return cwd.replace(/[^A-Za-z0-9]/g, "-");
}

async function newestDays(base: string): Promise<string[]> {
  const days: string[] = [];
  for (const year of await newestFirst(base)) {
    for (const month of await newestFirst(join(base, year))) {
      for (const day of await newestFirst(join(base, year, month))) {
        days.push(join(base, year, month, day));
        if (days.length >= DAYS) return days;
      }
    }
  }
  return days;
}

async function newestFirst(folder: string): Promise<string[]> {
  return (await names(folder)).filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a));
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
