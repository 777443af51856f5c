/**
 * Changes of inboxes on their way to the disk, each batch whole or not at all: what is leased is there before a word of it
 * is handed over. Who waits for a write is told that it is there, or why not.
 */
import type { Change, Inbox, InboxEvent, Write } from "#core/delivery/inbox/state.js";
import type { MailWrite, Message } from "#core/delivery/message.js";
import type { Fault } from "#core/fault.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Ground } from "./ground.js";
import { type CommitHow, type NewMessage, type Story, writeOf } from "./mail-commit.js";

/** What an inbox needs of the mail that is typed. */
export interface TypedMail {
  /** One durable batch, with what is counted and journaled of it. Throws the store's Fault, or NOT_FOUND for `must`. */
  commit(id: AgentId, writes: readonly MailWrite[], story: readonly Story[], how: CommitHow): Promise<void>;
  enqueue(wanted: NewMessage): Promise<Message>;
  /** Whether nothing is being typed to it, nor waits to be. */
  isQuiet(to: AgentId): boolean;
  /** To be called after every change of an inbox. */
  stepped(to: AgentId): void;
  /** A dead letter that was written elsewhere. */
  takeIn(message: Message): void;
}

/** What is needed of the inboxes whose entries change. */
interface Hands {
  readonly mail: TypedMail;
  post(to: AgentId, event: InboxEvent): void;
  /** Has the write on disk with a message that is typed. */
  wake(to: AgentId, write: Write, batch: string, written: () => void): Promise<void>;
}

/** An inbox as it is at any moment. */
interface Box {
  readonly now: Inbox;
}

export class InboxesOnDisk {
  readonly #ground: Ground;
  readonly #pass: (point: string) => void;
  readonly #hands: Hands;
  /** What new completions say, until they are on disk. */
  readonly #texts = new Map<string, string>();
  /** Who waits for a write of an inbox, by its number. */
  readonly #waiting = new Map<AgentId, Map<number, (refusal: Fault | null) => void>>();

  constructor(ground: Ground, pass: (point: string) => void, hands: Hands) {
    this.#ground = ground;
    this.#pass = pass;
    this.#hands = hands;
  }

  /** What comes of it is posted; never throws. */
  async write(to: AgentId, box: Box, write: Write): Promise<void> {
    const { post } = this.#hands;
    const name = pointOf(write);
    this.#pass(`${name}-writing`);
    try {
      await this.#commit(to, box, write);
    } catch (error) {
      const fault = asFault(error);
      this.#ground.log.warn("a change of an inbox was not written", { agent: to, code: fault.code });
      const lost = fault.code === "STALE" ? await this.#lost(write) : new Set<string>();
      post(to, { kind: "unwritten", number: write.number, lost });
      this.#answer(to, write, fault);
      return;
    }
    this.#pass(`${name}-written`);
    post(to, { kind: "written", number: write.number });
    this.#answer(to, write, null);
    this.buried(write.changes);
  }

  /** Does what makes the inbox write something, and waits until that is on disk. Throws what it is refused with. */
  written(to: AgentId, box: Box, act: () => void): Promise<void> {
    const before = box.now.lastWrite;
    act();
    // A step may go on to write more of its own accord; the first is what was asked for.
    const number = before + 1;
    if (box.now.lastWrite === before) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(to) ?? new Map<number, (refusal: Fault | null) => void>();
      this.#waiting.set(to, waiting);
      waiting.set(number, (refusal) => (refusal === null ? resolve() : reject(refusal)));
    });
  }

  /** As above, of a new completion that says `text`. */
  async writtenNew(message: Message, text: string, box: Box, act: () => void): Promise<void> {
    this.#texts.set(message.id, text);
    try {
      await this.written(message.to, box, act);
    } finally {
      this.#texts.delete(message.id);
    }
  }

  /** Dead ones are listed with the dead letters of typed mail. */
  buried(changes: readonly Change[]): void {
    for (const { message } of changes) {
      if (message.state === "dead") this.#hands.mail.takeIn({ ...message, rev: message.rev + 1 });
    }
  }

  async #commit(to: AgentId, box: Box, write: Write): Promise<void> {
    const { changes, blocks, take, number } = write;
    if (take?.taker === "wake") {
      const written = (): void => this.#hands.post(to, { kind: "written", number });
      await this.#hands.wake(to, write, take.batch, written);
      return;
    }
    const incarnation = box.now.recipient?.incarnation ?? 0;
    const writes = changes.map((one) => {
      const text = this.#texts.get(one.message.id);
      return { ...writeOf(one), ...(text === undefined ? {} : { text }) };
    });
    await this.#hands.mail.commit(to, writes, changes, {
      must: changes.some(({ from }) => from === null),
      ...(blocks === null || take === null ? {} : { stopBlocks: { incarnation, used: blocks, batch: take.batch } }),
    });
  }

  #answer(to: AgentId, { number }: Write, refusal: Fault | null): void {
    const waiting = this.#waiting.get(to);
    waiting?.get(number)?.(refusal);
    waiting?.delete(number);
    if (waiting?.size === 0) this.#waiting.delete(to);
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
