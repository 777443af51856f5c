/**
 * tmux control mode, bytes in and events out. Never throws: an odd line is a value.
 *
 * The protocol (tmux(1), CONTROL MODE; seen in fixtures/control for 3.2a to 3.7c): a reply is a block, from
 * `%begin <time> <number> <flags>` to a line exactly `%end <the same three>` or `%error <the same three>`. Anything
 * between is payload, whatever it looks like: a captured screen may show `%end 1 1 1`, and up to 3.7c tmux itself
 * writes `%pause`, `%continue` and `%message` into the block of the command that caused them. Who asked knows whether
 * its command prints; here the payload stays as it came.
 *
 * Lines are bytes: they are cut anywhere, also inside a UTF-8 sequence. Only names and short texts are decoded here.
 */
import type { PaneId } from "../model.js";
import { type Notification, parseNotification } from "./notification.js";
import { type Decode, decodeUtf8, unescapeOutput } from "./text.js";

/** Events point into the bytes they came in and decode when asked: most of what tmux says is never looked at. */
export type ControlEvent = BlockEvent | OutputEvent | LineEvent;

/**
 * A finished block. `number` counts the server's commands. `flags` 1 is the answer to a command of ours; 0 the client's
 * first command, or what a hook printed.
 */
export class BlockEvent {
  readonly kind = "block";
  readonly number: number;
  readonly flags: number;
  readonly ok: boolean;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #to: number;
  readonly #crlf: boolean;

  constructor(bytes: Uint8Array, from: number, to: number, begin: Begin, ok: boolean) {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.#crlf = begin.crlf;
    this.number = begin.number;
    this.flags = begin.flags;
    this.ok = ok;
  }

  /** The lines between, each with its line feed. */
  get body(): Uint8Array {
    const body = this.#bytes.subarray(this.#from, this.#to);
    return this.#crlf ? withoutCarriageReturns(body) : body;
  }
}

/** What a program wrote to a pane. */
export class OutputEvent {
  readonly kind = "output";
  readonly pane: PaneId;
  /** How long it waited in the server; null where tmux does not say. */
  readonly ageMs: number | null;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #to: number;

  constructor(pane: PaneId, ageMs: number | null, bytes: Uint8Array, from: number, to: number) {
    this.pane = pane;
    this.ageMs = ageMs;
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  /** As tmux escaped it; `outputBytes` gives what was written. */
  get data(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to);
  }
}

/** A line outside a block: a notification, or what a hook printed, or an error that came late. */
export class LineEvent {
  readonly kind = "line";
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #to: number;
  readonly #decode: Decode;

  constructor(bytes: Uint8Array, from: number, to: number, decode: Decode) {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.#decode = decode;
  }

  get line(): string {
    return this.#decode(this.#bytes, this.#from, this.#to);
  }

  /** Null where the line is none that tmux 3.2 to 3.7 is known to write. */
  get notification(): Notification | null {
    return this.#bytes[this.#from] === PERCENT ? parseNotification(this.line) : null;
  }
}

/** The bytes the program wrote. */
export function outputBytes(event: { readonly data: Uint8Array }): Uint8Array {
  return unescapeOutput(event.data);
}

const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
const SPACE = 0x20;
const PERCENT = 0x25;
const NOTHING = new Uint8Array(0);
const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const BEGIN = ascii("%begin ");
const END = ascii("%end ");
const ERROR = ascii("%error ");
const OUTPUT = ascii("%output ");
const EXTENDED_OUTPUT = ascii("%extended-output ");
const DCS = ascii("\u001bP1000p");
const STRING_END = ascii("\u001b\\");

/** What `%begin` said, and the bytes that have to come again. */
interface Begin {
  readonly number: number;
  readonly flags: number;
  readonly crlf: boolean;
  readonly guard: Uint8Array;
  readonly guardAt: number;
  readonly guardBytes: number;
}

/** Pane names asked for again and again are made once. */
const paneNames: PaneId[] = [];

