/**
 * Typing one prompt into an agent's input box, as safely as a screen allows. A paste that meets a dialog is swallowed by
 * it and the Enter that follows approves it: seen in every agent program tried. So the text is pasted only into an empty
 * box that was just read, Enter is pressed only while the text is seen standing there, and the text is never pasted twice.
 *
 *   gate -> pasting -> pasted -> entering -> entered -> delivered
 *
 * and from there `refused` (nothing was sent), `failed` (pasted at most; certainly not submitted) or `uncertain`.
 */
import { composerHolds, typeable } from "./composer-text.js";
import { gate, isDialog, type Looked, type Refused, refused } from "./gate.js";

/** What is to be typed, and for whom. */
export interface Prompt {
  readonly text: string;
  /** The launch of the program it was meant for. */
  readonly incarnation: number;
  /** The provider's `pasteSettleMs`; never less than PASTE_SETTLE_MS is waited. */
  readonly pasteSettleMs: number;
}

export type Typing =
  /** Waiting for a fresh reading. */
  | { readonly at: "gate"; readonly prompt: Prompt; readonly giveUpAtMs: number }
  | { readonly at: "pasting"; readonly prompt: Prompt; readonly giveUpAtMs: number }
  /** Waiting until the text stands in the box. */
  | {
      readonly at: "pasted";
      readonly prompt: Prompt;
      readonly enterFromMs: number;
      readonly lookAtMs: number;
      readonly giveUpAtMs: number;
      /** A turn began without our Enter: whose it was cannot be known. */
      readonly turnStarted: boolean;
    }
  | { readonly at: "entering"; readonly prompt: Prompt; readonly enters: number; readonly giveUpAtMs: number }
  /** Waiting until the box is empty or the turn began. */
  | {
      readonly at: "entered";
      readonly prompt: Prompt;
      readonly enters: number;
      readonly againFromMs: number;
      /** The text still stood there at the last look. */
      readonly stands: boolean;
      readonly lookAtMs: number;
      readonly giveUpAtMs: number;
    }
  | Refused
  | { readonly at: "failed"; readonly why: FailedWhy; readonly message: string }
  /** `unheard`: tmux did not say whether Enter was pressed, which a receipt can. */
  | { readonly at: "uncertain"; readonly unheard: boolean; readonly message: string }
  | { readonly at: "delivered"; readonly because: "turn-started" | "composer-emptied" };

/** `gone`: with the program went its box and what stood in it. `unheard`: tmux did not say whether it was pasted. */
export type FailedWhy = "gone" | "dialog" | "unseen" | "unheard";

/** What is learnt while a message is typed. */
export type TypingEvent =
  | Looked
  /** The agent's hook, or the deriver, says that a turn began. */
  | { readonly kind: "turn-started" }
  /** The pane or the program in it is gone. */
  | { readonly kind: "gone" }
  | { readonly kind: "done"; readonly effect: TypingEffect["do"] }
  | { readonly kind: "failed"; readonly effect: TypingEffect["do"]; readonly message: string }
  | { readonly kind: "clock" };

export type TypingEffect =
  /** Capture the pane afresh, past every cache, and say `read`. */
  { readonly do: "look" } | { readonly do: "paste"; readonly text: string } | { readonly do: "enter" };

/** Gemini does not send what is entered sooner after a paste, Codex what is typed; measured, with a margin. */
const PASTE_SETTLE_MS = 150;
/** From one reading to the next look. */
const LOOK_EVERY_MS = 100;
/** For tmux to capture the screen, to paste, or to press Enter. */
const ANSWER_LIMIT_MS = 5_000;
const TEXT_LIMIT_MS = 5_000;
const ENTER_AGAIN_MS = 1_000;
const ENTERS = 3;
const CONFIRM_LIMIT_MS = 5_000;
/** So much longer for each of so many characters: Codex takes 8 s for 256 KiB where the machine is busy. */
const LONGER_MS = 1_000;
const LONGER_CHARACTERS = 16_384;

export function beginTyping(prompt: Prompt, nowMs: number): [Typing, TypingEffect[]] {
  const clean = { ...prompt, text: typeable(prompt.text) };
  if (clean.text.trim() === "") return [refused("empty-text", "there is no text to send"), []];
  return [{ at: "gate", prompt: clean, giveUpAtMs: nowMs + ANSWER_LIMIT_MS }, [{ do: "look" }]];
}

/**
 * Goes on where whoever began died: the text was pasted, and Enter pressed `enters` times. It is never pasted again.
 */
