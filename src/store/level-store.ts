/**
 * The store on LevelDB. Commits that are made while one batch is being written join the next, so that many share one
 * fsync. A value that cannot be read is set aside and the rest is served (quarantine.ts); a disk that is full makes the
 * store read-only until there is space again (live-database.ts); what is old is taken out (trimming.ts).
 */
import type { Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import { ARCHIVED_LIMIT } from "#core/fleet/fleet.js";
import type { JournalEntry, NewEntry } from "#core/journal.js";
import type { AgentId, AgentRecord } from "#core/model.js";
import type { Told } from "#core/output/told.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import { batchOf, type CommitRows, rowsOf } from "./commit-rows.js";
import { type Operation, reasonOf, writeBatch } from "./database.js";
import { GroupCommit } from "./group-commit.js";
import { type From, journalPage, type Page } from "./journal-pages.js";
import {
  agentKey,
  completionRowKey,
  keysOf,
  mailDoneKey,
  mailKey,
  mailTextKey,
  messageKey,
  seqOf,
  toldKey,
} from "./keys.js";
import { cannotRead, LiveDatabase } from "./live-database.js";
import { deliveredMail, revsOf, takeRows } from "./mail-rows.js";
import { type Opened, openDatabase } from "./open-database.js";
import { Quarantine } from "./quarantine.js";
import type { Commit, Store, StoreHealth } from "./store.js";
import { oldestArchived, type Range, Trimming } from "./trimming.js";

export interface LevelStoreOptions {
  readonly dir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Journal entries kept, at least; default 100 000. A sixteenth more may lie there until it is trimmed. */
  readonly journalLimit?: number;
  /** How long delivered messages are kept; default 14 days. */
  readonly mailKeptMs?: number;
  /** Archived records kept; default 5 000, as every start reads them all: 20 000 took 0.6 s. The oldest beyond it are taken out when all are read, at a start. */
  readonly archivedLimit?: number;
  /** How often a store that cannot write tries again; default 5 s. */
  readonly retryMs?: number;
  /** The store's files are no longer where they were: nothing more is taken, and only a new start helps. */
  readonly onLost?: () => void;
  /** Opens the database; tests put a failing disk here. */
  readonly open?: typeof openDatabase;
}

/** Journal entries read at a time, and messages swept at a time. */
const PAGE = 500;
const JOURNAL_LIMIT = 100_000;
const RETRY_MS = 5_000;
const MAIL_KEPT_MS = 14 * 86_400_000;

/** Throws a Fault: STORE_LOCKED (another daemon has it), STORE_FULL, STORE_BROKEN. Damage is mended: see `health().loss`. */
export async function openLevelStore(options: LevelStoreOptions): Promise<Store> {
  const { dir, log, clock, open: openIt = openDatabase } = options;
  const open = (damage?: string) =>
    openIt({ dir, log, nowMs: clock.now(), ...(damage === undefined ? {} : { damage }) });
  return new LevelStore(options, open, await open());
}

interface Waiting extends CommitRows {
  resolve(entries: JournalEntry[]): void;
  reject(error: unknown): void;
}

class LevelStore implements Store {
  readonly #options: LevelStoreOptions;
  readonly #live: LiveDatabase;
  readonly #quarantine: Quarantine;
  readonly #trimming: Trimming;
  readonly #range: Range;
  readonly #commits = new GroupCommit<Waiting>((group) => this.#writeGroup(group));
  #closed = false;

  constructor(options: LevelStoreOptions, open: (damage?: string) => Promise<Opened>, opened: Opened) {
    const { dir, log, clock, retryMs = RETRY_MS, journalLimit = JOURNAL_LIMIT, mailKeptMs = MAIL_KEPT_MS } = options;
    this.#options = options;
    this.#range = { newest: opened.seq, oldest: opened.oldestSeq };
    const pause = async (): Promise<void> => {
      await this.#commits.pause();
      await this.#trimming.finished();
    };
    const resume = (now: Opened | Fault): void => this.#resume(now);
    const seq = () => this.#range.newest;
    const onLost = () => options.onLost?.();
    this.#live = new LiveDatabase({ dir, log, clock, retryMs, open, pause, resume, seq, onLost }, opened);
    const db = () => this.#live.db;
    this.#quarantine = new Quarantine(db, log, opened.quarantined);
    this.#trimming = new Trimming({ log, clock, journalLimit, mailKeptMs, db }, this.#range);
  }

  async agents(): Promise<AgentRecord[]> {
    const rows = await this.#live.read((db) => db.iterator(keysOf("agent")).all());
    const all = await this.#quarantine.readable<AgentRecord>(rows);
    const old = oldestArchived(all, this.#options.archivedLimit ?? ARCHIVED_LIMIT);
    if (old.size > 0) {
      const operations = [...old].map((key): Operation => ({ type: "del", key }));
      // Without fsync: it can be done again. A store that cannot be written now still tells what it holds.
      await writeBatch(this.#live.db, operations, { sync: false }).catch((error) =>
        this.#options.log.warn("old records could not be taken out of the archive", { reason: reasonOf(error) }),
      );
    }
    return all.flatMap(([key, record]) => (old.has(key) ? [] : [record]));
  }

  agent(id: AgentId): Promise<AgentRecord | null> {
    return this.#get<AgentRecord>(agentKey(id));
  }

  told(id: AgentId): Promise<Told | null> {
    return this.#get<Told>(toldKey(id));
  }

  commit(commit: Commit): Promise<JournalEntry[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Fault("STORE_BROKEN", "the store is closed");
      if (this.#live.readOnly !== null) throw this.#live.readOnly;
      this.#commits.add({ ...rowsOf(commit), resolve, reject });
    });
  }

  seq(): number {
    return this.#range.newest;
  }

  oldestSeq(): number {
    return this.#range.oldest;
  }

  journal(after: number, limit: number, agent?: AgentId): Promise<JournalEntry[]> {
    return this.#entries({ gt: after }, limit, agent);
  }

  async latest(limit: number, agent?: AgentId, before = Number.MAX_SAFE_INTEGER): Promise<JournalEntry[]> {
    return (await this.#entries({ lt: before }, limit, agent)).reverse();
  }

  async mail(): Promise<Message[]> {
    const rows = await this.#live.read((db) => db.iterator(keysOf("mail")).all());
    return this.#quarantine.readable<Message>(rows).then((all) => all.map(([, message]) => message));
  }

  async delivered(to: AgentId, limit: number): Promise<Message[]> {
    const range = { ...keysOf(`mail-done!${to}`), limit: Math.max(0, limit), reverse: true };
    const rows = await this.#live.read((db) => db.iterator(range).all());
    return this.#quarantine.readable<Message>(rows).then((all) => all.map(([, message]) => message).reverse());
  }

  message(id: string): Promise<Message | null> {
    return this.#messageAt(messageKey(id));
  }

  completion(key: string): Promise<Message | null> {
    return this.#messageAt(completionRowKey(key));
  }

  async #messageAt(key: string): Promise<Message | null> {
    const place = await this.#get<[string, number]>(key);
    if (place === null) return null;
    const [to, order] = place;
    return (await this.#get<Message>(mailKey(to, order))) ?? (await this.#get<Message>(mailDoneKey(to, order)));
  }

  async sweepMail(to: AgentId): Promise<void> {
    while (!this.#closed) {
      const operations = await this.#live.read((db) => deliveredMail(db, to, PAGE));
      if (operations.length === 0) return;
      await writeBatch(this.#live.db, operations, { sync: false });
    }
  }

  text({ to, order }: Message): Promise<string | null> {
    return this.#get<string>(mailTextKey(to, order));
  }

  async lastOrder(to: AgentId): Promise<number> {
    const last = (prefix: string) =>
      this.#live.read((db) => db.keys({ ...keysOf(`${prefix}!${to}`), limit: 1, reverse: true }).all());
    const keys = [...(await last("mail")), ...(await last("mail-done"))];
    return Math.max(0, ...keys.map(seqOf));
  }

  health(): StoreHealth {
    return {
      path: this.#options.dir,
      ok: this.#live.readOnly === null && !this.#closed,
      quarantined: this.#quarantine.count,
      readOnly: this.#live.readOnly?.message ?? null,
      loss: this.#live.loss,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#trimming.close();
    await this.#live.stop();
    await this.#commits.finish();
    await this.#trimming.finished();
    await this.#live.close();
  }

  // Writing

  async #writeGroup(all: readonly Waiting[]): Promise<void> {
    let group = all;
    const rows = all.flatMap((waiting) => waiting.mail);
    if (rows.length > 0) {
      try {
        const revs = await revsOf(this.#live.db, rows);
        group = all.filter((waiting) => {
          const stale = takeRows(revs, waiting.mail);
          if (stale !== null) waiting.reject(stale);
          return stale === null;
        });
      } catch (error) {
        for (const waiting of all) waiting.reject(cannotRead(error));
        return;
      }
    }
    const { operations, entries, seq } = batchOf(group, this.#range.newest);
    try {
      if (operations.length > 0) await writeBatch(this.#live.db, operations, { sync: true });
    } catch (error) {
      this.#refuse(group, this.#live.cannotWrite(error));
      return;
    }
    const lost = this.#live.lost();
    if (lost !== null) {
      this.#refuse(group, lost);
      return;
    }
    const range = this.#range;
    if (range.oldest === 0 && seq > range.newest) range.oldest = range.newest + 1;
    range.newest = seq;
    for (const [index, waiting] of group.entries()) waiting.resolve(entries[index]!);
    this.#trimming.begin();
  }

  /** With it goes what came meanwhile. */
  #refuse(group: readonly Waiting[], fault: Fault): void {
    for (const waiting of [...group, ...this.#commits.takeBack()]) waiting.reject(fault);
  }

  /** The database was opened anew, or could not be. */
  #resume(now: Opened | Fault): void {
    if (now instanceof Fault) for (const waiting of this.#commits.takeBack()) waiting.reject(now);
    else {
      this.#range.newest = now.seq;
      this.#range.oldest = now.oldestSeq;
    }
    this.#commits.resume();
  }

  // Reading

  async #entries(from: From, limit: number, agent?: AgentId): Promise<JournalEntry[]> {
    const found: JournalEntry[] = [];
    for (let next: From | null = from; next !== null && found.length < limit; ) {
      const start: From = next;
      const count = Math.min(PAGE, limit - found.length);
      const page: Page = await this.#live.read((db) => journalPage(db, start, count, agent));
      const entries = await this.#quarantine.readable<NewEntry>(page.rows);
      for (const [key, entry] of entries) found.push({ ...entry, seq: seqOf(key) });
      next = page.next;
    }
    return found;
  }

  /** Null where there is none, or none that can be read. */
  async #get<T>(key: string): Promise<T | null> {
    const value = await this.#live.read((db) => db.get(key));
    if (value === undefined) return null;
    const [found] = await this.#quarantine.readable<T>([[key, value]]);
    return found?.[1] ?? null;
  }
}
