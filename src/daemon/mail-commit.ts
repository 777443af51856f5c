/** What is asked of the typed mail where others put something into a queue or change messages, each in one durable batch. */
import type { MailWrite, Message, MessageState } from "#core/delivery/message.js";
import type { AgentId, AgentRecord } from "#core/model.js";

export interface NewMessage {
  readonly id: string;
  readonly to: AgentId;
  readonly from: AgentId | null;
  readonly kind: Message["kind"];
  readonly text: string;
  readonly now?: boolean;
  /** It carries these completions: on disk with it. `written`: called once they are, before anything is typed. */
  readonly carries?: { readonly batch: string; readonly changes: readonly Story[]; written(): void };
}

/** One change of one message, for the journal. */
export interface Story {
  readonly message: Message;
  readonly from: MessageState | null;
}

export interface CommitHow {
  readonly must?: boolean;
  readonly takesPrompt?: boolean;
  readonly stopBlocks?: AgentRecord["stopBlocks"];
  /** What it takes out of the store. */
  readonly gone?: ReadonlySet<string>;
}

/** A write of its next version. */
export function writeOf({ message, from }: Story): MailWrite {
  return from === null ? { message, was: null } : { message: { ...message, rev: message.rev + 1 }, was: message.rev };
}

export function byRecipient(messages: readonly Message[]): Map<AgentId, Message[]> {
  const found = new Map<AgentId, Message[]>();
  for (const message of messages) {
    const some = found.get(message.to);
    if (some === undefined) found.set(message.to, [message]);
    else some.push(message);
  }
  return found;
}
