/** Commits as they go to disk: rows made when they are asked for, and one batch of all that share an fsync. */
import type { JournalEntry, NewEntry } from "#core/journal.js";
import type { Operation } from "./database.js";
import { agentEntryKey, agentKey, entryKey, toldKey } from "./keys.js";
import { type MailRow, mailRow } from "./mail-rows.js";
import type { Commit } from "./store.js";
import { encodeValue } from "./values.js";

/** A commit as it waits: already JSON, so that what the caller changes later does not matter. */
export interface CommitRows {
  readonly values: readonly { key: string; json: string }[];
  readonly gone: readonly string[];
  readonly entries: readonly { entry: NewEntry; json: string }[];
  readonly mail: readonly MailRow[];
}

export function rowsOf(commit: Commit): CommitRows {
  return {
    values: [
      ...(commit.agents ?? []).map((record) => ({ key: agentKey(record.id), json: JSON.stringify(record) })),
      ...(commit.told ?? []).map(({ agent, told }) => ({ key: toldKey(agent), json: JSON.stringify(told) })),
    ],
    gone: (commit.agents ?? []).filter((record) => record.archivedAtMs !== null).map(({ id }) => toldKey(id)),
    entries: (commit.entries ?? []).map((entry) => ({ entry, json: JSON.stringify(withoutSeq(entry)) })),
    mail: (commit.mail ?? []).map(mailRow),
  };
}

/** All of the group in one batch; `entries` of each commit, numbered on from `lastSeq`, and the last number given. */
export function batchOf(
  group: readonly CommitRows[],
  lastSeq: number,
): { operations: Operation[]; entries: JournalEntry[][]; seq: number } {
  let seq = lastSeq;
  const operations: Operation[] = [];
  const entries = group.map((rows) => {
    for (const { key, json } of rows.values) operations.push({ type: "put", key, value: encodeValue(key, json) });
    for (const key of rows.gone) operations.push({ type: "del", key });
    for (const row of rows.mail) operations.push(...row.operations);
    return rows.entries.map(({ entry, json }): JournalEntry => {
      const key = entryKey(++seq);
      operations.push({ type: "put", key, value: encodeValue(key, json) });
      if (entry.agent !== null) {
        operations.push({ type: "put", key: agentEntryKey(entry.agent, seq), value: Buffer.alloc(0) });
      }
      return { ...entry, seq };
    });
  });
  return { operations, entries, seq };
}

/** The number stands in the key alone. */
function withoutSeq(entry: NewEntry): NewEntry {
  const { atMs, kind, agent, data, set } = entry;
  return { atMs, kind, agent, data, set };
}
