/**
 * Changes of mail on their way to the disk. Whatever changes together (messages, the completions that they carry, what is
 * counted and journaled of them) goes through the core's commits (`ask: "mail"`) as one durable batch.
 */
import type { Mailbox, MailEvent, Pending } from "#core/delivery/mailbox/state.js";
import { isDeadLetter, isSettled, type MailWrite, type Message } from "#core/delivery/message.js";
import { Tally } from "#core/delivery/tally.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Ground } from "./ground.js";
import type { Inboxes } from "./inboxes.js";
import { type CommitHow, nudgedBy, type Story, writeOf } from "./mail-commit.js";

/** What is needed of the queues whose messages change. */
export interface Queues {
  readonly inboxes: Inboxes;
  of(to: AgentId): Promise<{ readonly now: Mailbox }>;
  post(to: AgentId, event: MailEvent): void;
  /** Called after a write of which some became dead letters. */
  died(to: AgentId): void;
  /** Called for each message that was written. */
  wrote(message: Message): void;
}

export class MailOnDisk {
  readonly #ground: Ground;
  readonly #pass: (point: string) => void;
  readonly #queues: Queues;
  /** What is counted of each recipient's mail, from its first change on. */
  readonly #tallies = new Map<AgentId, Tally>();

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
    { gone = new Set(), ...how }: CommitHow,
  ): Promise<void> {
    const { now } = await this.#queues.of(id);
    const tally = this.#tallies.get(id) ?? new Tally([...now.open, ...this.#queues.inboxes.list(id)]);
    this.#tallies.set(id, tally);
    const undo = tally.take(writes, gone);
    try {
      await this.#ground.loop.ask({ ask: "mail", id, writes, story, counts: tally.counts(), ...how });
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** What was counted with a commit that was refused is told already, and is not so. Throws the refusal on. */
  recount(to: AgentId, refusal: unknown): never {
    if (asFault(refusal).code !== "NOT_FOUND") void this.commit(to, [], [], {}).catch(() => {});
    throw refusal;
  }

  /** Messages that lay on the disk before, and were not counted with what was. */
  alsoCounts(to: AgentId, messages: readonly Message[]): void {
    const known = messages.map((message) => ({ message, was: null }));
    this.#tallies.get(to)?.take(known, new Set());
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
    const told = nudged === undefined ? {} : { nudged };
    const carried = ends.flatMap(({ message, arrived }) => {
      return inboxes.endOf(message, { arrived, tried: message.attempts > 0 });
    });
    let event: MailEvent = { kind: "written" };
    try {
      await this.commit(to, [...writes, ...carried.map(writeOf)], [...story, ...carried], { gone, ...told });
      this.#pass(`${name}-written`);
    } catch (error) {
      const { code } = asFault(error);
      this.#ground.log.warn("a change of mail was not written", { agent: to, code, messages: [...messages.keys()] });
      event = { kind: "unwritten", stale: code === "STALE" };
    }
    if (event.kind === "written") inboxes.changedWith(to, carried);
    this.#queues.post(to, event);
    if (event.kind === "written") for (const { message } of messages.values()) this.#queues.wrote(message);
    if ([...messages.values()].some(({ message }) => isDeadLetter(message))) this.#queues.died(to);
    if (event.kind === "written") for (const { arrived } of ends) inboxes.woken(to, arrived, nudged);
    // Nobody can say whether it was taken: that is for a person now, and what comes next may be told.
    for (const { message } of messages.values()) {
      if (message.batch !== undefined && message.state === "uncertain") inboxes.woken(to, true, nudged);
    }
  }
}
