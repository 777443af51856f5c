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
import { type Begin, BlockEvent, type ControlEvent, LineEvent, OutputEvent, Stretch } from "./control-event.js";
import { type ToLatin1, toLatin1 } from "./text.js";

const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
const SPACE = 0x20;
const PERCENT = 0x25;
const COLON = 0x3a;
const NOTHING = new Uint8Array(0);
const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const BEGIN = ascii("%begin ");
const END = ascii("%end ");
const ERROR = ascii("%error ");
const OUTPUT = ascii("%output ");
const EXTENDED_OUTPUT = ascii("%extended-output ");
const DCS = ascii("\u001bP1000p");
const STRING_END = ascii("\u001b\\");

/** A block that is not finished, and where the bytes are that have to come again. */
interface OpenBlock extends Begin {
  readonly guard: Uint8Array;
  readonly guardAt: number;
  readonly guardBytes: number;
}

/** Pane names asked for again and again are made once. */
const paneNames: PaneId[] = [];

/** Bytes in, cut anywhere; whole events out. Never throws: a line it cannot read is an event as well. */
export class ControlReader {
  /** A line that is not finished; and the lines an open block got from earlier chunks. */
  readonly #line = new Gathered();
  readonly #body = new Gathered();
  #block: OpenBlock | null = null;
  readonly #toLatin1: ToLatin1;

  /** `latin1` may be given where the platform has a faster one. */
  constructor(latin1: ToLatin1 = toLatin1) {
    this.#toLatin1 = latin1;
  }

  /**
   * Takes the next bytes, cut anywhere, and gives what they finish, in order. `chunk` must not be changed afterwards:
   * bodies and output may point into it.
   */
  push(chunk: Uint8Array): ControlEvent[] {
    const events: ControlEvent[] = [];
    let bytes = chunk;
    if (this.#line.length > 0) {
      this.#line.add(chunk);
      // So that a long line in many pieces is not read again with each.
      if (chunk.indexOf(LF) < 0) return events;
      bytes = this.#line.take();
    }
    const stretch = new Stretch(bytes, this.#toLatin1(bytes));
    let bodyAt = 0;
    let at = 0;
    while (at < bytes.length) {
      const block = this.#block;
      if (block !== null) {
        const after = afterClosing(bytes, at, block);
        if (after > 0) {
          events.push(this.#finish(stretch, bodyAt, at, block));
          at = after;
          continue;
        }
      }
      // The engine's own search: a loop over the bytes takes longer from twenty on, and most lines have more.
      const end = stretch.latin1.indexOf("\n", at);
      if (end < 0) break;
      if (block === null) {
        const event = this.#read(stretch, at, end);
        if (event !== null) events.push(event);
        bodyAt = end + 1;
      }
      at = end + 1;
    }
    if (this.#block !== null) {
      this.#body.add(bytes.subarray(bodyAt, at));
      this.#block = withOwnGuard(this.#block);
    }
    if (at < bytes.length) this.#line.add(bytes.subarray(at));
    return events;
  }

  #finish(stretch: Stretch, from: number, to: number, block: OpenBlock): BlockEvent {
    this.#block = null;
    const ok = stretch.bytes[to + 2] === END[2];
    if (this.#body.length === 0) return new BlockEvent(stretch, from, to, ok, block);
    this.#body.add(stretch.bytes.subarray(from, to));
    const body = this.#body.take();
    return new BlockEvent(new Stretch(body, ""), 0, body.length, ok, block); // nobody asks a block for text
  }

  /** A line outside a block. Null where it is no event: it begins a block, or ends the wrapper of `tmux -CC`. */
  #read(stretch: Stretch, from: number, lineEnd: number): ControlEvent | null {
    const { bytes } = stretch;
    let at = from;
    let end = lineEnd;
    const crlf = end > at && bytes[end - 1] === CR;
    if (crlf) end--;
    // `tmux -CC` wraps everything in a device control string.
    if (bytes[at] === ESC) {
      if (startsWith(bytes, at, DCS)) at += DCS.length;
      else if (startsWith(bytes, at, STRING_END)) at += STRING_END.length;
      if (at > from && at === end) return null;
    }
    if (bytes[at] === PERCENT) {
      const second = bytes[at + 1];
      if (second === OUTPUT[1] || second === EXTENDED_OUTPUT[1]) {
        const event = output(stretch, at, end);
        if (event !== null) return event;
      } else if (second === BEGIN[1]) {
        this.#block = begin(bytes, at, end, crlf);
        if (this.#block !== null) return null;
      }
    }
    return new LineEvent(stretch, at, end);
  }
}

/** Bytes that came in several chunks, joined. */
class Gathered {
  #bytes = NOTHING;
  length = 0;

  add(more: Uint8Array): void {
    const needed = this.length + more.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(256, needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.length));
      this.#bytes = grown;
    }
    this.#bytes.set(more, this.length);
    this.length = needed;
  }

