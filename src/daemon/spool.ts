/**
 * Hooks that found no daemon lie in the spool, a file each, written whole by rename (bin/drover-hook): some lines of
 * `name value`, a blank one, and the payload. They are read in the order in which they were left, when the daemon starts,
 * whenever a hook says that it saw some, and now and then: one that a daemon found too late or not yet there may be the last.
 */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "./context.js";
import { hear } from "./hooks.js";
import { BODY_LIMIT_BYTES } from "./http.js";
import { isHookName, type Spool, type ToldHook } from "./told-hook.js";

/** The script leaves no more than this; what is beyond is somebody else's and stays. */
const FILES_LIMIT = 2_000;
/** A draft is renamed within a moment; one that is older was given up. */
const DRAFT_LIMIT_MS = 60_000;
/** After this long a script that met no daemon has left its event: those that ran while we started. */
const STARTED_MS = 2_000;
const SWEEP_MS = 10_000;

/** A reading under way, and the one after it where somebody waits for that. */
interface Readings {
  readonly now: Promise<number>;
  next: Promise<number> | null;
}

const readings = new WeakMap<Context, Readings>();

/**
 * Takes in what lies there when it is asked; how many there were. What was left while a reading is under way may have
 * come too late for that one: all who ask meanwhile wait for one more.
 */
export function emptySpool(context: Context): Promise<number> {
  const running = readings.get(context);
  if (running === undefined) return begin(context);
  running.next ??= running.now
    .catch(() => 0)
    .then(async (count) => count + (await (readings.get(context)?.now ?? begin(context))));
  return running.next;
}

function begin(context: Context): Promise<number> {
  const now = readAll(context).finally(() => {
    if (readings.get(context)?.now === now) readings.delete(context);
  });
  readings.set(context, { now, next: null });
  return now;
}

/** Has the spool read again and again, until what is returned is called. */
export function sweepSpool(context: Context): () => void {
  const { clock, spool } = context;
  let cancel = (): void => {};
  const later = (ms: number): void => {
    cancel = clock.wake(clock.now() + ms, () => {
      void emptySpool(context).catch((error) => context.log.warn("the spool could not be read", { error }));
      later(SWEEP_MS);
    });
  };
  if (spool !== null) later(STARTED_MS);
  return () => cancel();
}

async function readAll(context: Context): Promise<number> {
  const count = (await context.spool?.empty((told) => hear(context, told, false))) ?? 0;
  if (count > 0) context.log.info("hooks were read from the spool", { hooks: count });
  return count;
}

/** A spool that is a folder. */
export function folderSpool(folder: string, { clock, log }: Pick<Context, "clock" | "log">): Spool {
  return {
    async empty(take) {
      let names: string[];
      try {
        names = await readdir(folder);
      } catch {
        return 0;
      }
      const left: { path: string; atMs: number; bytes: number }[] = [];
      for (const name of names.slice(0, FILES_LIMIT)) {
        const path = join(folder, name);
        const found = await stat(path).catch(() => null);
        if (found === null || !found.isFile()) continue;
        if (name.endsWith(".hook")) left.push({ path, atMs: Math.round(found.mtimeMs), bytes: found.size });
        else if (name.startsWith(".") && clock.now() - found.mtimeMs > DRAFT_LIMIT_MS) await rm(path, { force: true });
      }
      left.sort((a, b) => a.atMs - b.atMs || (a.path < b.path ? -1 : 1));
      for (const { path, atMs, bytes } of left) {
        try {
          const told = bytes > 4 * BODY_LIMIT_BYTES ? null : parseSpooled(await readFile(path, "utf8"));
          if (told === null) log.warn("a file in the spool is no hook, and was removed", { path });
          else await take({ ...told, leftAtMs: atMs });
        } catch (error) {
          log.warn("a hook in the spool could not be taken in", { path, error });
        }
        await rm(path, { force: true }).catch((error) => {
          log.warn("a spooled hook could not be removed", { path, error });
        });
      }
      return left.length;
    },
  };
}

/** Null for what no hook wrote. */
export function parseSpooled(text: string): ToldHook | null {
  const end = text.indexOf("\n\n");
  if (end < 0 || text.length > BODY_LIMIT_BYTES) return null;
  const head = new Map<string, string>();
  for (const line of text.slice(0, end).split("\n")) {
    const at = line.indexOf(" ");
    if (at > 0) head.set(line.slice(0, at), line.slice(at + 1));
  }
  let payload: unknown;
  try {
    payload = JSON.parse(text.slice(end + 2));
  } catch {
    return null;
  }
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return null;
  const of = (name: string): string => head.get(name) ?? "";
  if (!isHookName(of("provider")) || !isHookName(of("event"))) return null;
  return {
    provider: of("provider"),
    event: of("event"),
    id: of("id"),
    incarnation: of("incarnation"),
    pane: of("pane"),
    tmux: of("tmux"),
    token: of("token"),
    payload: payload as Record<string, unknown>,
  };
}
