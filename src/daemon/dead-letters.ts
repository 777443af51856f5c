/** Dead letters: messages that will not be delivered by themselves. They go back into their queues, or are forgotten. */
import type { Mailbox, MailEvent } from "#core/delivery/mailbox/state.js";
import { isDeadLetter, type MailWrite, type Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Ground } from "./ground.js";
import type { Inboxes } from "./inboxes.js";
import { byRecipient, type CommitHow, QUEUE_LIMIT, type Story, writeOf } from "./mail-commit.js";

/** So many dead letters of one recipient are kept, the newest, and for so long. */
export const DEAD_LIMIT = 10_000;
export const DEAD_KEPT_MS = 30 * 86_400_000;

/** What is needed of the queues in which they lie. */
export interface Queues {
  readonly inboxes: Inboxes;
  /** Null where none is open. */
  known(to: AgentId): Mailbox | null;
  /** What is in a queue, in order. */
  messages(to: AgentId): readonly Message[];
  /** The `rev` of a message as it lies on disk. */
  revOf(message: Message): number;
  /** It is on disk as queued again. */
  revive(message: Message): void;
  post(to: AgentId, event: MailEvent): void;
  /** One durable batch. What was counted with one that is refused is told anew; throws the refusal. */
  commit(to: AgentId, writes: readonly MailWrite[], story: readonly Story[], how: CommitHow): Promise<void>;
}

export class DeadLetters {
  readonly #ground: Ground;
  readonly #queues: Queues;

  constructor(ground: Ground, queues: Queues) {
    this.#ground = ground;
    this.#queues = queues;
  }

  /**
   * Puts dead letters back into their queues, at their old places. Throws CONFLICT where a recipient is gone for good, or
   * where there never was one; TOO_MANY where its queue has no room for them.
   */
  async retry(messages: readonly Message[]): Promise<Message[]> {
    const revived: Message[] = [];
    for (const [to, some] of byRecipient(messages)) {
      if (!this.#ground.loop.fleet.agents.has(to)) {
        throw new Fault("CONFLICT", "the recipient was taken off the list", { hint: "send it to another agent" });
      }
      if (some.some((message) => !isRevivable(message))) {
        throw new Fault("CONFLICT", "a completion without a parent has nobody to be given to");
      }
      mustRest(this.#queues.known(to), some);
      this.#mustHaveRoom(to, some);
      const updatedAtMs = this.#ground.clock.now();
      const changes = some.map((old) => {
        const was = this.#queues.revOf(old);
        const anew = old.completion === undefined ? {} : { attempts: 0, lease: null };
        const fields = { rev: was + 1, state: "queued" as const, reason: null, claim: null, updatedAtMs, ...anew };
        const message: Message = { ...old, ...fields };
        return { write: { message, was }, message, from: old.state };
      });
      const writes = changes.map(({ write }) => write);
      await this.#queues.commit(to, writes, changes, {});
      for (const { message } of changes) {
        revived.push(message);
        if (message.completion === undefined) this.#queues.revive(message);
        else {
          this.#queues.post(to, { kind: "forgotten", ids: new Set([message.id]) });
          this.#queues.inboxes.added(message);
        }
      }
    }
    return revived;
  }

  /** Throws a Fault (TOO_MANY) where more would wait than may. */
  #mustHaveRoom(to: AgentId, messages: readonly Message[]): void {
    const told = messages.filter(({ completion }) => completion !== undefined).length;
    const inInbox = this.#queues.inboxes.of(to)?.entries.waitingCount ?? 0;
    const inQueue = this.#queues.known(to)?.open.queuedCount ?? 0;
    const most = Math.max(told > 0 ? inInbox + told : 0, told < messages.length ? inQueue + messages.length - told : 0);
    if (most > QUEUE_LIMIT) throw new Fault("TOO_MANY", `more than ${QUEUE_LIMIT} messages would wait for this agent`);
  }

  /**
   * Forgets dead letters, with what they say. A completion's identity is kept for as long as that of one that arrived:
   * purged is purged, whoever sees the same turn again.
   */
  async purge(messages: readonly Message[]): Promise<void> {
    for (const [to, some] of byRecipient(messages)) {
      const updatedAtMs = this.#ground.clock.now();
      mustRest(this.#queues.known(to), some);
      const writes = some.map((message): MailWrite => {
        const was = this.#queues.revOf(message);
        if (message.completion === undefined) return { message, was, forget: true };
        return { message: { ...message, rev: was + 1, state: "acked", reason: "purged", updatedAtMs }, was };
      });
      const ids = new Set(some.map(({ id }) => id));
      const carried = some.flatMap((message) => this.#queues.inboxes.endOf(message, { arrived: true, tried: true }));
      const all = [...writes, ...carried.map(writeOf)];
      await this.#queues.commit(to, all, carried, { gone: ids });
      this.#queues.post(to, { kind: "forgotten", ids });
      this.#queues.inboxes.changedWith(to, carried);
    }
  }

  /** Forgets what nobody looked at for long, and what is too much; never throws. */
  trim(to: AgentId): void {
    const { clock, log } = this.#ground;
    const dead = this.#queues.messages(to).filter(isDeadLetter);
    const sinceMs = clock.now() - DEAD_KEPT_MS;
    const old = dead.filter(({ updatedAtMs }, n) => n < dead.length - DEAD_LIMIT || updatedAtMs < sinceMs);
    if (old.length === 0) return;
    this.purge(old).then(
      () => log.info("old dead letters were forgotten", { agent: to, count: old.length }),
      (error) => log.warn("old dead letters could not be forgotten", { agent: to, code: asFault(error).code }),
    );
  }
}

/** Whether there is anybody to whom it may be given yet. */
function isRevivable({ completion, to, reason }: Message): boolean {
  return completion === undefined || (completion.child !== to && reason !== "self_parent" && reason !== "no_parent");
}

/** Throws a Fault (CONFLICT) where what became of one of them is not on disk yet: that write would come after ours. */
function mustRest(box: Mailbox | null, messages: readonly Message[]): void {
  if (!messages.some(({ id }) => box?.writing?.messages.has(id) || box?.pending?.messages.has(id))) return;
  throw new Fault("CONFLICT", "what became of it is just being written down", { hint: "try again in a moment" });
}
