/** The journal is read in pages, forwards or backwards: all of it by its numbers, one agent's by its index. */
import type { AgentId } from "#core/model.js";
import type { Database } from "./database.js";
import { agentEntryKey, entryKey, keysOf, seqOf } from "./keys.js";

/** After a number, upwards; or before one, downwards. */
export type From = { readonly gt: number } | { readonly lt: number };

export interface Page {
  /** In reading order. */
  readonly rows: readonly (readonly [string, Buffer])[];
  /** Where the next page begins; null where there is none. */
  readonly next: From | null;
}

/** At most `count` entries; of `agent` alone where one is named. */
export async function journalPage(db: Database, from: From, count: number, agent?: AgentId): Promise<Page> {
  const reverse = "lt" in from;
  const all = keysOf(agent === undefined ? "entry" : `agent-entry!${agent}`);
  const keyOf = (seq: number) => (agent === undefined ? entryKey(seq) : agentEntryKey(agent, seq));
  const range = reverse ? { gt: all.gt, lt: keyOf(from.lt) } : { gt: keyOf(Math.max(0, from.gt)), lt: all.lt };
  const options = { ...range, limit: count, reverse };
  if (agent === undefined) {
    const rows = await db.iterator(options).all();
    return { rows, next: rows.length < count ? null : after(rows.at(-1)![0], reverse) };
  }
  const index = await db.keys(options).all();
  const wanted = index.map((key) => entryKey(seqOf(key)));
  const values = await db.getMany(wanted);
  const rows = wanted.flatMap((key, i): [string, Buffer][] => (values[i] === undefined ? [] : [[key, values[i]]]));
  return { rows, next: index.length < count ? null : after(index.at(-1)!, reverse) };
}

function after(key: string, reverse: boolean): From {
  return reverse ? { lt: seqOf(key) } : { gt: seqOf(key) };
}