  /** All of it. What comes next goes to other memory, since events point into what was taken. */
  take(): Uint8Array {
    const all = this.#bytes.subarray(0, this.length);
    this.#bytes = NOTHING;
    this.length = 0;
    return all;
  }
}

/** `%begin time number flags`, and nothing else. */
function begin(bytes: Uint8Array, at: number, end: number, crlf: boolean): OpenBlock | null {
  if (!startsWith(bytes, at, BEGIN)) return null;
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
    } else if (isDigit(byte)) {
      value = value * 10 + byte - 0x30;
      digits++;
    } else return null;
  }
  if (field !== 2 || digits === 0) return null;
  return { number, flags: value, crlf, guard: bytes, guardAt, guardBytes: end - guardAt };
}

/** A block that stays open must not keep a whole chunk for the sake of its guard. */
function withOwnGuard(block: OpenBlock): OpenBlock {
  const { guard, guardAt, guardBytes } = block;
  if (guard.length === guardBytes) return block;
  return { ...block, guard: new Uint8Array(guard.subarray(guardAt, guardAt + guardBytes)), guardAt: 0 };
}

/** The index after the line at `at` if that is `%end` or `%error` and the guard, nothing else; -1 if it is payload. */
function afterClosing(bytes: Uint8Array, at: number, block: OpenBlock): number {
  if (bytes[at] !== PERCENT) return -1;
  let i = at;
  if (startsWith(bytes, at, END)) i += END.length;
  else if (startsWith(bytes, at, ERROR)) i += ERROR.length;
  else return -1;
  const { guard, guardAt, guardBytes } = block;
  if (i + guardBytes >= bytes.length) return -1;
  for (let k = 0; k < guardBytes; k++) if (bytes[i++] !== guard[guardAt + k]) return -1;
  if (block.crlf && bytes[i] === CR) i++;
  return bytes[i] === LF ? i + 1 : -1;
}

/** Needs no look at the line's end: none of the words has a line feed in it. */
function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  if (at + word.length > bytes.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/**
 * `%output %N data`, or `%extended-output %N age … : data`: tmux reserves what may stand between the age and the colon.
 */
function output(stretch: Stretch, from: number, end: number): OutputEvent | null {
  const { bytes } = stretch;
  const extended = bytes[from + 1] === EXTENDED_OUTPUT[1];
  const word = extended ? EXTENDED_OUTPUT : OUTPUT;
  if (!startsWith(bytes, from, word)) return null;
  let at = from + word.length;
  if (bytes[at++] !== PERCENT) return null;
  const numberAt = at;
  let pane = 0;
  for (; isDigit(bytes[at]!); at++) pane = pane * 10 + bytes[at]! - 0x30;
  if (at === numberAt || at > numberAt + 9 || bytes[at++] !== SPACE) return null;
  if (!extended) return new OutputEvent(stretch, at, end, paneName(pane), null);
  let ageMs = 0;
  for (; isDigit(bytes[at]!); at++) ageMs = ageMs * 10 + bytes[at]! - 0x30;
  for (; at + 2 < end; at++) {
    if (bytes[at] !== SPACE || bytes[at + 1] !== COLON || bytes[at + 2] !== SPACE) continue;
    return new OutputEvent(stretch, at + 3, end, paneName(pane), ageMs);
  }
  return null;
}

function paneName(number: number): PaneId {
  if (number >= 4096) return `%${number}`;
  paneNames[number] ??= `%${number}`;
  return paneNames[number]!;
}