export function resumeTyping(prompt: Prompt, enters: number, nowMs: number): [Typing, TypingEffect[]] {
  const clean = { ...prompt, text: typeable(prompt.text) };
  if (enters === 0) {
    const giveUpAtMs = nowMs + TEXT_LIMIT_MS + longerMs(clean);
    const pasted: Typing = {
      at: "pasted",
      prompt: clean,
      enterFromMs: nowMs,
      lookAtMs: nowMs + ANSWER_LIMIT_MS,
      giveUpAtMs,
      turnStarted: false,
    };
    return [pasted, [{ do: "look" }]];
  }
  return entered(clean, enters, nowMs);
}

export function stepTyping(typing: Typing, event: TypingEvent, nowMs: number): [Typing, TypingEffect[]] {
  switch (typing.at) {
    case "gate":
      return atGate(typing, event, nowMs);
    case "pasting":
      return whilePasting(typing, event, nowMs);
    case "pasted":
      return whilePasted(typing, event, nowMs);
    case "entering":
      return whileEntering(typing, event, nowMs);
    case "entered":
      return whileEntered(typing, event, nowMs);
    default:
      return [typing, []];
  }
}

/** When `clock` is due; null where only something else can go on from here. */
export function wakeAtMs(typing: Typing): number | null {
  if ("lookAtMs" in typing) return Math.min(typing.lookAtMs, typing.giveUpAtMs);
  return "giveUpAtMs" in typing ? typing.giveUpAtMs : null;
}

/** Whether it came to an end, good or bad. */
export function isOver(typing: Typing): boolean {
  return wakeAtMs(typing) === null;
}

type Step = [Typing, TypingEffect[]];
type At<K extends Typing["at"]> = Extract<Typing, { at: K }>;

function atGate(typing: At<"gate">, event: TypingEvent, nowMs: number): Step {
  if (event.kind === "gone") return [refused("gone", "its tab is gone"), []];
  if (event.kind === "failed") return [refused("unreadable", `its screen cannot be read: ${event.message}`), []];
  if (event.kind === "read") {
    const why = gate(typing.prompt, event);
    if (why !== null) return [why, []];
    const pasting: Typing = { at: "pasting", prompt: typing.prompt, giveUpAtMs: nowMs + ANSWER_LIMIT_MS };
    return [pasting, [{ do: "paste", text: typing.prompt.text }]];
  }
  if (nowMs >= typing.giveUpAtMs) return [refused("unreadable", "its screen could not be read in time"), []];
  return [typing, []];
}

function whilePasting(typing: At<"pasting">, event: TypingEvent, nowMs: number): Step {
  if (event.kind === "gone") return [failed("gone", "its tab is gone"), []];
  if (event.kind === "failed" && event.effect === "paste")
    return [failed("unheard", `pasting failed: ${event.message}`), []];
  if (event.kind === "done" && event.effect === "paste") {
    const enterFromMs = nowMs + Math.max(PASTE_SETTLE_MS, typing.prompt.pasteSettleMs);
    const giveUpAtMs = enterFromMs + TEXT_LIMIT_MS + longerMs(typing.prompt);
    return [{ ...typing, at: "pasted", enterFromMs, lookAtMs: enterFromMs, giveUpAtMs, turnStarted: false }, []];
  }
  if (nowMs >= typing.giveUpAtMs) return [failed("unheard", "tmux did not say whether the text was pasted"), []];
  return [typing, []];
}

function whilePasted(typing: At<"pasted">, event: TypingEvent, nowMs: number): Step {
  if (event.kind === "gone") return [goneWhilePasted(typing, "its tab is gone"), []];
  if (event.kind === "turn-started") return [{ ...typing, turnStarted: true }, []];
  if (event.kind === "read") {
    const { reading } = event;
    if (!event.ours || event.incarnation !== typing.prompt.incarnation)
      return [goneWhilePasted(typing, "its program ended"), []];
    if (isDialog(reading)) return [failed("dialog", "a dialog opened"), []];
    const stands = reading.composer !== null && composerHolds(reading.composer, typing.prompt.text);
    if (stands && nowMs >= typing.enterFromMs) return enter(typing.prompt, 1, nowMs);
    if (reading.shown === "working" && !stands) typing = { ...typing, turnStarted: true };
  }
  if (isLooked(event)) typing = { ...typing, lookAtMs: Math.max(typing.enterFromMs, nowMs + LOOK_EVERY_MS) };
  if (nowMs >= typing.giveUpAtMs) {
    if (typing.turnStarted) return [uncertain("a turn began before Enter was pressed"), []];
    return [failed("unseen", "the text did not appear in its input box"), []];
  }
  if (nowMs >= typing.lookAtMs) return [{ ...typing, lookAtMs: nowMs + ANSWER_LIMIT_MS }, [{ do: "look" }]];
  return [typing, []];
}

