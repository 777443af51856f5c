/**
 * How an idle parent is woken: what waits in its inbox is typed as one message, on disk in one batch with the leases of what
 * it carries; or it is told only how much waits.
 */
import { batchText, type Carried, nudgeText } from "#core/delivery/completion.js";
import { gate } from "#core/delivery/gate.js";
import type { Inbox, InboxEffect, Write } from "#core/delivery/inbox/state.js";
import type { Message } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Ground } from "./ground.js";
import type { NewMessage } from "./mail-commit.js";
import { lookAt } from "./mail-look.js";

export class Waking {
  readonly #ground: Ground;
  readonly #mail: { enqueue(wanted: NewMessage): Promise<Message> };

  constructor(ground: Ground, mail: { enqueue(wanted: NewMessage): Promise<Message> }) {
    this.#ground = ground;
    this.#mail = mail;
  }

  /** Whether its pane would take a prompt now: what stands in the way for hours, a draft say, is not to fill the journal. */
  async may(to: AgentId, { recipient }: Inbox, look: boolean): Promise<boolean> {
    if (!look || recipient === null) return true;
    try {
      return gate(recipient, await lookAt(this.#ground, to, true)) === null;
    } catch {
      return false;
    }
  }

  /**
   * Puts what `take` leases into its queue, as a message; `written` is called once both are on disk, before anything is
   * typed. Throws the queue's Fault.
   */
  async carry(to: AgentId, { changes }: Write, batch: string, written: () => void): Promise<void> {
    const entries = changes.map(({ message }) => message);
    const text = batchText(batch, await this.words(entries));
    const id = this.#ground.dice.id();
    const carries = { batch, changes, written };
    await this.#mail.enqueue({ id, to, from: null, kind: "system", text, now: true, carries });
  }

  /**
   * Tells it how many wait; false where it could not be told. Its message has the name of a batch that holds nothing: what
   * becomes of it is told as with one that does.
   */
  async nudge(to: AgentId, { count, order }: InboxEffect & { do: "nudge" }): Promise<boolean> {
    const { dice, log } = this.#ground;
    try {
      const how = { from: null, kind: "system", now: true, tellsOf: order } as const;
      const carries = { batch: dice.id(), changes: [], written() {} };
      await this.#mail.enqueue({ id: dice.id(), to, text: nudgeText(count), ...how, carries });
      return true;
    } catch (error) {
      log.warn("an agent could not be told that its inbox holds something", { agent: to, code: asFault(error).code });
      return false;
    }
  }

  /** The words of entries, as they are handed over. What cannot be read says so, and holds nothing up. */
  async words(entries: readonly Message[]): Promise<Carried[]> {
    const texts = await Promise.all(entries.map((entry) => this.#ground.store.text(entry).catch(() => null)));
    return entries.flatMap(({ completion, returns = 0 }, n) => {
      if (completion === undefined) return [];
      return [{ completion, summary: texts[n] ?? null, redelivered: returns > 0 }];
    });
  }
}
