/** Values that cannot be read: moved out of the way as they are, so that the rest is served and a person can look at them. */
import type { Log } from "#host/log.js";
import { type Database, type Operation, reasonOf, writeBatch } from "./database.js";
import { quarantineKey } from "./keys.js";
import { decodeValue } from "./values.js";

/** A repair may leave keys that run on into what was a value, and a log holds no message's words. */
const sayable = (key: string): string => key.replace(/[^\w!:.-].*$/su, "…");

type Row = readonly [string, Buffer];

export class Quarantine {
  readonly #db: () => Database;
  readonly #log: Log;
  #setAside: number;
  /** Keys that could not be read nor yet be set aside. */
  readonly #unreadable = new Set<string>();

  /** `setAside`: how many lie there already. */
  constructor(db: () => Database, log: Log, setAside: number) {
    this.#db = db;
    this.#log = log;
    this.#setAside = setAside;
  }

  /** Values found so far that cannot be read. */
  get count(): number {
    return this.#setAside + this.#unreadable.size;
  }

  /** The values that can be read; the others are set aside by the time this resolves. Never throws. */
  async readable<T>(rows: readonly Row[]): Promise<[string, T][]> {
    const good: [string, T][] = [];
    const bad: Row[] = [];
    for (const [key, value] of rows) {
      const decoded = decodeValue(key, value);
      if (decoded === undefined) bad.push([key, value]);
      else good.push([key, decoded as T]);
    }
    const fresh = bad.filter(([key]) => !this.#unreadable.has(key));
    if (fresh.length > 0) await this.#move(fresh);
    return good;
  }

  async #move(rows: readonly Row[]): Promise<void> {
    for (const [key] of rows) this.#unreadable.add(key);
    this.#log.error("values that could not be read were set aside", { keys: rows.map(([key]) => sayable(key)) });
    try {
      await writeBatch(
        this.#db(),
        rows.flatMap(([key, value]): Operation[] => [
          { type: "put", key: quarantineKey(key), value },
          { type: "del", key },
        ]),
        { sync: true },
      );
      this.#setAside += rows.length;
      for (const [key] of rows) this.#unreadable.delete(key);
    } catch (error) {
      this.#log.warn("they stay where they are", { reason: reasonOf(error) });
    }
  }
}
