/** An attempt under way: its text is fetched and given to typing.ts, and what comes of that is put on disk in between. */
import { pasteable } from "../../protocol/quote.js";
import { beginHanding } from "../handing.js";
import type { Message } from "../message.js";
import { receiptOf } from "../receipt.js";
import { edgeOf, isSame } from "../recipient.js";
import { asPrompt } from "../shell-mode.js";
import {
  beginTyping,
  isOver,
  type Prompt,
  resumeTyping,
  stepTyping,
  type Typing,
  type TypingEvent,
} from "../typing.js";
import { delivered, end, programGone, requeue, takeBack } from "./attempt-ends.js";
import { hand, handBack } from "./by-door.js";
import { become, isNoted } from "./on-disk.js";
import { recover } from "./recovery.js";
import { type At, type Mailbox, type MailEffect, type MailEvent, type Step, theMessage } from "./state.js";

/** After a command that was seen to open no turn the next message may follow: the gate looks whether one began. */
const COMMAND_SETTLE_MS = 1_000;
/** How often tmux may fail to say what it did before the message is given up as uncertain. */
const UNHEARD_LIMIT = 3;

export function fetched(box: Mailbox, at: At<"fetching">, text: string | null, nowMs: number): Step {
  const message = theMessage(box, at.id);
  if (text === null) return end(box, message, { state: "dead", reason: "its text cannot be read" }, nowMs);
  const { from } = message;
  const command = (from === null ? /^[/!]/ : /^\//).test(text.trimStart());
  if (message.claim?.door !== undefined) {
    const clean = pasteable(text);
    // A command is for the input box.
    if ((command || clean.trim() === "") && at.enters === null) {
      return handBack(box, message, "it is for its input box", true, nowMs);
    }
    const handing = beginHanding(at.enters !== null, nowMs);
    return hand({ ...box, at: { at: "handing", id: at.id, handing, text: clean } }, message.claim.door);
  }
  const incarnation = message.claim?.incarnation ?? 0;
  const { shellMode, pasteSettleMs = 0 } = box.recipient ?? {};
  const prompt: Prompt = { text: from === null ? text : asPrompt(text, shellMode), incarnation, pasteSettleMs };
  const [typing, effects] = at.enters === null ? beginTyping(prompt, nowMs) : resumeTyping(prompt, at.enters, nowMs);
  return carryOn({ ...box, at: { at: "typing", id: at.id, typing, tries: at.tries, command } }, null, effects, nowMs);
}

export function whileTyping(box: Mailbox, at: At<"typing">, event: MailEvent, nowMs: number): Step {
  const { recipient } = box;
  const { claim } = theMessage(box, at.id);
  let inner: TypingEvent | null = null;
  if (event.kind === "recipient") {
    if (recipient === null || !isSame(recipient, claim)) inner = { kind: "gone" };
    else if (recipient.turn > claim.turn) inner = { kind: "turn-started" };
  } else if (event.kind === "read" || event.kind === "done" || event.kind === "failed" || event.kind === "clock") {
    inner = event;
  }
  if (inner === null) return [box, []];
  const [typing, effects] = stepTyping(at.typing, inner, nowMs);
  if (at.typing.at === "pasted" && typing.at === "entering" && !isNoted(box, at.id)) {
    return [become({ ...box, at: { ...at, at: "noting" } }, theMessage(box, at.id), { state: "typed" }, nowMs), []];
  }
  return carryOn({ ...box, at: { ...at, typing } }, at.typing, effects, nowMs);
}

/** What the inner machine came to. `before` is null where it just began. */
export function carryOn(
  box: Mailbox,
  before: Typing | null,
  wanted: readonly { do: "look" | "paste" | "enter"; text?: string }[],
  nowMs: number,
): Step {
  const at = box.at as At<"typing">;
  const { typing } = at;
  let after = box;
  if (before?.at === "entering" && typing.at !== "entering" && !(typing.at === "uncertain" && typing.unheard)) {
    const message = theMessage(after, at.id);
    if (message.state !== "submitted") after = become(after, message, { state: "submitted" }, nowMs);
  }
  const message = theMessage(after, at.id);
  if (isOver(typing)) return over(after, message, typing, at.tries, nowMs);
  const effects = wanted.map((effect): MailEffect => {
    if (effect.do === "look") return { do: "look", first: typing.at === "gate" };
    if (effect.do === "paste") return { do: "paste", text: effect.text ?? "", receipt: receiptOf(message, 0) };
    return { do: "enter", receipt: receiptOf(message, typing.at === "entering" ? typing.enters : 1) };
  });
  return [after, effects];
}

function over(box: Mailbox, message: Message, typing: Typing, tries: number, nowMs: number): Step {
  switch (typing.at) {
    case "delivered": {
      const at = box.at as At<"typing">;
      const [after, effects] = end(box, message, delivered(message), nowMs);
      if (message.claim === null) return [after, effects];
      // What begins like a command may be one that opens no turn, though its screen may look like one (Claude's `/clear`):
      // that it did must be known of the agent, and where it soon is not, none did.
      const { recipient } = after;
      if (at.command && recipient !== null && recipient.turn <= message.claim.turn) {
        const triedEdge = edgeOf(recipient);
        return [{ ...after, spent: null, triedEdge, sweepAtMs: nowMs + COMMAND_SETTLE_MS }, effects];
      }
      const { turn, incarnation } = message.claim;
      return [after, [...effects, { do: "submitted", turn, incarnation }]];
    }
    case "refused":
      if (typing.why === "empty-text") return end(box, message, { state: "failed", reason: typing.message }, nowMs);
      if (message.now === true) return takeBack(box, message, typing.message, nowMs);
      return requeue(box, message, typing.message, nowMs);
    case "failed":
      if (typing.why === "gone") return programGone(box, message, typing.message, nowMs);
      if (typing.why === "unheard" && tries < UNHEARD_LIMIT) return recover(box, message, tries);
      return end(box, message, { state: "failed", reason: typing.message }, nowMs);
    default: {
      if (typing.at === "uncertain" && typing.unheard && tries < UNHEARD_LIMIT) return recover(box, message, tries);
      const reason = "message" in typing ? typing.message : "it came to no end";
      return end(box, message, { state: "uncertain", reason }, nowMs);
    }
  }
}
