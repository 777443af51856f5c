/**
 * What a receipt says: the message, which claim of it, and how far that got. A later claim of the same message is another
 * one: what an earlier claim left behind says nothing of it.
 */
import type { Message } from "./message.js";

/** `enters` is how often Enter was pressed; 0 where the text was only pasted. */
export function receiptOf({ id, attempts }: Message, enters: number): string {
  return `${id}/${attempts}:${enters === 0 ? "pasted" : `entered ${enters}`}`;
}

/** How often Enter was pressed for this claim of the message; null where not even its text was pasted. */
export function readReceipt(says: string | null, { id, attempts }: Message): number | null {
  const [claim, step] = says?.split(":") ?? [];
  if (claim !== `${id}/${attempts}` || step === undefined) return null;
  const enters = /^entered (\d{1,3})$/.exec(step)?.[1];
  return enters === undefined ? 0 : Number(enters);
}
