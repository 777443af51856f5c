/**
 * The store on LevelDB. Commits that are made while one batch is being written join the next, so that many share one
 * fsync. A value that cannot be read is set aside and the rest is served; a disk that is full makes the store read-only
 * until there is space again.
 */
import type { Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { JournalEntry, NewEntry } from "#core/journal.js";
import type { AgentId, AgentRecord } from "#core/model.js";
import type { Told } from "#core/output/told.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import { batchOf, type CommitRows, rowsOf } from "./commit-rows.js";
import { type Database, isDamage, isFull, type Operation, reasonOf, writeBatch } from "./database.js";
import { hasSpace } from "./disk-space.js";
import { GroupCommit } from "./group-commit.js";
import { type From, journalPage, type Page } from "./journal-pages.js";
import {
  agentEntryKey,
  agentKey,
  completionRowKey,
  entryKey,
  keysOf,
  mailDoneKey,
  mailKey,
  mailTextKey,
  messageKey,
  quarantineKey,
  seqOf,
  toldKey,
} from "./keys.js";
import { deliveredMail, oldMail, revsOf, takeRows } from "./mail-rows.js";
import { type Opened, openDatabase } from "./open-database.js";
import type { Commit, Store, StoreHealth } from "./store.js";
import { decodeValue } from "./values.js";

export interface LevelStoreOptions {
  readonly dir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Journal entries kept, at least; default 100 000. A sixteenth more may lie there until it is trimmed. */
  readonly journalLimit?: number;
  /** How long delivered messages are kept; default 14 days. */
  readonly mailKeptMs?: number;
  /** Archived records kept; default 5 000. The oldest beyond it are taken out when all are read, at a start. */
  readonly archivedLimit?: number;
  /** How often a store that cannot write tries again; default 5 s. */
  readonly retryMs?: number;
  /** Opens the database; tests put a failing disk here. */
  readonly open?: typeof openDatabase;
}

/** Entries trimmed at a time, and read at a time for one agent's journal. */
const PAGE = 500;
/** Delivered messages are looked through for old ones so often. */
const MAIL_TRIM_MS = 3_600_000;
/** Every start reads them all and remembers their ids: 20 000 took 0.6 s. */
const ARCHIVED_LIMIT = 5_000;
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
  readonly #open: (damage?: string) => Promise<Opened>;
  readonly #journalLimit: number;
  #opened: Opened;
  /** While the database is being opened again. */
  #reopening: Promise<void> | null = null;
  #cancelRetry: () => void = () => {};
  #closed = false;

  readonly #commits = new GroupCommit<Waiting>((group) => this.#writeGroup(group));
  #trimming: Promise<void> | null = null;
  #trimMailAtMs = 0;
  #seq: number;
  #oldestSeq: number;
  #quarantined: number;
  /** Keys that could not be read nor yet be set aside. */
  readonly #unreadable = new Set<string>();
  #readOnly: Fault | null = null;
  #loss: string | null;
  /** A damaged file is mended once while we run: were it damaged again at once, reading would never end. */
  #mended = false;

  constructor(options: LevelStoreOptions, open: (damage?: string) => Promise<Opened>, opened: Opened) {
    this.#options = options;
    this.#open = open;
    this.#journalLimit = options.journalLimit ?? 100_000;
    this.#opened = opened;
    this.#seq = opened.seq;
    this.#oldestSeq = opened.oldestSeq;
    this.#quarantined = opened.quarantined;
    this.#loss = opened.loss;
  }

  async agents(): Promise<AgentRecord[]> {
    const rows = await this.#read((db) => db.iterator(keysOf("agent")).all());
    const all = await this.#decodeAll<AgentRecord>(rows);
    const old = oldestArchived(all, this.#options.archivedLimit ?? ARCHIVED_LIMIT);
    if (old.size > 0) {
      const operations = [...old].map((key): Operation => ({ type: "del", key }));
      // Without fsync: it can be done again. A store that cannot be written now still tells what it holds.
      await writeBatch(this.#opened.db, operations, { sync: false }).catch((error) =>
        this.#options.log.warn("old records could not be taken out of the archive", { reason: reasonOf(error) }),
      );
    }
    return all.flatMap(([key, record]) => (old.has(key) ? [] : [record]));
  }

  async agent(id: AgentId): Promise<AgentRecord | null> {
    return this.#get<AgentRecord>(agentKey(id));
  }

  async told(id: AgentId): Promise<Told | null> {
    const key = toldKey(id);
    const value = await this.#read((db) => db.get(key));
    if (value === undefined) return null;
    const [found] = await this.#decodeAll<Told>([[key, value]]);
    return found?.[1] ?? null;
  }

  commit(commit: Commit): Promise<JournalEntry[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Fault("STORE_BROKEN", "the store is closed");
      if (this.#readOnly !== null) throw this.#readOnly;
      this.#commits.add({ ...rowsOf(commit), resolve, reject });
    });
  }

  seq(): number {
    return this.#seq;
  }

  oldestSeq(): number {
    return this.#oldestSeq;
  }

  journal(after: number, limit: number, agent?: AgentId): Promise<JournalEntry[]> {
    return this.#entries({ gt: after }, limit, agent);
  }

  async latest(limit: number, agent?: AgentId): Promise<JournalEntry[]> {
    return (await this.#entries({ lt: Number.MAX_SAFE_INTEGER }, limit, agent)).reverse();
  }

  async mail(): Promise<Message[]> {
    const rows = await this.#read((db) => db.iterator(keysOf("mail")).all());
    return this.#decodeAll<Message>(rows).then((all) => all.map(([, message]) => message));
  }

  async delivered(to: AgentId, limit: number): Promise<Message[]> {
    const range = { ...keysOf(`mail-done!${to}`), limit: Math.max(0, limit), reverse: true };
    const rows = await this.#read((db) => db.iterator(range).all());
    return this.#decodeAll<Message>(rows).then((all) => all.map(([, message]) => message).reverse());
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
      const operations = await this.#read((db) => deliveredMail(db, to, PAGE));
      if (operations.length === 0) return;
      await writeBatch(this.#opened.db, operations, { sync: false });
    }
  }

  text({ to, order }: Message): Promise<string | null> {
    return this.#get<string>(mailTextKey(to, order));
  }

  async lastOrder(to: AgentId): Promise<number> {
    const last = (prefix: string) =>
      this.#read((db) => db.keys({ ...keysOf(`${prefix}!${to}`), limit: 1, reverse: true }).all());
    const keys = [...(await last("mail")), ...(await last("mail-done"))];
    return Math.max(0, ...keys.map(seqOf));
  }

  health(): StoreHealth {
    return {
      path: this.#options.dir,
      ok: this.#readOnly === null && !this.#closed,
      quarantined: this.#quarantined + this.#unreadable.size,
      readOnly: this.#readOnly?.message ?? null,
      loss: this.#loss,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    await this.#reopening;
    await this.#commits.finish();
    await this.#trimming;
    await this.#opened.close();
  }

  // Writing

  async #writeGroup(all: readonly Waiting[]): Promise<void> {
    let group = all;
    const rows = all.flatMap((waiting) => waiting.mail);
    if (rows.length > 0) {
      try {
        const revs = await revsOf(this.#opened.db, rows);
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
    const { operations, entries, seq } = batchOf(group, this.#seq);
    try {
      if (operations.length > 0) await writeBatch(this.#opened.db, operations, { sync: true });
    } catch (error) {
      const fault = this.#cannotWrite(error);
      for (const waiting of [...group, ...this.#commits.takeBack()]) waiting.reject(fault);
      return;
    }
    if (this.#oldestSeq === 0 && seq > this.#seq) this.#oldestSeq = this.#seq + 1;
    this.#seq = seq;
    for (const [index, waiting] of group.entries()) waiting.resolve(entries[index]!);
    this.#trimming ??= Promise.all([this.#trim(), this.#trimMail()]).then(() => {
      this.#trimming = null;
    });
  }

  /** Takes out what was delivered long ago, a page at a time. */
  async #trimMail(): Promise<void> {
    const { clock, mailKeptMs = MAIL_KEPT_MS, log } = this.#options;
    if (clock.now() < this.#trimMailAtMs) return;
    this.#trimMailAtMs = clock.now() + Math.min(MAIL_TRIM_MS, mailKeptMs);
    try {
      while (!this.#closed) {
        const operations = await oldMail(this.#opened.db, clock.now() - mailKeptMs, PAGE);
        if (operations.length === 0) return;
        await writeBatch(this.#opened.db, operations, { sync: false });
      }
    } catch (error) {
      log.warn("old mail could not be trimmed", { reason: reasonOf(error) });
    }
  }

  /** Deletes the oldest entries past the limit, a page at a time; without fsync, since it can be done again. */
  async #trim(): Promise<void> {
    const slack = Math.max(1, this.#journalLimit >> 4);
    if (this.#seq - this.#oldestSeq + 1 <= this.#journalLimit + slack) return;
    try {
      const keepFrom = this.#seq - this.#journalLimit + 1;
      while (this.#oldestSeq < keepFrom && !this.#closed) {
        const upTo = Math.min(this.#oldestSeq + PAGE, keepFrom);
        const rows = await this.#opened.db.iterator({ gte: entryKey(this.#oldestSeq), lt: entryKey(upTo) }).all();
        this.#oldestSeq = upTo; // first, so that nobody is told of an entry that is going
        const operations = rows.flatMap(([key, value]): Operation[] => {
          const agent = (decodeValue(key, value) as NewEntry | undefined)?.agent;
          const index = agent ? [{ type: "del" as const, key: agentEntryKey(agent, seqOf(key)) }] : [];
          return [{ type: "del", key }, ...index];
        });
        await writeBatch(this.#opened.db, operations, { sync: false });
      }
    } catch (error) {
      this.#options.log.warn("the journal could not be trimmed", { reason: reasonOf(error) });
    }
  }

  // Reading

  async #entries(from: From, limit: number, agent?: AgentId): Promise<JournalEntry[]> {
    const found: JournalEntry[] = [];
    for (let next: From | null = from; next !== null && found.length < limit; ) {
      const start: From = next;
      const count = Math.min(PAGE, limit - found.length);
      const page: Page = await this.#read((db) => journalPage(db, start, count, agent));
      for (const [key, entry] of await this.#decodeAll<NewEntry>(page.rows)) found.push({ ...entry, seq: seqOf(key) });
      next = page.next;
    }
    return found;
  }

  /** Null where there is none, or none that can be read. */
  async #get<T>(key: string): Promise<T | null> {
    const value = await this.#read((db) => db.get(key));
    if (value === undefined) return null;
    const [found] = await this.#decodeAll<T>([[key, value]]);
    return found?.[1] ?? null;
  }

  /** The values that can be read; the others are moved to the quarantine, as they are. */
  async #decodeAll<T>(rows: readonly (readonly [string, Buffer])[]): Promise<[string, T][]> {
    const good: [string, T][] = [];
    const bad: (readonly [string, Buffer])[] = [];
    for (const [key, value] of rows) {
      const decoded = decodeValue(key, value);
      if (decoded === undefined) bad.push([key, value]);
      else good.push([key, decoded as T]);
    }
    const fresh = bad.filter(([key]) => !this.#unreadable.has(key));
    if (fresh.length > 0) await this.#setAside(fresh);
    return good;
  }

  async #setAside(rows: readonly (readonly [string, Buffer])[]): Promise<void> {
    for (const [key] of rows) this.#unreadable.add(key);
    this.#options.log.error("values that could not be read were set aside", { keys: rows.map(([key]) => key) });
    try {
      await writeBatch(
        this.#opened.db,
        rows.flatMap(([key, value]): Operation[] => [
          { type: "put", key: quarantineKey(key), value },
          { type: "del", key },
        ]),
        { sync: true },
      );
      this.#quarantined += rows.length;
      for (const [key] of rows) this.#unreadable.delete(key);
    } catch (error) {
      this.#options.log.warn("they stay where they are", { reason: reasonOf(error) });
    }
  }

  /** Reads; where that fell into a reopening, or meets a damaged file, reads again after it was opened anew. */
  async #read<T>(read: (db: Database) => Promise<T>): Promise<T> {
    await this.#reopening;
    try {
      return await read(this.#opened.db);
    } catch (error) {
      if (this.#reopening === null && isDamage(error) && !this.#mended && !this.#closed) {
        this.#mended = true;
        this.#beginReopen(reasonOf(error));
      }
      if (this.#reopening !== null) {
        await this.#reopening;
        try {
          return await read(this.#opened.db);
        } catch (again) {
          throw cannotRead(again);
        }
      }
      throw cannotRead(error);
    }
  }

  // A disk that cannot be written

  /** After one failed write LevelDB refuses all others until it is opened again, even if there is space by then. */
  #cannotWrite(error: unknown): Fault {
    const reason = reasonOf(error);
    const fault = isFull(reason)
      ? new Fault("STORE_FULL", `no space for the store: ${reason}`, { cause: error, hint: "make room on the disk" })
      : new Fault("STORE_BROKEN", `the store cannot be written: ${reason}`, { cause: error });
    if (this.#readOnly === null) this.#options.log.error("the store is read-only now", { reason });
    this.#readOnly = fault;
    this.#retryLater();
    return fault;
  }

  #retryLater(): void {
    const { clock, retryMs = 5_000 } = this.#options;
    this.#cancelRetry = clock.wake(clock.now() + retryMs, () => {
      if (this.#closed) return;
      // An open needs space of its own: on a full disk it would fail, and with it all reading.
      if (hasSpace(this.#options.dir)) {
        this.#beginReopen();
      } else {
        this.#retryLater();
      }
    });
  }

  /** `damage`: what was met in a file; the database is then rebuilt as it is opened. */
  #beginReopen(damage?: string): void {
    this.#reopening = this.#reopen(damage).finally(() => {
      this.#reopening = null;
    });
  }

  async #reopen(damage?: string): Promise<void> {
    try {
      await this.#commits.pause();
      await this.#trimming;
      await this.#opened.close();
      this.#opened = await this.#open(damage);
      this.#seq = this.#opened.seq;
      this.#oldestSeq = this.#opened.oldestSeq;
      this.#loss = this.#opened.loss ?? this.#loss;
      if (this.#readOnly !== null) this.#options.log.info("the store can be written again");
      this.#readOnly = null;
    } catch (error) {
      this.#options.log.warn("the store could not be opened again", { reason: reasonOf(error) });
      const fault = this.#cannotWrite(error);
      for (const waiting of this.#commits.takeBack()) waiting.reject(fault);
    }
    this.#commits.resume();
  }
}

/** The keys of those archived longest ago that are beyond the limit. */
function oldestArchived(all: readonly (readonly [string, AgentRecord])[], limit: number): ReadonlySet<string> {
  const archived = all.filter(([, record]) => record.archivedAtMs !== null);
  if (archived.length <= limit) return new Set();
  const byAge = archived.sort(([, a], [, b]) => (a.archivedAtMs ?? 0) - (b.archivedAtMs ?? 0));
  return new Set(byAge.slice(0, archived.length - limit).map(([key]) => key));
}

function cannotRead(error: unknown): Fault {
  return new Fault("STORE_BROKEN", `the store cannot be read: ${reasonOf(error)}`, { cause: error });
}
