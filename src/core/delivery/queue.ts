/**
 * One recipient's messages that are not delivered, found at once however many there are. Unlike the other values of the
 * core it is changed in place, by the mailbox that holds it and nobody else; a step of the mailbox uses up the one it was
 * given.
 */
import { isUnderWay, type Message } from "./message.js";

export class Queue implements Iterable<Message> {
  readonly #all = new Ordered();
  readonly #queued = new Ordered();
  readonly #underWay = new Map<string, Message>();
  readonly #atOnce = new Map<string, Message>();
  /** As on disk, of each that may be changed. */
  readonly #revs = new Map<string, number>();

  constructor(messages: Iterable<Message>) {
    for (const message of messages) {
      this.put(message);
      this.#revs.set(message.id, message.rev);
    }
  }

  /** How many wait to be typed. */
  get queuedCount(): number {
    return this.#queued.size;
  }

  get(id: string): Message | undefined {
    return this.#all.get(id);
  }

  /** The oldest that waits to be typed. */
  get oldest(): Message | undefined {
    return this.#queued.first;
  }

  /** In order. */
  queued(): Message[] {
    return [...this.#queued];
  }

  /** One that is on its way into the pane. */
  get halfWay(): Message | undefined {
    return this.#underWay.values().next().value;
  }

  /** One that is to be typed at once or not at all. */
  get atOnce(): Message | undefined {
    return this.#atOnce.values().next().value;
  }

  /** How many are typed before this one. */
  before({ order }: Message): number {
    if (order >= this.#all.newest) return this.#queued.size + this.#underWay.size - (this.#isLast(order) ? 1 : 0);
    let count = 0;
    for (const one of [...this.#queued, ...this.#underWay.values()]) if (one.order < order) count++;
    return count;
  }

  #isLast(order: number): boolean {
    for (const one of this.#underWay.values()) if (one.order === order) return true;
    return this.#queued.last?.order === order;
  }

  [Symbol.iterator](): Iterator<Message> {
    return this.#all[Symbol.iterator]();
  }

  put(message: Message): void {
    const { id, state, now } = message;
    this.#all.put(message);
    if (state === "queued") this.#queued.put(message);
    else this.#queued.delete(id);
    set(this.#underWay, message, isUnderWay(message));
    set(this.#atOnce, message, state === "queued" && now === true);
  }

  delete(id: string): void {
    for (const place of [this.#all, this.#queued, this.#underWay, this.#atOnce, this.#revs]) place.delete(id);
  }

  /** The `rev` that lies on disk; undefined where that is not known. */
  revOf(id: string): number | undefined {
    return this.#revs.get(id);
  }

  /** It lies on disk under that `rev`. */
  wrote(id: string, rev: number): void {
    this.#revs.set(id, rev);
  }
}

/** Messages by id, in the order of their queue. */
class Ordered implements Iterable<Message> {
  #byId = new Map<string, Message>();
  #last: Message | undefined;
  #unsorted = false;
  newest = 0;

  get size(): number {
    return this.#byId.size;
  }

  get first(): Message | undefined {
    this.#sort();
    return this.#byId.values().next().value;
  }

  /** The last, as far as it is known without going through all of them. */
  get last(): Message | undefined {
    return this.#last;
  }

  get(id: string): Message | undefined {
    return this.#byId.get(id);
  }

  /** Nearly always it is the last one: a long queue is sorted only where it is not. */
  put(message: Message): void {
    if (!this.#byId.has(message.id)) this.#unsorted ||= this.#byId.size > 0 && message.order < this.newest;
    this.#byId.set(message.id, message);
    this.newest = Math.max(this.newest, message.order);
    if ((this.#last?.order ?? 0) <= message.order) this.#last = message;
  }

  delete(id: string): void {
    this.#byId.delete(id);
    if (this.#last?.id === id) this.#last = undefined;
  }

  [Symbol.iterator](): Iterator<Message> {
    this.#sort();
    return this.#byId.values();
  }

  #sort(): void {
    if (!this.#unsorted) return;
    this.#byId = new Map([...this.#byId].sort(([, a], [, b]) => a.order - b.order));
    this.#unsorted = false;
  }
}

function set(place: Map<string, Message>, message: Message, isThere: boolean): void {
  if (isThere) place.set(message.id, message);
  else place.delete(message.id);
}
