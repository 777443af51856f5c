/**
 * What is taken out of the store because it is old, or too much: journal entries, delivered messages, archived records. All
 * of it without fsync, a page at a time: it can be done again.
 */
import type { NewEntry } from "#core/journal.js";
import type { AgentRecord } from "#core/model.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import { type Database, type Operation, reasonOf, writeBatch } from "./database.js";
import { agentEntryKey, entryKey, seqOf } from "./keys.js";
import { oldMail } from "./mail-rows.js";
import { decodeValue } from "./values.js";

/** Rows taken out at a time. */
const PAGE = 500;
/** Delivered messages are looked through for old ones so often. */
const MAIL_TRIM_MS = 3_600_000;

/** The journal's entries, as their numbers run; 0 and 0 where there is none. */
export interface Range {
  newest: number;
  oldest: number;
}

export interface TrimmingOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** Entries kept, at least; a sixteenth more may lie there. */
  readonly journalLimit: number;
  /** How long delivered messages are kept. */
  readonly mailKeptMs: number;
  db(): Database;
}

export class Trimming {
  readonly #options: TrimmingOptions;
  /** The oldest is moved on here. */
  readonly #range: Range;
  #running: Promise<unknown> | null = null;
  #mailAtMs = 0;
  #closed = false;

  constructor(options: TrimmingOptions, range: Range) {
    this.#options = options;
    this.#range = range;
  }

  /** To be called after every write. Never throws. */
  begin(): void {
    this.#running ??= Promise.all([this.#journal(), this.#mail()]).then(() => {
      this.#running = null;
    });
  }

  /** Resolves once nothing is being taken out. */
  async finished(): Promise<void> {
    await this.#running;
  }

  close(): void {
    this.#closed = true;
  }

  async #mail(): Promise<void> {
    const { clock, mailKeptMs, log, db } = this.#options;
    if (clock.now() < this.#mailAtMs) return;
    this.#mailAtMs = clock.now() + Math.min(MAIL_TRIM_MS, mailKeptMs);
    try {
      while (!this.#closed) {
        const operations = await oldMail(db(), clock.now() - mailKeptMs, PAGE);
        if (operations.length === 0) return;
        await writeBatch(db(), operations, { sync: false });
      }
    } catch (error) {
      log.warn("old mail could not be trimmed", { reason: reasonOf(error) });
    }
  }

  async #journal(): Promise<void> {
    const { journalLimit, log, db } = this.#options;
    const range = this.#range;
    const slack = Math.max(1, journalLimit >> 4);
    if (range.newest - range.oldest + 1 <= journalLimit + slack) return;
    try {
      const keepFrom = range.newest - journalLimit + 1;
      while (range.oldest < keepFrom && !this.#closed) {
        const upTo = Math.min(range.oldest + PAGE, keepFrom);
        const rows = await db()
          .iterator({ gte: entryKey(range.oldest), lt: entryKey(upTo) })
          .all();
        range.oldest = upTo; // first, so that nobody is told of an entry that is going
        const operations = rows.flatMap(([key, value]): Operation[] => {
          const agent = (decodeValue(key, value) as NewEntry | undefined)?.agent;
          const index = agent ? [{ type: "del" as const, key: agentEntryKey(agent, seqOf(key)) }] : [];
          return [{ type: "del", key }, ...index];
        });
        await writeBatch(db(), operations, { sync: false });
      }
    } catch (error) {
      log.warn("the journal could not be trimmed", { reason: reasonOf(error) });
    }
  }
}

/** The keys of those archived longest ago that are beyond the limit. */
export function oldestArchived(all: readonly (readonly [string, AgentRecord])[], limit: number): ReadonlySet<string> {
  const archived = all.filter(([, record]) => record.archivedAtMs !== null);
  if (archived.length <= limit) return new Set();
  const byAge = archived.sort(([, a], [, b]) => (a.archivedAtMs ?? 0) - (b.archivedAtMs ?? 0));
  return new Set(byAge.slice(0, archived.length - limit).map(([key]) => key));
}
