/**
 * Items that arrive while a group is being written make up the next group, so that however many writers there are share
 * one fsync. One group is written at a time, in the order of arrival.
 */
import { Fault } from "#core/fault.js";

/** Items in one group, and items that may wait for theirs; past that the writer is told to come later. */
const GROUP_LIMIT = 1_000;
const WAITING_LIMIT = 10_000;

export class GroupCommit<T> {
  readonly #write: (group: readonly T[]) => Promise<void>;
  #waiting: T[] = [];
  #running: Promise<void> | null = null;
  #group: Promise<void> | null = null;
  #paused = false;

  /** `write` says to its items how it went; it never rejects. */
  constructor(write: (group: readonly T[]) => Promise<void>) {
    this.#write = write;
  }

  /** Throws a Fault (TOO_MANY). */
  add(item: T): void {
    if (this.#waiting.length >= WAITING_LIMIT) throw new Fault("TOO_MANY", "the store cannot keep up; try again");
    this.#waiting.push(item);
    this.#run();
  }

  /** Resolves when nothing is being written; nothing begins until `resume`. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#group;
  }

  resume(): void {
    this.#paused = false;
    this.#run();
  }

  /** What has not begun to be written, for its caller to answer. */
  takeBack(): T[] {
    return this.#waiting.splice(0);
  }

  /** Resolves when all that may be written is. */
  async finish(): Promise<void> {
    await this.#running;
  }

  #run(): void {
    if (this.#waiting.length > 0 && !this.#paused) this.#running ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve(); // what arrives in this same moment joins the first group
    while (this.#waiting.length > 0 && !this.#paused) {
      this.#group = this.#write(this.#waiting.splice(0, GROUP_LIMIT));
      await this.#group;
    }
    this.#group = null;
    this.#running = null;
  }
}
