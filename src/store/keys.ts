/**
 * The keys of the store. Sequence numbers are padded, so that the order of keys is the order of entries; agents' ids are
 * ULIDs, so that theirs is the order of birth.
 *
 *   meta!schema                 the version of everything below
 *   agent!ID                    a record
 *   told!ID                     what the agent's hooks told of its output
 *   entry!SEQ                   a journal entry; the sequence number stands only here
 *   agent-entry!ID!SEQ          empty: which entries are this agent's
 *   mail!TO!ORDER               a message that is not delivered
 *   mail-done!TO!ORDER          one that is, for a time
 *   mail-age!MS!TO!ORDER        empty: when that one was delivered
 *   mail-text!TO!ORDER          what either says
 *   message!ID                  where a message lies: [TO, ORDER]
 *   mail-key!KEY                where the completion of that identity lies: [TO, ORDER]
 *   quarantine!KEY              a value that could not be read, as it was
 */
export const SCHEMA_KEY = "meta!schema";

export const agentKey = (id: string): string => `agent!${id}`;
export const toldKey = (id: string): string => `told!${id}`;
export const entryKey = (seq: number): string => `entry!${padded(seq)}`;
export const agentEntryKey = (id: string, seq: number): string => `agent-entry!${id}!${padded(seq)}`;
export const mailKey = (to: string, order: number): string => `mail!${to}!${padded(order)}`;
export const mailDoneKey = (to: string, order: number): string => `mail-done!${to}!${padded(order)}`;
export const mailTextKey = (to: string, order: number): string => `mail-text!${to}!${padded(order)}`;
export const mailAgeKey = (ms: number, to: string, order: number): string =>
  `mail-age!${padded(ms)}!${to}!${padded(order)}`;
export const messageKey = (id: string): string => `message!${id}`;
export const completionRowKey = (key: string): string => `mail-key!${key}`;
export const quarantineKey = (key: string): string => `quarantine!${key}`;

/** The sequence number that ends an `entry!` or `agent-entry!` key. */
export function seqOf(key: string): number {
  return Number(key.slice(key.lastIndexOf("!") + 1));
}

/** The recipient and the order that end a `mail-age!` key. */
export function agedMail(key: string): { to: string; order: number } {
  const [, , to = "", order = ""] = key.split("!");
  return { to, order: Number(order) };
}

/** The bound of `mail-age!` keys that are older than `ms`. */
export const mailOlderThan = (ms: number): { gt: string; lt: string } => ({
  gt: "mail-age!",
  lt: `mail-age!${padded(ms)}`,
});

/** All keys that begin with `prefix!` (`"` is the character after `!`). */
export function keysOf(prefix: string): { gt: string; lt: string } {
  return { gt: `${prefix}!`, lt: `${prefix}"` };
}

/** 16 digits hold every safe integer. */
function padded(seq: number): string {
  return String(seq).padStart(16, "0");
}
