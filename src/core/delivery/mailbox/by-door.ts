/** An attempt by the program's own API (handing.ts): what comes of handing its text over. */
import { type DoorClaim, stepHanding } from "../handing.js";
import type { Message } from "../message.js";
import { isSame } from "../recipient.js";
import { delivered, end, requeue, takeBack } from "./attempt-ends.js";
import { become } from "./on-disk.js";
import { type At, type Mailbox, type MailEvent, type Step, theMessage } from "./state.js";

export function hand(box: Mailbox, door: DoorClaim): Step {
  const { id, text } = box.at as At<"handing">;
  return [box, [{ do: "hand", message: id, door, text }]];
}

export function whileHanding(box: Mailbox, at: At<"handing">, event: MailEvent, nowMs: number): Step {
  const message = theMessage(box, at.id);
  const { claim } = message;
  if (claim?.door === undefined) throw new Error(`message ${at.id} is handed over and was not claimed for it`);
  const isGone = box.recipient === null || !isSame(box.recipient, claim);
  const inner = event.kind === "handed" ? event : ({ kind: isGone ? "gone" : "clock" } as const);
  const handing = stepHanding(at.handing, inner, nowMs);
  const after: Mailbox = { ...box, at: { ...at, handing } };
  switch (handing.at) {
    case "handing":
      return at.handing.at === "handing" ? [after, []] : hand(after, claim.door);
    case "waiting":
      return [after, []];
    case "there": {
      const submitted = become(after, message, { state: "submitted" }, nowMs);
      const [over, effects] = end(submitted, theMessage(submitted, at.id), delivered(message), nowMs);
      return [over, [...effects, { do: "submitted", turn: claim.turn, incarnation: claim.incarnation }]];
    }
    case "refused":
      return handBack(after, message, handing.message, handing.keys, nowMs);
    case "uncertain":
      return end(after, message, { state: "uncertain", reason: handing.message }, nowMs);
  }
}

/** Nothing of it was taken. `keys`: it is typed next, and at once. */
export function handBack(box: Mailbox, message: Message, why: string, keys: boolean, nowMs: number): Step {
  if (message.now === true && !keys) return takeBack(box, message, why, nowMs);
  if (keys) {
    const [back, effects] = requeue(box, message, why, nowMs);
    return [{ ...back, triedEdge: null }, effects];
  }
  const { door: _, ...claim } = message.claim ?? { incarnation: 0, epoch: "", turn: 0 };
  return requeue(box, { ...message, claim }, why, nowMs);
}
