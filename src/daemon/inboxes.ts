/**
 * The inboxes of all parents. `core/delivery/inbox.ts` decides for each who takes what and when; here that is written, put
 * into words and handed over. A Stop hook and a reader are answered with what they took; a wake becomes a message of its
 * own (mail.ts), on disk in one batch with the leases of what it carries.
 */
import { batchText, type Carried, nudgeText } from "#core/delivery/completion.js";
import { endOfBatch } from "#core/delivery/inbox/give-back.js";
import type { Change, Inbox, InboxEffect, InboxEvent, Take, Write } from "#core/delivery/inbox/state.js";
import { isBeingTyped, isOf } from "#core/delivery/inbox/take.js";
import { inboxWakeAtMs, openInbox, stepInbox } from "#core/delivery/inbox.js";
import { isDeadLetter, isInInbox, type MailWrite, type Message } from "#core/delivery/message.js";
import { gate } from "#core/delivery/typing.js";
import { Fault } from "#core/fault.js";
import type { Fleet } from "#core/fleet/fleet.js";
import type { AgentId, Nudged } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Ground } from "./ground.js";
import { type CommitHow, type NewMessage, type Story, writeOf } from "./mail-commit.js";
import { lookAt } from "./mail-look.js";
import { recipientNow } from "./mail-recipient.js";

interface Box {
  now: Inbox;
  cancelWake: (() => void) | null;
  readonly taking: Map<number, (taken: Taken) => void>;
  /** What new completions say, until they are on disk. */
  readonly coming: Map<string, string>;
  /** Who waits for a write: told that it is on disk, or why not. */
  readonly waiting: Map<number, (refusal: Fault | null) => void>;
}

/** What an inbox needs of the mail that is typed. */
export interface TypedMail {
  /** One durable batch, with what is counted and journaled of it. Throws the store's Fault, or NOT_FOUND for `must`. */
  commit(id: AgentId, writes: readonly MailWrite[], story: readonly Story[], how: CommitHow): Promise<void>;
  enqueue(wanted: NewMessage): Promise<Message>;
  /** Whether nothing is being typed to it, nor waits to be. */
  isQuiet(to: AgentId): boolean;
  /** A dead letter that was written elsewhere. */
  takeIn(message: Message): void;
}

/** Completions handed over: leased until they are acknowledged. */
export interface Taken {
  readonly batch: string;
  readonly entries: readonly Message[];
}

export class Inboxes {
  readonly #ground: Ground;
  readonly #mail: TypedMail;
  readonly #pass: (point: string) => void;
  readonly #boxes = new Map<AgentId, Box>();
  #lastTicket = 0;
  #closed = false;

  constructor(ground: Ground, mail: TypedMail, pass: (point: string) => void) {
    this.#ground = ground;
    this.#mail = mail;
    this.#pass = pass;
  }

  /** What the store holds for a recipient, before its typed mail is taken up. */
  takeUp(to: AgentId, all: readonly Message[]): void {
    const entries = all.filter(isInInbox);
    if (entries.length === 0) return;
    const carried = new Set(all.flatMap(({ batch }) => batch ?? []));
    const nowMs = this.#ground.clock.now();
    // The message that carried it is gone without a word of what became of it.
    const open = entries.map((entry) => {
      const { lease, state } = entry;
      const isAdrift = state === "leased" && lease != null && lease.untilMs === null && !carried.has(lease.batch);
      return isAdrift ? { ...entry, lease: { ...lease, untilMs: nowMs } } : entry;
    });
    // What is being typed to wake it goes on without us; of one of which it is doubtful whether it was taken, nothing will.
    const typing = all.some((message) => message.batch !== undefined && !isDeadLetter(message));
    // Nothing is typed before the typed mail is taken up.
    this.#open(to, open, false, typing);
  }

  /** The typed mail is taken up, and what the hooks left in the spool was heard. */
  begin(): void {
    for (const to of this.#boxes.keys()) {
      this.#post(to, { kind: "quiet", quiet: this.#mail.isQuiet(to) });
    }
  }

  changed(before: Fleet, now: Fleet): void {
    for (const to of this.#boxes.keys()) {
      if (now.agents.get(to) !== before.agents.get(to)) this.#post(to, { kind: "recipient", ...this.#recipient(to) });
    }
  }

