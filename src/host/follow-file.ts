/**
 * Follows a file that its owner appends to, by the kernel's notices alone: nothing is polled and no process is started. A
 * file that is not there yet is waited for in the nearest folder above it that is; one that is replaced or cut short is
 * read from its beginning. What is read at a time is bounded, and whoever falls far behind goes on at the end.
 */
import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { openPlain } from "./files.js";
import type { Log } from "./log.js";

/** Of a file that was there before: so much of its end is read at first. */
const FIRST_BYTES = 65_536;
const STEP_BYTES = 262_144;
/** More than this behind, the rest is left out: its end is what counts. */
const BEHIND_LIMIT_BYTES = 16 * 1_048_576;
/** A longer line is left out. */
const LINE_LIMIT_BYTES = 8 * 1_048_576;
/** Folders above a missing file that are tried for one that is there. */
const CLIMB_LIMIT = 6;

/** A file that is followed, until it is closed. */
export interface Following {
  /** Reads what came where the kernel gives no notice, its watches being used up; nothing where it does. */
  look(): void;
  close(): void;
}

/** Hands over whole lines as they are written, in order, and at first those at the file's end. Never throws. */
export function followFile(path: string, log: Log, hear: (line: string) => void): Following {
  return new Follower(path, log, hear);
}

class Follower implements Following {
  readonly #path: string;
  readonly #log: Log;
  readonly #hear: (line: string) => void;
  #watcher: FSWatcher | null = null;
  /** What is watched: the file, or the folder in which it, or a folder on the way to it, is to appear. */
  #watched: string | null = null;
  /** Which file was read last, when it came into being, and how far it was read. */
  #inode: number | null = null;
  #bornMs = 0;
  #offset = 0;
  /** That file was renamed or removed: another one may have been given its number. */
  #left = false;
  /** The beginning of a line whose end is not there yet. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** The line under way is too long, or its beginning was not read. */
  #skipping = false;
  /** The kernel would not watch it. */
  #refused = false;
  #busy = false;
  #again = false;
  #closed = false;

  constructor(path: string, log: Log, hear: (line: string) => void) {
    this.#path = path;
    this.#log = log;
    this.#hear = hear;
    void this.#update(true);
  }

  look(): void {
    if (this.#watcher === null && !this.#closed) void this.#update();
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
    this.#rest = [];
  }

  /** One at a time; what happens meanwhile is seen by one more. */
  async #update(first = false): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      do {
        this.#again = false;
        await this.#look(first);
        first = false;
      } while (this.#again && !this.#closed);
    } catch (error) {
      this.#log.warn("a transcript could not be followed", { path: this.#path, error });
    } finally {
      this.#busy = false;
    }
  }

  async #look(first: boolean): Promise<void> {
    let file: FileHandle;
    try {
      file = await openPlain(this.#path);
    } catch {
      await this.#await();
      return;
    }
    try {
      const { ino, size, birthtimeMs } = await file.stat();
      if (this.#closed) return;
      // Only then: where the file system knows no birth, the time of the last change may stand for it.
      const reborn = this.#left && birthtimeMs !== this.#bornMs;
      this.#left = false;
      if (ino !== this.#inode || reborn || size < this.#offset) {
        this.#begin(first ? Math.max(0, size - FIRST_BYTES) : 0);
        this.#inode = ino;
        this.#unwatch();
      }
      this.#bornMs = birthtimeMs;
      // Before it is read: what is written while it is being read is noticed.
      this.#watch(this.#path);
      await this.#read(file);
    } finally {
      await file.close();
    }
  }

  #begin(offset: number): void {
    this.#offset = offset;
    this.#rest = [];
    this.#restBytes = 0;
    this.#skipping = offset > 0;
  }

  async #read(file: FileHandle): Promise<void> {
    while (!this.#closed) {
      const { size } = await file.stat();
      if (size - this.#offset > BEHIND_LIMIT_BYTES) this.#begin(size - FIRST_BYTES);
      const unread = Math.min(STEP_BYTES, size - this.#offset);
      if (unread <= 0) return;
      const bytes = Buffer.allocUnsafe(unread);
      const { bytesRead } = await file.read(bytes, 0, unread, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#split(bytes.subarray(0, bytesRead));
    }
  }

  #split(bytes: Buffer): void {
    for (let from = 0; from < bytes.length && !this.#closed; ) {
      const end = bytes.indexOf(10, from);
      const piece = bytes.subarray(from, end < 0 ? bytes.length : end);
      if (!this.#skipping && this.#restBytes + piece.length > LINE_LIMIT_BYTES) {
        this.#skipping = true;
        this.#rest = [];
      }
      if (end < 0) {
        if (!this.#skipping) this.#rest.push(Buffer.from(piece));
        this.#restBytes += piece.length;
        return;
      }
      if (!this.#skipping) this.#hear(Buffer.concat([...this.#rest, piece]).toString("utf8"));
      this.#rest = [];
      this.#restBytes = 0;
      this.#skipping = false;
      from = end + 1;
    }
  }

  /** Waits where it is to appear. */
  async #await(): Promise<void> {
    let folder = dirname(this.#path);
    for (let n = 0; n < CLIMB_LIMIT; n++, folder = dirname(folder)) {
      const found = await stat(folder).catch(() => null);
      if (this.#closed) return;
      if (found?.isDirectory() !== true) continue;
      if (this.#watched === folder && this.#watcher !== null) return;
      this.#unwatch();
      this.#watch(folder);
      // It may have appeared between the two.
      this.#again = true;
      return;
    }
  }

  #watch(path: string): void {
    if (this.#closed || this.#watcher !== null) return;
    try {
      const watcher = watch(path, { persistent: false }, (event) => {
        // A file that was renamed or removed is not the one of that name any more.
        if (event === "rename" && this.#watched === this.#path) {
          this.#left = true;
          this.#unwatch();
        }
        void this.#update();
      });
      watcher.on("error", () => this.#unwatch());
      this.#watcher = watcher;
      this.#watched = path;
    } catch (error) {
      // The kernel's watches are used up, or it went: whoever follows it has it looked at now and then. Said once.
      if (!this.#refused) this.#log.warn("a transcript cannot be watched", { path, error });
      this.#refused = true;
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#watched = null;
  }
}