/** A person may have pressed Enter for us: then the text was taken, and is not for the next program as well. */
function goneWhilePasted(typing: At<"pasted">, message: string): Typing {
  return typing.turnStarted
    ? uncertain(`${message}, and a turn had begun before Enter was pressed`)
    : failed("gone", message);
}

function enter(prompt: Prompt, enters: number, nowMs: number): Step {
  return [{ at: "entering", prompt, enters, giveUpAtMs: nowMs + ANSWER_LIMIT_MS }, [{ do: "enter" }]];
}

function whileEntering(typing: At<"entering">, event: TypingEvent, nowMs: number): Step {
  if (event.kind === "turn-started") return [{ at: "delivered", because: "turn-started" }, []];
  if (event.kind === "gone") return [uncertain("its tab went as Enter was pressed"), []];
  if (event.kind === "failed" && event.effect === "enter") {
    return [uncertain(`pressing Enter failed: ${event.message}`, true), []];
  }
  if (event.kind === "done" && event.effect === "enter") {
    return entered(typing.prompt, typing.enters, nowMs);
  }
  if (nowMs >= typing.giveUpAtMs) return [uncertain("tmux did not say whether Enter was pressed", true), []];
  return [typing, []];
}

function longerMs({ text }: Prompt): number {
  return Math.floor(text.length / LONGER_CHARACTERS) * LONGER_MS;
}

/** Enter was pressed: what the screen makes of it is looked at. */
function entered(prompt: Prompt, enters: number, nowMs: number): Step {
  const againFromMs = nowMs + ENTER_AGAIN_MS;
  const [lookAtMs, giveUpAtMs] = [nowMs + ANSWER_LIMIT_MS, nowMs + CONFIRM_LIMIT_MS + longerMs(prompt)];
  return [{ at: "entered", prompt, enters, againFromMs, stands: false, lookAtMs, giveUpAtMs }, [{ do: "look" }]];
}

function whileEntered(typing: At<"entered">, event: TypingEvent, nowMs: number): Step {
  if (event.kind === "turn-started") return [{ at: "delivered", because: "turn-started" }, []];
  if (event.kind === "gone") return [uncertain("its tab went after Enter was pressed"), []];
  if (event.kind === "read") {
    const { reading } = event;
    const { prompt } = typing;
    if (!event.ours || event.incarnation !== prompt.incarnation) {
      return [uncertain("its program ended after Enter was pressed"), []];
    }
    // A dialog may be the new turn's own. It is never given an Enter; a turn that began will be said.
    if (!isDialog(reading)) {
      if (reading.shown === "working") return [{ at: "delivered", because: "turn-started" }, []];
      // Whoever ends it interrupts it first, which empties its box.
      if (reading.composer?.empty && !event.leaving) return [{ at: "delivered", because: "composer-emptied" }, []];
      const stands = reading.composer !== null && composerHolds(reading.composer, prompt.text);
      if (stands && nowMs >= typing.againFromMs && typing.enters < ENTERS)
        return enter(prompt, typing.enters + 1, nowMs);
      // After the last one it is waited for: a long text can take a program seconds (Codex, 256 KiB).
      typing = { ...typing, stands };
    }
  }
  if (isLooked(event)) typing = { ...typing, lookAtMs: nowMs + LOOK_EVERY_MS };
  if (nowMs >= typing.giveUpAtMs) {
    const stood = `the text still stands in its input box after ${typing.enters} times Enter`;
    return [uncertain(typing.stands ? stood : "nothing showed that the text was taken"), []];
  }
  if (nowMs >= typing.lookAtMs) return [{ ...typing, lookAtMs: nowMs + ANSWER_LIMIT_MS }, [{ do: "look" }]];
  return [typing, []];
}

/** A look was answered, so the next may be asked for: never two at a time, for the older could be told last. */
function isLooked(event: TypingEvent): boolean {
  return event.kind === "read" || (event.kind === "failed" && event.effect === "look");
}

function failed(why: FailedWhy, message: string): At<"failed"> {
  return { at: "failed", why, message };
}

function uncertain(message: string, unheard = false): At<"uncertain"> {
  return { at: "uncertain", unheard, message };
}
