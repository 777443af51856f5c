/**
 * The database while it is in use. Of a disk that cannot be written it makes a store that can be read, until there is space
 * again; a file that proves damaged as it is read is mended; both by opening the database anew, for which readers wait.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "#core/fault.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import { type Database, isDamage, isFull, reasonOf } from "./database.js";
import { hasSpace } from "./disk-space.js";
import { readMarker, writeMarker } from "./marker.js";
import type { Opened } from "./open-database.js";

export interface LiveOptions {
  readonly dir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** How often a database that cannot be written is tried again. */
  readonly retryMs: number;
  /** `damage`: what was met in a file; the database is then rebuilt as it is opened. */
  open(damage?: string): Promise<Opened>;
  /** Resolves once nothing is being written; nothing is begun until `resume`. */
  pause(): Promise<void>;
  /** It was opened anew; or it was not, and what waits to be written is refused with the Fault. */
  resume(now: Opened | Fault): void;
  /** The journal's newest number. */
  seq(): number;
  /** Its files are no longer where they were; told once. */
  onLost(): void;
}

export class LiveDatabase {
  readonly #options: LiveOptions;
  #opened: Opened;
  /** While the database is being opened again. */
  #reopening: Promise<void> | null = null;
  #cancelRetry: () => void = () => {};
  #readOnly: Fault | null = null;
  #isLost = false;
  #loss: string | null;
  /** A damaged file is mended once while we run: were it damaged again at once, reading would never end. */
  #mended = false;
  #closed = false;

  constructor(options: LiveOptions, opened: Opened) {
    this.#options = options;
    this.#opened = opened;
    this.#loss = opened.loss;
  }

  get db(): Database {
    return this.#opened.db;
  }

  /** With what writes are refused; null where they are not. */
  get readOnly(): Fault | null {
    return this.#readOnly;
  }

  /** What was found damaged, for a person; null where nothing was. */
  get loss(): string | null {
    return this.#loss;
  }

  /**
   * Reads; where that fell into a reopening, or meets a damaged file, reads again after it was opened anew. Throws a Fault
   * (STORE_BROKEN).
   */
  async read<T>(read: (db: Database) => Promise<T>): Promise<T> {
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

  /**
   * A write failed: from now on all are refused, with what this returns, until the database was opened again. After one
   * LevelDB refuses all others until then, even if there is space.
   */
  cannotWrite(error: unknown): Fault {
    const lost = this.lost();
    if (lost !== null) return lost;
    const reason = reasonOf(error);
    const fault = isFull(reason)
      ? new Fault("STORE_FULL", `no space for the store: ${reason}`, { cause: error, hint: "make room on the disk" })
      : new Fault("STORE_BROKEN", `the store cannot be written: ${reason}`, { cause: error });
    if (this.#readOnly === null) this.#options.log.error("the store is read-only now", { reason });
    this.#readOnly = fault;
    this.#retryLater();
    return fault;
  }

  /**
   * Null where what is written goes where it is looked for at the next start. Else its files were removed or replaced under
   * it: from now on all writes are refused, with what this returns. It is not opened again: what the daemon knows and what
   * is on the disk are two stories by now, and only a new start begins with one. What is removed altogether leaves a marker,
   * which says at that start that there was more.
   */
  lost(): Fault | null {
    if (this.#isLost) return this.#readOnly;
    if (this.#opened.isThere()) return null;
    const { dir, log, seq, onLost } = this.#options;
    const fault = new Fault("STORE_BROKEN", "the store's files were removed or replaced while it was in use", {
      hint: "the daemon ends; the next command starts it with what is there",
    });
    this.#cancelRetry();
    log.error(fault.message, { dir });
    this.#isLost = true;
    this.#readOnly = fault;
    try {
      if (!existsSync(join(dir, "CURRENT")) && readMarker(dir) === null) {
        if (!existsSync(dir)) mkdirSync(dir, { mode: 0o700 });
        writeMarker(dir, { seq: seq(), present: seq() });
      }
    } catch (error) {
      log.warn("no marker could be left", { error });
    }
    onLost();
    return fault;
  }

  /** Nothing is opened again. Resolves once nothing is being opened. */
  async stop(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    await this.#reopening;
  }

  /** To be called last, once nothing is read or written any more. */
  async close(): Promise<void> {
    await this.#opened.close();
  }

  #retryLater(): void {
    const { clock, retryMs, dir } = this.#options;
    this.#cancelRetry = clock.wake(clock.now() + retryMs, () => {
      if (this.#closed) return;
      // An open needs space of its own: on a full disk it would fail, and with it all reading.
      if (hasSpace(dir)) this.#beginReopen();
      else this.#retryLater();
    });
  }

  #beginReopen(damage?: string): void {
    this.#reopening = this.#reopen(damage).finally(() => {
      this.#reopening = null;
    });
  }

  async #reopen(damage?: string): Promise<void> {
    const { log, open, pause, resume } = this.#options;
    try {
      await pause();
      const lost = this.lost();
      if (lost !== null) {
        resume(lost);
        return;
      }
      await this.#opened.close();
      this.#opened = await open(damage);
      this.#loss = this.#opened.loss ?? this.#loss;
      if (this.#readOnly !== null) log.info("the store can be written again");
      this.#readOnly = null;
      resume(this.#opened);
    } catch (error) {
      log.warn("the store could not be opened again", { reason: reasonOf(error) });
      resume(this.cannotWrite(error));
    }
  }
}

export function cannotRead(error: unknown): Fault {
  return new Fault("STORE_BROKEN", `the store cannot be read: ${reasonOf(error)}`, { cause: error });
}
