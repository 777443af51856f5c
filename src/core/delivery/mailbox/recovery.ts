/** A message found half way, after a start or when tmux did not answer: its receipt says how far it got. */
import type { Message } from "../message.js";
import { readReceipt } from "../receipt.js";
import { isSame } from "../recipient.js";
import { delivered, end, gonePasted, requeue } from "./attempt-ends.js";
import { type At, type Mailbox, type MailEvent, type Step, theMessage } from "./state.js";

const ASK_AGAIN_MS = 1_000;
const NO_RECEIPT = "the receipt of its typing is gone";

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
  const unsure = (reason: string): Step => end(box, message, { state: "uncertain", reason }, nowMs);
  const sameServer = claim !== null && event.answer.epoch === claim.epoch;
  const { recipient } = box;
  const sameProgram = sameServer && recipient !== null && isSame(recipient, claim);
  if (claim?.door !== undefined) {
    return sameProgram ? goOn(0) : unsure("its program ended as it was handed over");
  }
  const enters = sameServer ? readReceipt(event.answer.says, message) : null;
  // By the program it was typed to, gone or not: another in its place may have been given something else by its person.
  const began =
    sameServer && recipient !== null && isSame({ ...recipient, there: true }, claim) && recipient.turn > claim.turn;
  if ((enters ?? 0) > 0 || state === "submitted") {
    if (began) return end(box, message, delivered(message), nowMs);
    if (!sameServer) return unsure("tmux ended after Enter was pressed");
    if (!sameProgram) return unsure("its program ended after Enter was pressed");
    return enters === null || enters === 0 ? unsure(NO_RECEIPT) : goOn(enters);
  }
  if (enters === null && state === "typed") return unsure(sameServer ? NO_RECEIPT : "tmux ended as Enter was pressed");
  if (enters === null) return untried(at, requeue(box, message, "nothing of it had been typed", nowMs));
  if (!sameProgram) return untried(at, gonePasted(box, message, nowMs));
  return goOn(enters);
}

/** Found after a start, it was refused by nobody who is ready now: it waits for no other edge, nor for the sweep. */
function untried({ tries }: At<"recovering">, [box, effects]: Step): Step {
  return [tries === 0 ? { ...box, triedEdge: null } : box, effects];
}
