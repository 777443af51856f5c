/**
 * The entries of one inbox, found at once however many there are: what waits, what is leased, and what is just being
 * written of and nobody's until it is. Unlike the other values of the core it is changed in place, by the inbox that holds
 * it and nobody else; a step of the inbox uses up the inbox it was given.
 */
import { type Completion, sameSubject } from "./completion.js";
import type { Message } from "./message.js";

export class Entries {
  /** Queued, and nobody's; in order unless `#unsorted`. */
  #waiting = new Map<string, Message>();
  #unsorted = false;
  #newest = 0;
  /** Leased, and nothing is being written of it. */
  readonly #leased = new Map<string, Message>();
  /** A next version is on its way to the disk. */
  readonly #busy = new Map<string, Message>();
  /** By child and kind, what is here of it. */
  readonly #subjects = new Map<string, Set<string>>();

  constructor(entries: Iterable<Message>) {
    for (const entry of entries) this.put(entry);
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** The greatest order of any entry that was ever here. */
  get newestOrder(): number {
    return this.#newest;
  }

  get(id: string): Message | undefined {
    return this.#waiting.get(id) ?? this.#leased.get(id) ?? this.#busy.get(id);
  }

  isBusy(id: string): boolean {
    return this.#busy.has(id);
  }

  /** In order. */
  waiting(): Iterable<Message> {
    if (this.#unsorted) {
      this.#waiting = new Map([...this.#waiting].sort(([, a], [, b]) => a.order - b.order));
      this.#unsorted = false;
    }
    return this.#waiting.values();
  }

  leased(): Iterable<Message> {
    return this.#leased.values();
  }

  busy(): Iterable<Message> {
    return this.#busy.values();
  }

  /** All of them, in order. */
  all(): Message[] {
    const all = [...this.#waiting.values(), ...this.#leased.values(), ...this.#busy.values()];
    return all.sort((a, b) => a.order - b.order);
  }

  /** What is here of the same child and kind. */
  ofSubject(completion: Completion): Message[] {
    const ids = [...(this.#subjects.get(subjectOf(completion)) ?? [])];
    return ids.flatMap((id) => {
      const entry = this.get(id);
      return entry?.completion !== undefined && sameSubject(entry.completion, completion) ? [entry] : [];
    });
  }

  /** Takes an entry in, or its next version, with nothing being written of it. */
  put(entry: Message): void {
    const { id, order, state, completion } = entry;
    if (state === "leased") {
      this.#forget(id);
      this.#leased.set(id, entry);
    } else if (this.#waiting.has(id)) this.#waiting.set(id, entry);
    else {
      this.#forget(id);
      this.#unsorted ||= this.#waiting.size > 0 && order < this.#newest;
      this.#waiting.set(id, entry);
    }
    this.#newest = Math.max(this.#newest, order);
    if (completion === undefined) return;
    const subject = subjectOf(completion);
    const ids = this.#subjects.get(subject);
    if (ids === undefined) this.#subjects.set(subject, new Set([id]));
    else ids.add(id);
  }

  /** Something is being written of it. */
  hold(id: string): void {
    const entry = this.get(id);
    if (entry === undefined) return;
    this.#forget(id);
    this.#busy.set(id, entry);
  }

  /** What was being written of it is settled; it is as it was. */
  release(id: string): void {
    const entry = this.#busy.get(id);
    if (entry !== undefined) this.put(entry);
  }

  delete(id: string): void {
    const completion = this.get(id)?.completion;
    this.#forget(id);
    if (completion === undefined) return;
    const subject = subjectOf(completion);
    const ids = this.#subjects.get(subject);
    ids?.delete(id);
    if (ids?.size === 0) this.#subjects.delete(subject);
  }

  #forget(id: string): void {
    for (const place of [this.#waiting, this.#leased, this.#busy]) place.delete(id);
  }
}

const subjectOf = ({ child, kind }: Completion): string => `${kind} ${child}`;
