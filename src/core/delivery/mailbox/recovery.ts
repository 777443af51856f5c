/** A message found half way, after a start or when tmux did not answer: its receipt says how far it got. */
import type { Message } from "../message.js";
import { readReceipt } from "../receipt.js";
import { isSame } from "../recipient.js";
import { delivered, end, gonePasted, requeue } from "./attempt-ends.js";
import { type At, type Mailbox, type MailEvent, type Step, theMessage } from "./state.js";

const ASK_AGAIN_MS = 1_000;

export function recover(box: Mailbox, { id }: Message, tries: number): Step {
  return [{ ...box, at: recovering(id, tries + 1) }, [{ do: "receipts" }]];
}

export const recovering = (id: string, tries: number): At<"recovering"> => ({
  at: "recovering",
  id,
  askAtMs: null,
  tries,
});

/** The receipt says how far it got; what the program and its tmux server are now says what may still be done about it. */
export function whileRecovering(box: Mailbox, at: At<"recovering">, event: MailEvent, nowMs: number): Step {
  if (event.kind !== "receipts") {
    if (at.askAtMs === null || nowMs < at.askAtMs) return [box, []];
    return [{ ...box, at: { ...at, askAtMs: null } }, [{ do: "receipts" }]];
  }
  if (event.answer === null) return [{ ...box, at: { ...at, askAtMs: nowMs + ASK_AGAIN_MS } }, []];
  const message = theMessage(box, at.id);
  const { claim, state } = message;
  const goOn = (enters: number): Step => {
    return [{ ...box, at: { at: "fetching", id: at.id, enters, tries: at.tries } }, [{ do: "fetch", message }]];
  };
  const sameServer = claim !== null && event.answer.epoch === claim.epoch;
  const { recipient } = box;
  const sameProgram = sameServer && recipient !== null && isSame(recipient, claim);
  if (claim?.door !== undefined) {
    if (sameProgram) return goOn(0);
    const reason = "its program ended as it was handed over";
    return end(box, message, { state: "uncertain", reason }, nowMs);
  }
  const enters = sameServer ? readReceipt(event.answer.says, message) : null;
  const began = sameServer && recipient !== null && claim !== null && recipient.turn > claim.turn;
  if ((enters ?? 0) > 0 || state === "submitted") {
    if (began) return end(box, message, delivered(message), nowMs);
    if (!sameProgram || enters === null || enters === 0) {
      const reason = sameServer ? "its program ended after Enter was pressed" : "tmux ended after Enter was pressed";
      return end(box, message, { state: "uncertain", reason }, nowMs);
    }
    return goOn(enters);
  }
  if (enters === null && state === "typed") {
    const reason = sameServer ? "the receipt of its typing is gone" : "tmux ended as Enter was pressed";
    return end(box, message, { state: "uncertain", reason }, nowMs);
  }
  if (enters === null) return requeue(box, message, "nothing of it had been typed", nowMs);
  if (!sameProgram) return gonePasted(box, message, nowMs);
  return goOn(enters);
}
