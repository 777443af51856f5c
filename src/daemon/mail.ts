/**
 * The mail of all agents, as the rest of the daemon asks for it: messages are put into queues, listed, waited for, and what
 * the store held is taken up at a start. Each recipient's queue is a machine (mailboxes.ts) that says what is done next;
 * delivery-steps.ts does it, and mail-on-disk.ts has all of it on disk, journaled and told in one batch.
 */
import type { Mailbox, MailEffect } from "#core/delivery/mailbox/state.js";
import { isQuiet } from "#core/delivery/mailbox.js";
import { isDeadLetter, isInInbox, type MailWrite, type Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { AgentChange } from "#core/fleet/changes.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import { DeadLetters } from "./dead-letters.js";
import { DeliverySteps } from "./delivery-steps.js";
import type { Ground } from "./ground.js";
import { Inboxes } from "./inboxes.js";
import {
  byRecipient,
  type CommitHow,
  type NewMessage,
  QUEUE_LIMIT,
  queuedMessage,
  type Story,
  writeOf,
} from "./mail-commit.js";
import { MailOnDisk } from "./mail-on-disk.js";
import { recipientNow } from "./mail-recipient.js";
import { type Listed, listed } from "./mail-waits.js";
import { type Box, Mailboxes } from "./mailboxes.js";

/** How soon a first prompt is tried again that could not be queued. */
const PROMPT_AGAIN_MS = 2_000;

export class Mail {
  readonly inboxes: Inboxes;
  readonly dead: DeadLetters;
  readonly #ground: Ground;
  /** Says which step of a delivery is being passed; tests let the daemon die there. */
  readonly #pass: (point: string) => void;
  readonly #boxes: Mailboxes;
  readonly #steps: DeliverySteps;
  readonly #disk: MailOnDisk;

  constructor(ground: Ground, pass: (point: string) => void) {
    this.#ground = ground;
    this.#pass = pass;
    const boxes = new Mailboxes(ground, {
      rests: (to, { now }) => this.#steps.rests(to, now),
      perform: (to, box, effect) => this.#perform(to, box, effect),
      stepped: (to) => {
        this.inboxes.quiet(to);
        this.stepped(to);
      },
    });
    this.#boxes = boxes;
    this.inboxes = new Inboxes(ground, this, pass);
    this.#steps = new DeliverySteps(ground, pass, (to, event) => boxes.post(to, event));
    this.#disk = new MailOnDisk(ground, pass, {
      inboxes: this.inboxes,
      messages: (to) => boxes.messages(to),
      post: (to, event) => boxes.post(to, event),
      died: (to) => this.dead.trim(to),
      rested: (to) => this.stepped(to),
      nextOrder: (to) => this.nextOrder(to),
    });
    this.dead = new DeadLetters(ground, {
      inboxes: this.inboxes,
      known: (to) => boxes.known(to)?.now ?? null,
      messages: (to) => boxes.messages(to),
      revOf: (message) => boxes.revOf(message),
      revive: (message) => {
        boxes.of(message.to);
        boxes.post(message.to, { kind: "added", message });
      },
      post: (to, event) => boxes.post(to, event),
      commit: (to, ...what) => this.commit(to, ...what).catch((error) => this.#disk.recount(to, error)),
    });
    this.begun = new Promise((resolve) => {
      this.#begun = resolve;
    });
  }

  /** Resolves once everything the store holds is taken up: nothing new is taken in before. */
  readonly begun: Promise<void>;
  #begun: () => void = () => {};

  /** What the store holds for inboxes: to be called before anything is heard of what is leased there. */
  takeUp(messages: readonly Message[]): void {
    for (const [to, all] of byRecipient(messages)) this.inboxes.takeUp(to, all);
  }

  /** Takes up the rest. To be called once tmux was looked at for the first time. */
  async begin(messages: readonly Message[]): Promise<void> {
    const { loop } = this.#ground;
    for (const [to, all] of byRecipient(messages)) {
      const open = all.filter((message) => !isInInbox(message));
      // Of what an inbox had to have written before, the inbox alone was counted.
      this.#disk.alsoCounts(to, open);
      // What died there lies here already.
      this.#boxes.open(to, [...this.#boxes.messages(to), ...open]);
    }
    this.inboxes.begin();
    this.#begun();
    for (const to of byRecipient(messages).keys()) this.dead.trim(to);
    for (const { record } of loop.fleet.agents.values()) if (record.promptDue === true) this.queuePrompt(record.id);
  }

  /** To be called with what every event changed. */
  changed(changes: readonly AgentChange[]): void {
    this.inboxes.changed(changes);
    this.#boxes.changed(changes);
  }

  reconnected(): void {
    this.inboxes.reconnected();
    this.#boxes.reconnected();
  }

  close(): void {
    this.#boxes.close();
    this.inboxes.close();
    this.#steps.close();
  }

  /** All that is not delivered, in order, with why the oldest of a queue waits. */
  list(to?: AgentId): Listed[] {
    const boxes =
      to === undefined ? [...this.#boxes.all()].map(([, box]) => box) : [this.#boxes.known(to) ?? []].flat();
    const { agents } = this.#ground.loop.fleet;
    const told = this.inboxes.list(to).map((message) => {
      const recipient = message.state === "queued" ? recipientNow(this.#ground, agents.get(message.to)) : null;
      return { message, waits: recipient === null || recipient.ready ? null : recipient.state };
    });
    const closed = to === undefined ? [...this.#boxes.left()] : this.#boxes.known(to) === null ? [to] : [];
    const left = closed.flatMap((one) => this.#boxes.messages(one).map((message) => ({ message, waits: null })));
    return [...boxes.flatMap(({ now }) => listed(now)), ...left, ...told];
  }

  /** A place in a recipient's queue that is nobody else's. Throws the store's Fault. */
  nextOrder(to: AgentId): Promise<number> {
    return this.#boxes.nextOrder(to);
  }

  /** Whether nothing is being typed to it, nor waits to be. */
  isQuiet(to: AgentId): boolean {
    const box = this.#boxes.known(to);
    return box === null || (isQuiet(box.now, this.#ground.clock.now()) && box.adding.size === 0);
  }

  /** A dead letter that was written elsewhere; from here on it is one of ours. */
  takeIn(message: Message): void {
    this.#boxes.post(message.to, { kind: "added", message });
    this.dead.trim(message.to);
  }

  /** To be called after every change of what one has: of one off the list only dead letters are kept, once that is all. */
  stepped(to: AgentId): void {
    if (this.#ground.loop.fleet.agents.has(to)) return;
    if (!this.#boxes.isOver(to) || !this.inboxes.isOver(to) || !this.#disk.isOver(to)) return;
    this.#boxes.shut(to);
    this.inboxes.shut(to);
    this.#disk.forget(to);
  }

  /** Tells which step is being passed. */
  pass(point: string): void {
    this.#pass(point);
  }

  /** Resolves once `test` says something of the recipient's queue, with that; with null where `limitMs` passed first. */
  until<T>(to: AgentId, limitMs: number, test: (box: Mailbox | null) => T | null): Promise<T | null> {
    return this.#boxes.until(to, limitMs, test);
  }

  /** One durable batch, with what is counted and journaled of it. Throws the store's Fault, or NOT_FOUND for `must`. */
  commit(id: AgentId, writes: readonly MailWrite[], story: readonly Story[], how: CommitHow): Promise<void> {
    return this.#disk.commit(id, writes, story, how);
  }

  /**
   * A batch of completions was seen to arrive. Where it was typed, and nobody could say whether it was taken, that is
   * settled now. Throws the store's Fault.
   */
  async arrived(to: AgentId, batch: string): Promise<void> {
    const box = this.#boxes.known(to);
    const carrier = this.#boxes.messages(to).find((message) => message.batch === batch);
    if (carrier === undefined) {
      await this.inboxes.tell(to, { kind: "arrived", batch });
      return;
    }
    // On its way still: it comes to that by itself.
    const isWritten = box !== null && (box.now.writing !== null || box.now.pending !== null);
    if (carrier.state !== "uncertain" || isWritten) return;
    const was = this.#boxes.revOf(carrier);
    const updatedAtMs = this.#ground.clock.now();
    const message: Message = { ...carrier, rev: was + 1, state: "delivered", reason: null, updatedAtMs };
    const carried = this.inboxes.endOf(carrier, { arrived: true, tried: true });
    const story = [{ message, from: carrier.state }, ...carried];
    const gone = new Set([carrier.id]);
    await this.commit(to, [{ message, was }, ...carried.map(writeOf)], story, { gone });
    this.#boxes.post(to, { kind: "forgotten", ids: gone });
    this.inboxes.changedWith(to, carried);
  }

  /**
   * Puts a message into its recipient's queue; it is on disk when this resolves. Throws a Fault: TOO_MANY, NOT_FOUND, or
   * the store's.
   */
  async enqueue(wanted: NewMessage, takesPrompt = false): Promise<Message> {
    const { to, text, carries, beatAtMs } = wanted;
    await this.begun;
    const order = await this.#boxes.nextOrder(to);
    const box = this.#boxes.of(to);
    if (box.now.open.queuedCount + box.adding.size >= QUEUE_LIMIT) {
      throw new Fault("TOO_MANY", `${QUEUE_LIMIT} messages wait for this agent already`);
    }
    const message = queuedMessage(wanted, order, this.#ground.clock.now());
    box.adding.add(message);
    this.#pass("queueing");
    try {
      const carried = carries?.changes ?? [];
      const writes = [{ message, was: null, text }, ...carried.map(writeOf)];
      const story = [{ message, from: null }, ...carried];
      const beat = beatAtMs === undefined ? {} : { beatAtMs };
      await this.commit(to, writes, story, { must: true, ...beat, ...(takesPrompt ? { takesPrompt } : {}) });
    } catch (error) {
      box.adding.delete(message);
      this.stepped(to);
      this.#disk.recount(to, error);
    }
    this.#pass("queued");
    box.adding.delete(message);
    carries?.written();
    this.#boxes.post(to, { kind: "added", message });
    return message;
  }

  /** Never throws. What cannot be written now is tried again. */
  queuePrompt(id: AgentId): void {
    const { loop, clock, log, dice } = this.#ground;
    const record = loop.fleet.agents.get(id)?.record;
    if (this.#boxes.closed || record?.promptDue !== true || record.prompt === null) return;
    const waits = this.list(id).some(({ message }) => message.kind === "prompt" && !isDeadLetter(message));
    const { prompt } = record;
    const done = waits
      ? this.commit(id, [], [], { takesPrompt: true })
      : this.enqueue({ id: dice.id(), to: id, from: null, kind: "prompt", text: prompt }, true);
    done.catch((error) => {
      log.warn("an agent's first prompt could not be queued", { agent: id, code: asFault(error).code });
      void this.commit(id, [], [], { takesPrompt: false }).catch(() => {});
      clock.wake(clock.now() + PROMPT_AGAIN_MS, () => this.queuePrompt(id));
    });
  }

  #perform(to: AgentId, box: Box, effect: MailEffect): void {
    if (effect.do === "write") void this.#disk.write(to, box, effect.what);
    else this.#steps.perform(to, box, effect);
  }
}
