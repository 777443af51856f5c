/**
 * The inboxes of all parents. `core/delivery/inbox.ts` decides for each who takes what and when; here each machine is run,
 * and who takes from it is handed what it took. What changes goes to the disk in inboxes-on-disk.ts; how an idle parent is
 * woken, by a message of its own, stands in waking.ts.
 */
import type { Carried } from "#core/delivery/completion.js";
import { endOfBatch } from "#core/delivery/inbox/give-back.js";
import type { Change, Inbox, InboxEffect, InboxEvent, Take } from "#core/delivery/inbox/state.js";
import { isBeingTyped, isOf } from "#core/delivery/inbox/take.js";
import { inboxWakeAtMs, openInbox, stepInbox } from "#core/delivery/inbox.js";
import { isDeadLetter, isInInbox, type Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { AgentChange } from "#core/fleet/changes.js";
import type { AgentId, Nudged } from "#core/model.js";
import type { Ground } from "./ground.js";
import { InboxesOnDisk, type TypedMail } from "./inboxes-on-disk.js";
import { recipientNow } from "./mail-recipient.js";
import { Waking } from "./waking.js";

interface Box {
  now: Inbox;
  cancelWake: (() => void) | null;
  readonly taking: Map<number, (taken: Taken) => void>;
}

/** Completions handed over: leased until they are acknowledged. */
export interface Taken {
  readonly batch: string;
  readonly entries: readonly Message[];
}

export class Inboxes {
  readonly #ground: Ground;
  readonly #mail: TypedMail;
  /** Says which step of a hand-over is being passed; tests let the daemon die there. */
  readonly #pass: (point: string) => void;
  readonly #disk: InboxesOnDisk;
  readonly #waking: Waking;
  readonly #boxes = new Map<AgentId, Box>();
  #lastTicket = 0;
  #closed = false;

  constructor(ground: Ground, mail: TypedMail, pass: (point: string) => void) {
    this.#ground = ground;
    this.#mail = mail;
    this.#pass = pass;
    this.#waking = new Waking(ground, mail);
    this.#disk = new InboxesOnDisk(ground, pass, {
      mail,
      post: (to, event) => this.#post(to, event),
      wake: (to, ...how) => this.#waking.carry(to, ...how),
    });
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

  changed(changes: readonly AgentChange[]): void {
    for (const { id: to } of changes) {
      if (this.#boxes.has(to)) this.#post(to, { kind: "recipient", ...this.#recipient(to) });
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
    await this.#disk.writtenNew(message, text, box, () => this.#post(message.to, { kind: "commit", message }));
  }

  /** Null where nothing was ever in it. */
  of(to: AgentId): Inbox | null {
    return this.#boxes.get(to)?.now ?? null;
  }

  /** Queued on disk by another hand: a dead letter again, or what came with other mail. */
  added(message: Message): void {
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
    await this.#disk.written(to, box, () => {
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
    this.#disk.buried(changes);
  }

  /** The message that was to wake it came to its end. */
  woken(to: AgentId, taken: boolean, nudged?: Nudged): void {
    this.#post(to, { kind: "woken", taken, ...(nudged === undefined ? {} : { nudged }) });
  }

  /** Whether there is nobody to be given anything, and nothing is in it or under way. */
  isOver(to: AgentId): boolean {
    const box = this.#boxes.get(to);
    if (box === undefined) return true;
    const { recipient, entries, writes } = box.now;
    return recipient === null && entries.all().length === 0 && writes.size === 0 && box.taking.size === 0;
  }

  /** Closes one that is over. */
  shut(to: AgentId): void {
    this.#boxes.get(to)?.cancelWake?.();
    this.#boxes.delete(to);
  }

  /** To be called after every change of its typed mail. */
  quiet(to: AgentId): void {
    const box = this.#boxes.get(to);
    if (box === undefined) return;
    const quiet = this.#mail.isQuiet(to);
    if (quiet !== box.now.quiet) this.#post(to, { kind: "quiet", quiet });
  }

  /** The words of entries, as they are handed over. What cannot be read says so, and holds nothing up. */
  words(entries: readonly Message[]): Promise<Carried[]> {
    return this.#waking.words(entries);
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
    const box: Box = { now, cancelWake: null, taking: new Map() };
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
    this.#mail.stepped(to);
  }

  #perform(to: AgentId, box: Box, effect: InboxEffect): void {
    switch (effect.do) {
      case "write":
        void this.#disk.write(to, box, effect.write);
        break;
      case "hand-over": {
        const { ticket, batch, entries } = effect;
        box.taking.get(ticket)?.({ batch, entries });
        box.taking.delete(ticket);
        break;
      }
      case "wake":
        void this.#waking.may(to, box.now, effect.look).then((may) => {
          if (!may) this.woken(to, false);
          else {
            this.#pass("waking");
            this.#post(to, { kind: "take", ticket: 0, taker: "wake", batch: this.#ground.dice.id() });
          }
        });
        break;
      case "nudge":
        void this.#waking
          .may(to, box.now, effect.look)
          .then((may) => may && this.#waking.nudge(to, effect))
          .then((nudged) => {
            if (!nudged) this.woken(to, false);
          });
        break;
    }
  }
}