export class ControlReader {
  /** Bytes of a line or a block that is not finished. Events point into it, so once they do it is never written again. */
  #held = NOTHING;
  #heldBytes = 0;
  /** Within the held bytes: where the unfinished line begins, and up to where no line feed is. */
  #lineAt = 0;
  #searchedTo = 0;
  #block: Begin | null = null;
  readonly #decode: Decode;

  /** `decode` may be given where the platform has a faster one. */
  constructor(decode: Decode = decodeUtf8) {
    this.#decode = decode;
  }

  /**
   * Takes the next bytes, cut anywhere, and gives what they finish, in order. `chunk` must not be changed afterwards:
   * bodies and output may point into it.
   */
  push(chunk: Uint8Array): ControlEvent[] {
    const events: ControlEvent[] = [];
    let bytes = chunk;
    let from = 0;
    let lineAt = 0;
    let unitAt = 0;
    if (this.#heldBytes > 0) {
      this.#hold(chunk, 0);
      bytes = this.#held.subarray(0, this.#heldBytes);
      from = this.#searchedTo;
      lineAt = this.#lineAt;
    }
    const end = bytes.length;
    for (;;) {
      const lineEnd = findLineFeed(bytes, from, end);
      if (lineEnd < 0) break;
      if (this.#block !== null) {
        if (bytes[lineAt] === PERCENT) {
          const closed = closes(bytes, lineAt, lineEnd, this.#block);
          if (closed !== null) {
            events.push(new BlockEvent(bytes, unitAt, lineAt, this.#block, closed));
            this.#block = null;
            unitAt = lineEnd + 1;
          }
        }
      } else {
        this.#line(bytes, lineAt, lineEnd, events);
        unitAt = lineEnd + 1;
      }
      lineAt = from = lineEnd + 1;
    }
    this.#lineAt = lineAt - unitAt;
    this.#searchedTo = end - unitAt;
    if (bytes === chunk || unitAt > 0) {
      // A new unit begins: the rest moves to memory that no event points into.
      this.#held = NOTHING;
      this.#heldBytes = 0;
      if (unitAt < end) this.#hold(bytes, unitAt);
    }
    if (this.#block !== null && this.#block.guard.length !== this.#block.guardBytes) {
      // Still open: do not keep the whole chunk for its sake.
      const { guard, guardAt, guardBytes } = this.#block;
      const copy = new Uint8Array(guard.subarray(guardAt, guardAt + guardBytes));
      this.#block = { ...this.#block, guard: copy, guardAt: 0 };
    }
    return events;
  }

  #hold(bytes: Uint8Array, from: number): void {
    const needed = this.#heldBytes + bytes.length - from;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(256, needed, this.#held.length * 2));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(from === 0 ? bytes : bytes.subarray(from), this.#heldBytes);
    this.#heldBytes = needed;
  }

  /** A line outside a block. */
  #line(bytes: Uint8Array, from: number, lineEnd: number, events: ControlEvent[]): void {
    let at = from;
    let end = lineEnd;
    const crlf = end > at && bytes[end - 1] === CR;
    if (crlf) end--;
    // `tmux -CC` wraps everything in a device control string.
    if (bytes[at] === ESC) {
      if (startsWith(bytes, at, end, DCS)) at += DCS.length;
      else if (startsWith(bytes, at, end, STRING_END)) at += STRING_END.length;
    }
    if (bytes[at] === PERCENT) {
      // Output first: where there is any it is most of the bytes.
      const second = bytes[at + 1];
      if (second === 0x6f) {
        if (output(bytes, at, end, events)) return;
      } else if (second === 0x65) {
        if (extendedOutput(bytes, at, end, events)) return;
      } else if (second === 0x62 && this.#begins(bytes, at, end, crlf)) return;
    }
    // The end of the wrapper is no line.
    if (at === from || at < end) events.push(new LineEvent(bytes, at, end, this.#decode));
  }

  #begins(bytes: Uint8Array, at: number, end: number, crlf: boolean): boolean {
    if (!startsWith(bytes, at, end, BEGIN)) return false;
    const guardAt = at + BEGIN.length;
    let field = 0;
    let value = 0;
    let digits = 0;
    let number = 0;
    for (let i = guardAt; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === SPACE && digits > 0 && field < 2) {
        if (field === 1) number = value;
        field++;
        value = digits = 0;
      } else if (byte >= 0x30 && byte <= 0x39) {
        value = value * 10 + byte - 0x30;
        digits++;
      } else return false;
    }
    if (field !== 2 || digits === 0) return false;
    this.#block = { number, flags: value, crlf, guard: bytes, guardAt, guardBytes: end - guardAt };
    return true;
  }
}

/** Most lines are short, where asking the engine costs more than looking. */
function findLineFeed(bytes: Uint8Array, from: number, end: number): number {
  const near = Math.min(end, from + 48);
  for (let i = from; i < near; i++) if (bytes[i] === LF) return i;
  return near < end ? bytes.indexOf(LF, near) : -1;
}

/** True: `%end` and the guard, nothing else. False: `%error` and the guard. Null: payload. */
function closes(bytes: Uint8Array, at: number, lineEnd: number, block: Begin): boolean | null {
  const end = block.crlf && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
  const { guard, guardAt, guardBytes } = block;
  const length = end - at - guardBytes;
  const ok = length === END.length && startsWith(bytes, at, end, END);
  if (!ok && !(length === ERROR.length && startsWith(bytes, at, end, ERROR))) return null;
  for (let i = 0; i < guardBytes; i++) if (bytes[at + length + i] !== guard[guardAt + i]) return null;
  return ok;
}

function startsWith(bytes: Uint8Array, at: number, end: number, what: Uint8Array): boolean {
  if (end - at < what.length) return false;
  for (let i = 0; i < what.length; i++) if (bytes[at + i] !== what[i]) return false;
  return true;
}

/** `%output %N data` */
function output(bytes: Uint8Array, at: number, end: number, events: ControlEvent[]): boolean {
  if (!startsWith(bytes, at, end, OUTPUT)) return false;
  const idEnd = paneEnd(bytes, at + OUTPUT.length, end);
  if (idEnd < 0) return false;
  const pane = paneName(bytes, at + OUTPUT.length, idEnd);
  events.push(new OutputEvent(pane, null, bytes, idEnd + 1, end));
  return true;
}

/** `%extended-output %N age … : data`; tmux reserves what may stand between the age and the colon. */
function extendedOutput(bytes: Uint8Array, at: number, end: number, events: ControlEvent[]): boolean {
  if (!startsWith(bytes, at, end, EXTENDED_OUTPUT)) return false;
  const idEnd = paneEnd(bytes, at + EXTENDED_OUTPUT.length, end);
  if (idEnd < 0) return false;
  let ageMs = 0;
  let i = idEnd + 1;
  for (; i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39; i++) ageMs = ageMs * 10 + bytes[i]! - 0x30;
  for (; i + 2 < end; i++) {
    if (bytes[i] !== SPACE || bytes[i + 1] !== 0x3a || bytes[i + 2] !== SPACE) continue;
    const pane = paneName(bytes, at + EXTENDED_OUTPUT.length, idEnd);
    events.push(new OutputEvent(pane, ageMs, bytes, i + 3, end));
    return true;
  }
  return false;
}

/** The index of the space after `%N`, or -1 where there is none. */
function paneEnd(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== PERCENT) return -1;
  let i = at + 1;
  while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++;
  return i > at + 1 && i < at + 11 && i < end && bytes[i] === SPACE ? i : -1;
}

function paneName(bytes: Uint8Array, at: number, end: number): PaneId {
  let number = 0;
  for (let i = at + 1; i < end; i++) number = number * 10 + bytes[i]! - 0x30;
  if (number >= 4096) return `%${number}`;
  paneNames[number] ??= `%${number}`;
  return paneNames[number]!;
}

/** A terminal line turns LF into CR LF; the payload had none of those CRs. */
function withoutCarriageReturns(body: Uint8Array): Uint8Array {
  const kept = new Uint8Array(body.length);
  let to = 0;
  for (let i = 0; i < body.length; i++) if (body[i] !== CR || body[i + 1] !== LF) kept[to++] = body[i]!;
  return kept.subarray(0, to);
}
