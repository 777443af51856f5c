/**
 * Changes of mail on their way to the disk. Whatever changes together (messages, the completions that they carry, what is
 * counted and journaled of them) goes through the core's commits (`ask: "mail"`) as one durable batch.
 */
import type { Mailbox, MailEvent, Pending } from "#core/delivery/mailbox/state.js";
import { isDeadLetter, isSettled, type MailWrite, type Message } from "#core/delivery/message.js";
import { Tally } from "#core/delivery/tally.js";
import type { MailChanges } from "#core/fleet/mail.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import { doubtNotes } from "./doubt-notes.js";
import type { Ground } from "./ground.js";
import type { Inboxes } from "./inboxes.js";
import { assignedBy, type CommitHow, nudgedBy, type Story, type Written, writeOf } from "./mail-commit.js";

/** What is needed of the queues whose messages change. */
export interface Queues {
  readonly inboxes: Inboxes;
  /** What is in a queue. */
  messages(to: AgentId): readonly Message[];
  post(to: AgentId, event: MailEvent): void;
  /** Called after a write of which some became dead letters. */
  died(to: AgentId): void;
  /** Called once nothing of a recipient's mail is on its way to the disk. */
  rested(to: AgentId): void;
  /** A place in a recipient's queue that is nobody else's. */
  nextOrder(to: AgentId): Promise<number>;
}

export class MailOnDisk {
  readonly #ground: Ground;
  readonly #pass: (point: string) => void;
  readonly #queues: Queues;
  /** What is counted of each recipient's mail, from its first change on. */
  readonly #tallies = new Map<AgentId, Tally>();
  /** How many commits of each are on their way. */
  readonly #underWay = new Map<AgentId, number>();

  constructor(ground: Ground, pass: (point: string) => void, queues: Queues) {
    this.#ground = ground;
    this.#pass = pass;
    this.#queues = queues;
  }

  /** One durable batch, with what is counted and journaled of it. Throws the store's Fault, or NOT_FOUND for `must`. */
  async commit(
    id: AgentId,
    writes: readonly MailWrite[],
    story: readonly Story[],
    { gone = new Set(), also = [], ...how }: CommitHow,
  ): Promise<void> {
    // Not in the middle of the step that wanted it: what the commit changes is posted to the same machine.
    await null;
    const first = this.#tallyOf(id);
    const undo = [first.take(writes, gone)];
    const others = also.map(({ message, text }): MailChanges => {
      const tally = this.#tallyOf(message.to);
      const write = { message, was: null, text };
      undo.push(tally.take([write], new Set()));
      return { id: message.to, writes: [write], story: [{ message, from: null }], counts: tally.counts() };
    });
    const all = new Set([id, ...others.map((other) => other.id)]);
    for (const to of all) this.#underWay.set(to, (this.#underWay.get(to) ?? 0) + 1);
    try {
      const counts = first.counts();
      await this.#ground.loop.ask({ ask: "mail", id, writes, story, counts, also: others, ...how });
      for (const { message, was } of [...writes, ...others.flatMap((other) => other.writes)]) {
        if (was === null && isDeadLetter(message)) this.#buried(message);
      }
    } catch (error) {
      for (const takeBack of undo.reverse()) takeBack();
      throw error;
    } finally {
      for (const to of all) this.#arrived(to);
    }
  }

  /** Whether nothing of a recipient's mail is on its way to the disk. */
  isOver(to: AgentId): boolean {
    return !this.#underWay.has(to);
  }

  /** What is counted of it is found out anew, should there be more. */
  forget(to: AgentId): void {
    this.#tallies.delete(to);
  }

  #arrived(to: AgentId): void {
    const left = (this.#underWay.get(to) ?? 1) - 1;
    if (left > 0) this.#underWay.set(to, left);
    else {
      this.#underWay.delete(to);
      this.#queues.rested(to);
    }
  }

  #tallyOf(id: AgentId): Tally {
    const { messages, inboxes } = this.#queues;
    const tally = this.#tallies.get(id) ?? new Tally([...messages(id), ...inboxes.list(id)]);
    this.#tallies.set(id, tally);
    return tally;
  }

  /** What was counted with a commit that was refused is told already, and is not so. Throws the refusal on. */
  recount(to: AgentId, refusal: unknown): never {
    if (asFault(refusal).code !== "NOT_FOUND") void this.commit(to, [], [], {}).catch(() => {});
    throw refusal;
  }

  /** Messages that lay on the disk before, and were not counted with what was. */
  alsoCounts(to: AgentId, messages: readonly Message[]): void {
    const tally = this.#tallies.get(to);
    if (tally === undefined) return;
    const known = messages.map((message) => ({ message, was: null }));
    tally.take(known, new Set());
    void this.commit(to, [], [], {}).catch(() => {});
  }

  /** What became of the messages of a queue; how it went is posted to it. Never throws. */
  async write(to: AgentId, box: { readonly now: Mailbox }, { messages, story }: Pending): Promise<void> {
    const { inboxes } = this.#queues;
    const gone = new Set([...messages.values()].filter(({ forget }) => forget).map(({ message }) => message.id));
    const writes = [...messages.values()].map(({ message, forget }): MailWrite => {
      const was = box.now.open.revOf(message.id) ?? null;
      const write = { message: { ...message, rev: (was ?? 0) + 1 }, was };
      return forget ? { ...write, forget } : write;
    });
    const name = story.at(-1)?.message.state ?? "";
    this.#pass(`${name}-writing`);
    // What a message carries is settled with it.
    const ends = [...messages.values()].flatMap(({ message, forget }) => {
      if (message.batch === undefined || (!forget && !isSettled(message))) return [];
      return { message, arrived: isSettled(message) };
    });
    const nudged = [...messages.values()].map(({ message }) => nudgedBy(message)).find((told) => told !== null);
    const assigned = [...messages.values()].map(({ message }) => assignedBy(message)).find((told) => told !== null);
    const told = { ...(nudged === undefined ? {} : { nudged }), ...(assigned === undefined ? {} : { assigned }) };
    const carried = ends.flatMap(({ message, arrived }) => {
      return inboxes.endOf(message, { arrived, tried: message.attempts > 0 });
    });
    let event: MailEvent = { kind: "written" };
    let also: Written[] = [];
    try {
      also = await doubtNotes(
        this.#ground,
        this.#queues,
        [...messages.values()].map(({ message }) => message),
      );
      await this.commit(to, [...writes, ...carried.map(writeOf)], [...story, ...carried], { gone, also, ...told });
      this.#pass(`${name}-written`);
    } catch (error) {
      const { code } = asFault(error);
      this.#ground.log.warn("a change of mail was not written", { agent: to, code, messages: [...messages.keys()] });
      event = { kind: "unwritten", stale: code === "STALE" };
    }
    if (event.kind === "written") inboxes.changedWith(to, carried);
    this.#queues.post(to, event);
    if ([...messages.values()].some(({ message }) => isDeadLetter(message))) this.#queues.died(to);
    if (event.kind === "written") for (const { arrived } of ends) inboxes.woken(to, arrived, nudged);
    if (event.kind === "written") {
      for (const { message } of also) if (!isDeadLetter(message)) inboxes.added(message);
    }
    // Nobody can say whether it was taken: that is for a person now, and what comes next may be told.
    for (const { message } of messages.values()) {
      if (message.batch !== undefined && message.state === "uncertain") inboxes.woken(to, true, nudged);
    }
  }

  /** A new one that died before anybody had it: it is in no queue yet. */
  #buried(message: Message): void {
    this.#queues.post(message.to, { kind: "added", message });
    this.#queues.died(message.to);
  }
}
