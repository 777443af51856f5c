/**
 * Which conversation of Gemini CLI's followed another one in the same program. `/clear` begins one, and only hooks tell its
 * id. But the program keeps a log of what its user typed, under the id of its first conversation (`logs.json`), and the file
 * of the next one begins a moment after the `/clear` in it. Seen with 0.61: 140 to 240 ms.
 */
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beginningOf } from "./files.js";
import { findTranscript } from "./transcripts.js";

/** So soon after the `/clear` the next conversation's file begins. */
const NEXT_MS = 2_000;
const HEAD_BYTES = 4_096;
/** A longer log is left alone. */
const LOG_LIMIT_BYTES = 4 * 1_048_576;

interface Typed {
  readonly session: string;
  readonly text: string;
  readonly atMs: number;
}

/** The session that its program went on to last; null where there is none, or more than one may be it. Never throws. */
export async function nextGeminiSession(
  session: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const path = await findTranscript("gemini", session, "", env);
  if (path === null) return null;
  const chats = dirname(path);
  const begun = await headOf(path);
  if (begun?.session !== session) return null;
  const clears = (await typedIn(join(dirname(chats), "logs.json"))).filter(({ text }) => text === "/clear");
  const program = clears.find(({ atMs }) => follows(begun.startMs, atMs))?.session ?? session;
  const last = clears.findLast((clear) => clear.session === program && clear.atMs > begun.startMs);
  if (last === undefined) return null;
  const minutes = [last.atMs, last.atMs + NEXT_MS].map((ms) =>
    new Date(ms).toISOString().slice(0, 16).replace(":", "-"),
  );
  const names = (await readdir(chats).catch(() => [])).filter((name) => minutes.some((one) => name.includes(one)));
  const heads = await Promise.all(names.map((name) => headOf(join(chats, name))));
  const next = heads.filter((head) => head !== null && follows(head.startMs, last.atMs));
  return next.length === 1 ? (next[0]?.session ?? null) : null;
}

function follows(startMs: number, clearedMs: number): boolean {
  return startMs >= clearedMs && startMs <= clearedMs + NEXT_MS;
}

async function headOf(path: string): Promise<{ session: string; startMs: number } | null> {
  const [first = ""] = (await beginningOf(path, HEAD_BYTES)).split("\n", 1);
  const { sessionId, startTime } = parse(first) ?? {};
  const startMs = typeof startTime === "string" ? Date.parse(startTime) : Number.NaN;
  return typeof sessionId === "string" && !Number.isNaN(startMs) ? { session: sessionId, startMs } : null;
}

async function typedIn(path: string): Promise<Typed[]> {
  const log = parse(await beginningOf(path, LOG_LIMIT_BYTES));
  if (!Array.isArray(log)) return [];
  return log.flatMap((entry: Record<string, unknown> | null) => {
    const { sessionId: session, message: text, timestamp } = entry ?? {};
    const atMs = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
    return typeof session === "string" && typeof text === "string" && !Number.isNaN(atMs)
      ? [{ session, text, atMs }]
      : [];
  });
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
