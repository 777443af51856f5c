/**
 * The queues of all recipients, each a machine of `core/delivery/mailbox.ts`: what happened is posted to it, what it wants
 * done is handed on, it is woken when its time has come, and who waits for something in it is told. What is done lies
 * elsewhere: delivery-steps.ts, mail-on-disk.ts.
 */
import type { Mailbox, MailEffect, MailEvent } from "#core/delivery/mailbox/state.js";
import { openMailbox, stepMailbox, wakeAtMs } from "#core/delivery/mailbox.js";
import type { Message } from "#core/delivery/message.js";
import type { Fleet } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import type { Ground } from "./ground.js";
import { recipientNow } from "./mail-recipient.js";

export interface Box {
  now: Mailbox;
  /** New messages on their way to the disk. */
  readonly adding: Set<Message>;
  lastOrder: number;
  cancelWake: (() => void) | null;
  readonly watchers: Set<() => void>;
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
  readonly #opening = new Map<AgentId, Promise<Box>>();
  #closed = false;

  constructor(ground: Ground, hands: Hands) {
    this.#ground = ground;
    this.#hands = hands;
  }

  /** Nothing is posted to any of them any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Null where nothing was ever in it. */
  known(to: AgentId): Box | null {
    return this.#boxes.get(to) ?? null;
  }

  /** Every one that is open, with whose it is. */
  all(): IterableIterator<[AgentId, Box]> {
    return this.#boxes.entries();
  }

  /** Opened where it is not yet, as one with nothing in it. Throws the store's Fault. */
  async of(to: AgentId): Promise<Box> {
    const found = this.#boxes.get(to);
    if (found !== undefined) return found;
    const opening =
      this.#opening.get(to) ??
      this.#ground.store.lastOrder(to).then((last) => this.#boxes.get(to) ?? this.open(to, [], last));
    this.#opening.set(to, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(to);
    }
  }

  /** Begins with what the store holds. */
  open(to: AgentId, open: readonly Message[], lastOrder: number): Box {
    const { clock, loop } = this.#ground;
    const recipient = recipientNow(this.#ground, loop.fleet.agents.get(to));
    const [now, effects] = openMailbox(to, open, recipient, clock.now());
    const box: Box = { now, adding: new Set(), lastOrder, cancelWake: null, watchers: new Set() };
    this.#boxes.set(to, box);
    this.#after(to, box, effects);
    return box;
  }

  /** Nothing where it is not open. */
  post(to: AgentId, event: MailEvent): void {
    const box = this.#boxes.get(to);
    if (box === undefined || this.#closed) return;
    const [now, effects] = stepMailbox(box.now, event, this.#ground.clock.now());
    box.now = now;
    this.#after(to, box, effects);
  }

  /** To be called after every change of the fleet. */
  changed(before: Fleet, now: Fleet): void {
    for (const to of this.#boxes.keys()) {
      const agent = now.agents.get(to);
      if (agent === before.agents.get(to)) continue;
      this.post(to, { kind: "recipient", recipient: recipientNow(this.#ground, agent) });
    }
  }

  reconnected(): void {
    for (const to of this.#boxes.keys()) this.post(to, { kind: "reconnected" });
  }

  /** Resolves once `test` says something of the recipient's queue, with that; with null where `limitMs` passed first. */
  until<T>(to: AgentId, limitMs: number, test: (box: Mailbox | null) => T | null): Promise<T | null> {
    const box = this.#boxes.get(to);
    const first = test(box?.now ?? null);
    if (first !== null || box === undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      const { clock } = this.#ground;
      const done = (value: T | null): void => {
        box.watchers.delete(watch);
        cancel();
        resolve(value);
      };
      const watch = (): void => {
        const value = test(box.now);
        if (value !== null) done(value);
      };
      const cancel = clock.wake(clock.now() + limitMs, () => done(null));
      box.watchers.add(watch);
    });
  }

  close(): void {
    this.#closed = true;
    for (const box of this.#boxes.values()) box.cancelWake?.();
  }

  #after(to: AgentId, box: Box, effects: readonly MailEffect[]): void {
    if (box.now.at.at === "resting") this.#hands.rests(to, box);
    for (const effect of effects) this.#hands.perform(to, box, effect);
    const { clock } = this.#ground;
    box.cancelWake?.();
    const atMs = wakeAtMs(box.now);
    box.cancelWake = atMs === null ? null : clock.wake(atMs, () => this.post(to, { kind: "clock" }));
    for (const watch of [...box.watchers]) watch();
    this.#hands.stepped(to);
  }
}
