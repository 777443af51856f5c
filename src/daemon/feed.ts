/** What is on disk and may be told: every committed journal entry passes here once, in order, to all who follow. */

import { iso } from "#core/fleet/view.js";
import type { JournalEntry } from "#core/journal.js";
import type { EntryJson } from "#wire/events.js";

export interface Follower {
  entry(entry: JournalEntry): void;
  /** The daemon ends in order. */
  bye(): void;
}

export class Feed {
  #seq: number;
  readonly #followers = new Set<Follower>();

  /** `seq` is the newest entry's number at the start. */
  constructor(seq: number) {
    this.#seq = seq;
  }

  /** The number of the newest entry published. */
  get seq(): number {
    return this.#seq;
  }

  publish(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      this.#seq = Math.max(this.#seq, entry.seq);
      for (const follower of this.#followers) follower.entry(entry);
    }
  }

  /** Tells all who follow that the daemon was told to end. */
  bye(): void {
    for (const follower of [...this.#followers]) follower.bye();
  }

  /** Returns what ends it. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

export function entryJson(entry: JournalEntry): EntryJson {
  const { seq, atMs, kind, agent, data, set } = entry;
  const json: EntryJson = { ...data, seq, at: iso(atMs), kind, agent };
  if (set !== null) json.set = set as NonNullable<EntryJson["set"]>;
  return json;
}