  reconnected(): void {
    for (const to of this.#boxes.keys()) this.#post(to, { kind: "reconnected" });
  }

  close(): void {
    this.#closed = true;
    for (const box of this.#boxes.values()) {
      box.cancelWake?.();
      // What was claimed for them meanwhile comes back when its lease is over.
      for (const answer of box.taking.values()) answer({ batch: "", entries: [] });
      box.taking.clear();
    }
  }

  /** What waits or is leased, in order. */
  list(to?: AgentId): readonly Message[] {
    if (to !== undefined) return this.#boxes.get(to)?.now.entries.all() ?? [];
    return [...this.#boxes.values()].flatMap(({ now }) => now.entries.all());
  }

  /**
   * A new completion; it is on disk when this resolves. Throws a Fault: STALE where its identity is known, NOT_FOUND where
   * its recipient is gone, DAEMON_UNREACHABLE where we are stopping, and the store's.
   */
  async add(message: Message, text: string): Promise<void> {
    this.#mustBeOpen();
    const box = this.#boxOf(message.to);
    box.coming.set(message.id, text);
    try {
      await this.#written(box, () => this.#post(message.to, { kind: "commit", message }));
    } finally {
      box.coming.delete(message.id);
    }
  }

  /** Null where nothing was ever in it. */
  of(to: AgentId): Inbox | null {
    return this.#boxes.get(to)?.now ?? null;
  }

  /** A dead letter that was queued again, on disk. */
  revived(message: Message): void {
    this.#boxOf(message.to);
    this.#post(message.to, { kind: "added", message });
  }

  /** What the taker gets is leased to it, on disk, when this resolves; nothing where nothing waits or can be claimed. */
  take(to: AgentId, asked: Omit<Take, "kind" | "ticket" | "batch">): Promise<Taken> {
    const box = this.#boxes.get(to);
    const batch = this.#ground.dice.id();
    // An agent with nothing in its inbox costs nothing.
    if (box === undefined || this.#closed) return Promise.resolve({ batch, entries: [] });
    const ticket = ++this.#lastTicket;
    return new Promise((resolve) => {
      box.taking.set(ticket, resolve);
      this.#post(to, { kind: "take", ticket, batch, ...asked });
    });
  }

  /** Whether what is leased in that batch is on its way into the pane. */
  isBeingTyped(to: AgentId, batch: string): boolean {
    const entries = this.#boxes.get(to)?.now.entries;
    const isOfIt = (one: Message) => one.state === "leased" && isOf(one, { batch }) && isBeingTyped(one);
    return entries?.all().some(isOfIt) ?? false;
  }

  /** They arrived, or came back: on disk when this resolves. Returns how many. Throws the store's Fault. */
  async tell(to: AgentId, event: Extract<InboxEvent, { kind: "arrived" | "unprinted" | "rejected" }>): Promise<number> {
    const box = this.#boxes.get(to);
    if (box === undefined) return 0;
    this.#mustBeOpen();
    const before = box.now.lastWrite;
    let count = 0;
    await this.#written(box, () => {
      this.#post(to, event);
      count = box.now.writes.get(before + 1)?.changes.length ?? 0;
    });
    return count;
  }

  /** What becomes of what a message carries, when it ends. */
  endOf({ to, batch }: Message, how: { arrived: boolean; tried: boolean }): Change[] {
    const box = this.#boxes.get(to);
    if (box === undefined || batch === undefined) return [];
    return endOfBatch(box.now, batch, how, this.#ground.clock.now());
  }

  /** On disk, with the message that carried them. */
  changedWith(to: AgentId, changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#post(to, { kind: "changed", changes });
    this.#buried(changes);
  }

  /** The message that was to wake it came to its end. */
  woken(to: AgentId, taken: boolean, nudged?: Nudged): void {
    this.#post(to, { kind: "woken", taken, ...(nudged === undefined ? {} : { nudged }) });
  }

  /** To be called after every change of its typed mail. */
  quiet(to: AgentId): void {
    const box = this.#boxes.get(to);
    if (box === undefined) return;
    const quiet = this.#mail.isQuiet(to);
    if (quiet !== box.now.quiet) this.#post(to, { kind: "quiet", quiet });
  }

  /** The words of entries, as they are handed over. What cannot be read says so, and holds nothing up. */
  async words(entries: readonly Message[]): Promise<Carried[]> {
    const texts = await Promise.all(entries.map((entry) => this.#ground.store.text(entry).catch(() => null)));
    return entries.flatMap(({ completion, returns = 0 }, n) => {
      if (completion === undefined) return [];
      return [{ completion, summary: texts[n] ?? null, redelivered: returns > 0 }];
    });
  }

  /** Nothing is written any more, and nobody is told that it was. */
  #mustBeOpen(): void {
    if (this.#closed) throw new Fault("DAEMON_UNREACHABLE", "the daemon is stopping");
  }

  // ------------------------------------------------------------ one parent

  #boxOf(to: AgentId): Box {
    return this.#boxes.get(to) ?? this.#open(to, [], this.#mail.isQuiet(to));
  }

  #open(to: AgentId, open: readonly Message[], quiet: boolean, typing = false): Box {
    const { loop } = this.#ground;
    const record = loop.fleet.agents.get(to)?.record;
    const slot = record?.stopBlocks?.incarnation === record?.incarnation ? record?.stopBlocks : undefined;
    const nudgedOrder = record?.nudged?.incarnation === record?.incarnation ? (record?.nudged?.order ?? 0) : 0;
    const known = { quiet, typing, blocks: slot?.used ?? 0, lastBlock: slot?.batch ?? null, nudgedOrder };
    const now = openInbox(to, open, { ...this.#recipient(to), ...known });
    const box: Box = { now, cancelWake: null, taking: new Map(), coming: new Map(), waiting: new Map() };
    this.#boxes.set(to, box);
    return box;
  }

  #recipient(to: AgentId): Pick<Inbox, "recipient" | "policy"> {
    const agent = this.#ground.loop.fleet.agents.get(to);
    const known = recipientNow(this.#ground, agent);
    const recipient = known === null || agent === undefined ? null : { ...known, ready: known.ready && !agent.ending };
    return { recipient, policy: agent?.record.wake ?? "type" };
  }

  #post(to: AgentId, event: InboxEvent): void {
    const box = this.#boxes.get(to);
    if (box === undefined || this.#closed) return;
    const [now, effects] = stepInbox(box.now, event, this.#ground.clock.now());
    box.now = now;
    this.#after(to, box, effects);
  }

  #after(to: AgentId, box: Box, effects: readonly InboxEffect[]): void {
    for (const effect of effects) this.#perform(to, box, effect);
    const { clock } = this.#ground;
    box.cancelWake?.();
    const atMs = inboxWakeAtMs(box.now);
    const due = (): void => {
      this.quiet(to);
      this.#post(to, { kind: "clock" });
    };
    box.cancelWake = atMs === null ? null : clock.wake(atMs, due);
  }

  #perform(to: AgentId, box: Box, effect: InboxEffect): void {
    switch (effect.do) {
      case "write":
        void this.#write(to, box, effect.write);
        break;
      case "hand-over": {
        const { ticket, batch, entries } = effect;
        box.taking.get(ticket)?.({ batch, entries });
        box.taking.delete(ticket);
        break;
      }
      case "wake":
        void this.#mayWake(to, box, effect.look).then((may) => {
          if (!may) this.woken(to, false);
          else {
            this.#pass("waking");
            this.#post(to, { kind: "take", ticket: 0, taker: "wake", batch: this.#ground.dice.id() });
          }
        });
        break;
      case "nudge":
        void this.#mayWake(to, box, effect.look).then((may) => (may ? this.#nudge(to, effect) : this.woken(to, false)));
        break;
    }
  }

  /** Whether its pane would take a prompt now: what stands in the way for hours, a draft say, is not to fill the journal. */
  async #mayWake(to: AgentId, { now: { recipient } }: Box, look: boolean): Promise<boolean> {
    if (!look || recipient === null) return true;
    try {
      return gate(recipient, await lookAt(this.#ground, to, true)) === null;
    } catch {
      return false;
    }
  }

  async #write(to: AgentId, box: Box, write: Write): Promise<void> {
    const { log } = this.#ground;
    const name = pointOf(write);
    this.#pass(`${name}-writing`);
    try {
      if (write.take?.taker === "wake") await this.#wake(to, write, write.take.batch);
      else await this.#commit(to, box, write);
    } catch (error) {
      const fault = asFault(error);
      log.warn("a change of an inbox was not written", { agent: to, code: fault.code });
      const lost = fault.code === "STALE" ? await this.#lost(write) : new Set<string>();
      this.#post(to, { kind: "unwritten", number: write.number, lost });
      this.#answer(box, write, fault);
      return;
    }
    this.#pass(`${name}-written`);
    this.#post(to, { kind: "written", number: write.number });
    this.#answer(box, write, null);
    this.#buried(write.changes);
  }

  async #commit(to: AgentId, box: Box, { changes, blocks, take }: Write): Promise<void> {
    const incarnation = box.now.recipient?.incarnation ?? 0;
    const writes = changes.map((one) => {
      const text = box.coming.get(one.message.id);
      return { ...writeOf(one), ...(text === undefined ? {} : { text }) };
    });
    await this.#mail.commit(to, writes, changes, {
      must: changes.some(({ from }) => from === null),
      ...(blocks === null || take === null ? {} : { stopBlocks: { incarnation, used: blocks, batch: take.batch } }),
    });
  }

  /** Leases and the message that carries them are one batch. */
  async #wake(to: AgentId, { changes, number }: Write, batch: string): Promise<void> {
    const entries = changes.map(({ message }) => message);
    const text = batchText(batch, await this.words(entries));
    const id = this.#ground.dice.id();
    const written = (): void => this.#post(to, { kind: "written", number });
    const carries = { batch, changes, written };
    await this.#mail.enqueue({ id, to, from: null, kind: "system", text, now: true, carries });
  }

  /** It has the name of a batch that holds nothing: what becomes of it is told as with one that does. */
  async #nudge(to: AgentId, { count, order }: InboxEffect & { do: "nudge" }): Promise<void> {
    const { dice, log } = this.#ground;
    try {
      const how = { from: null, kind: "system", now: true, tellsOf: order } as const;
      const carries = { batch: dice.id(), changes: [], written() {} };
      await this.#mail.enqueue({ id: dice.id(), to, text: nudgeText(count), ...how, carries });
    } catch (error) {
      log.warn("an agent could not be told that its inbox holds something", { agent: to, code: asFault(error).code });
      this.woken(to, false);
    }
  }

  /** Does what makes the inbox write something, and waits until that is on disk. Throws what it is refused with. */
  #written(box: Box, act: () => void): Promise<void> {
    const before = box.now.lastWrite;
    act();
    // A step may go on to write more of its own accord; the first is what was asked for.
    const number = before + 1;
    if (box.now.lastWrite === before) return Promise.resolve();
    return new Promise((resolve, reject) => {
      box.waiting.set(number, (refusal) => (refusal === null ? resolve() : reject(refusal)));
    });
  }

  #answer(box: Box, { number }: Write, refusal: Fault | null): void {
    box.waiting.get(number)?.(refusal);
    box.waiting.delete(number);
  }

  /** Dead ones are listed with the dead letters of typed mail. */
  #buried(changes: readonly Change[]): void {
    for (const { message } of changes) {
      if (message.state === "dead") this.#mail.takeIn({ ...message, rev: message.rev + 1 });
    }
  }

  /** Which of them are not on the disk as we know them: set aside as damaged, or another's. */
  async #lost({ changes }: Write): Promise<Set<string>> {
    const lost = new Set<string>();
    for (const { message, from } of changes) {
      if (from === null) continue;
      const kept = await this.#ground.store.message(message.id).catch(() => message);
      if (kept?.rev === message.rev) continue;
      lost.add(message.id);
      this.#ground.log.error("a completion is not on disk as it was, and is left alone", { message: message.id });
    }
    return lost;
  }
}

/** What a step of a hand-over is called, for tests that end the daemon there. */
function pointOf({ take, changes }: Write): string {
  if (take !== null) return `${take.taker}-claim`;
  if (changes.some(({ from }) => from === null)) return "completion";
  const state = changes[0]?.message.state ?? "";
  return state === "acked" ? "ack" : state === "dead" ? "burial" : "return";
}
