/**
 * The queues of all recipients, each a machine of `core/delivery/mailbox.ts`: what happened is posted to it, what it wants
 * done is handed on, it is woken when its time has come, and who waits for something in it is told. What is done lies
 * elsewhere: delivery-steps.ts, mail-on-disk.ts. Of a recipient that is off the list no machine is needed once nothing of
 * it is under way: its dead letters stay, and are all that is left of its queue.
 */
import type { Mailbox, MailEffect, MailEvent } from "#core/delivery/mailbox/state.js";
import { openMailbox, stepMailbox, wakeAtMs } from "#core/delivery/mailbox.js";
import { isDeadLetter, type Message } from "#core/delivery/message.js";
import type { AgentChange } from "#core/fleet/changes.js";
import type { AgentId } from "#core/model.js";
import type { Ground } from "./ground.js";
import { recipientNow } from "./mail-recipient.js";

export interface Box {
  now: Mailbox;
  /** New messages on their way to the disk. */
  readonly adding: Set<Message>;
  cancelWake: (() => void) | null;
}

/** What is done about a queue; none of it throws. */
export interface Hands {
  /** Nothing of it is under way. */
  rests(to: AgentId, box: Box): void;
  /** What comes of it is posted. */
  perform(to: AgentId, box: Box, effect: MailEffect): void;
  /** To be called after every change of it. */
  stepped(to: AgentId): void;
}

export class Mailboxes {
  readonly #ground: Ground;
  readonly #hands: Hands;
  readonly #boxes = new Map<AgentId, Box>();
  /** What is left of those that were closed: dead letters by id, each as it lies on disk. */
  readonly #left = new Map<AgentId, Map<string, Message>>();
  readonly #watchers = new Map<AgentId, Set<() => void>>();
  /** The last place given out in each queue: kept when that is closed, as what has it may still be on its way to the disk. */
  readonly #lastOrders = new Map<AgentId, number>();
  #closed = false;

  constructor(ground: Ground, hands: Hands) {
    this.#ground = ground;
    this.#hands = hands;
  }

  /** Nothing is posted to any of them any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Null where none is open. */
  known(to: AgentId): Box | null {
    return this.#boxes.get(to) ?? null;
  }

  /** Every one that is open, with whose it is. */
  all(): IterableIterator<[AgentId, Box]> {
    return this.#boxes.entries();
  }

  /** Whose dead letters are all that is left. */
  left(): IterableIterator<AgentId> {
    return this.#left.keys();
  }

  /** What is in a queue, in order, whether or not it is open. */
  messages(to: AgentId): readonly Message[] {
    const box = this.#boxes.get(to);
    if (box !== undefined) return [...box.now.open];
    return [...(this.#left.get(to)?.values() ?? [])].sort((a, b) => a.order - b.order);
  }

  /** The `rev` of a message as it lies on disk. */
  revOf({ to, id, rev }: Message): number {
    return this.#boxes.get(to)?.now.open.revOf(id) ?? this.#left.get(to)?.get(id)?.rev ?? rev;
  }

  /** A place in a recipient's queue that is nobody else's. Throws the store's Fault. */
  async nextOrder(to: AgentId): Promise<number> {
    const kept = this.#lastOrders.has(to) ? 0 : await this.#ground.store.lastOrder(to);
    const order = (this.#lastOrders.get(to) ?? kept) + 1;
    this.#lastOrders.set(to, order);
    return order;
  }

  /** Opened where it is not yet, with what is left of it. */
  of(to: AgentId): Box {
    return this.#boxes.get(to) ?? this.open(to, this.messages(to));
  }

  /** Begins with what the store holds. */
  open(to: AgentId, open: readonly Message[]): Box {
    const { clock, loop } = this.#ground;
    const recipient = recipientNow(this.#ground, loop.fleet.agents.get(to));
    const [now, effects] = openMailbox(to, open, recipient, clock.now());
    const box: Box = { now, adding: new Set(), cancelWake: null };
    this.#left.delete(to);
    this.#boxes.set(to, box);
    this.#after(to, box, effects);
    return box;
  }

  /** Whether there is nobody to be given anything, and nothing is under way. */
  isOver(to: AgentId): boolean {
    const box = this.#boxes.get(to);
    if (box === undefined) return true;
    const { recipient, at, writing, pending, open } = box.now;
    if (recipient !== null || at.at !== "resting" || writing !== null || pending !== null) return false;
    return box.adding.size === 0 && [...open].every(isDeadLetter);
  }

  /** Closes one that is over. */
  shut(to: AgentId): void {
    const box = this.#boxes.get(to);
    if (box === undefined) return;
    const left = [...box.now.open].map((message) => [message.id, { ...message, rev: this.revOf(message) }] as const);
    box.cancelWake?.();
    this.#boxes.delete(to);
    if (left.length > 0) this.#left.set(to, new Map(left));
  }

  /** Where it is not open, it changes only which dead letters are left. */
  post(to: AgentId, event: MailEvent): void {
    const box = this.#boxes.get(to);
    if (this.#closed) return;
    if (box === undefined) {
      this.#leave(to, event);
      return;
    }
    const [now, effects] = stepMailbox(box.now, event, this.#ground.clock.now());
    box.now = now;
    this.#after(to, box, effects);
  }

  /** To be called with what every event changed. */
  changed(changes: readonly AgentChange[]): void {
    for (const { id: to, now } of changes) {
      if (!this.#boxes.has(to)) continue;
      this.post(to, { kind: "recipient", recipient: recipientNow(this.#ground, now ?? undefined) });
    }
  }

  reconnected(): void {
    for (const to of this.#boxes.keys()) this.post(to, { kind: "reconnected" });
  }

  /** Resolves once `test` says something of the recipient's queue, with that; with null where `limitMs` passed first. */
  until<T>(to: AgentId, limitMs: number, test: (box: Mailbox | null) => T | null): Promise<T | null> {
    const now = (): T | null => test(this.#boxes.get(to)?.now ?? null);
    const first = now();
    if (first !== null) return Promise.resolve(first);
    return new Promise((resolve) => {
      const { clock } = this.#ground;
      const watchers = this.#watchers.get(to) ?? new Set();
      const done = (value: T | null): void => {
        watchers.delete(watch);
        if (watchers.size === 0) this.#watchers.delete(to);
        cancel();
        resolve(value);
      };
      const watch = (): void => {
        const value = now();
        if (value !== null) done(value);
      };
      const cancel = clock.wake(clock.now() + limitMs, () => done(null));
      this.#watchers.set(to, watchers.add(watch));
    });
  }

  close(): void {
    this.#closed = true;
    for (const box of this.#boxes.values()) box.cancelWake?.();
  }

  #leave(to: AgentId, event: MailEvent): void {
    const left = this.#left.get(to) ?? new Map<string, Message>();
    if (event.kind === "added") left.set(event.message.id, event.message);
    else if (event.kind === "forgotten") for (const id of event.ids) left.delete(id);
    if (left.size > 0) this.#left.set(to, left);
    else this.#left.delete(to);
    this.#tellWatchers(to);
  }

  #tellWatchers(to: AgentId): void {
    for (const watch of [...(this.#watchers.get(to) ?? [])]) watch();
  }

  #after(to: AgentId, box: Box, effects: readonly MailEffect[]): void {
    if (box.now.at.at === "resting") this.#hands.rests(to, box);
    for (const effect of effects) this.#hands.perform(to, box, effect);
    const { clock } = this.#ground;
    box.cancelWake?.();
    const atMs = wakeAtMs(box.now);
    box.cancelWake = atMs === null ? null : clock.wake(atMs, () => this.post(to, { kind: "clock" }));
    this.#tellWatchers(to);
    this.#hands.stepped(to);
  }
}
