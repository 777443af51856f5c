/** What the control reader hands on: events point into the bytes they came in, and decode when asked. */
import type { PaneId } from "../model.js";
import { type Notification, parseNotification } from "./notification.js";
import { decodeUtf8, unescapeOutput } from "./text.js";

/** Most of what tmux says is never looked at, so that looking is what costs. */
export type ControlEvent = BlockEvent | OutputEvent | LineEvent;

/**
 * A stretch of what tmux sent, as bytes and as text of one character a byte, so that an index means the same in both: the
 * engine searches text faster than bytes and cuts a piece out without copying it. Neither is ever written again.
 */
export class Stretch {
  readonly bytes: Uint8Array;
  readonly latin1: string;
  readonly #memory: ArrayBufferLike;
  readonly #offset: number;

  constructor(bytes: Uint8Array, latin1: string) {
    this.bytes = bytes;
    this.latin1 = latin1;
    this.#memory = bytes.buffer;
    this.#offset = bytes.byteOffset;
  }

  /** The same memory, not a copy. Not `subarray`, which takes three times as long where the bytes are a Buffer. */
  part(from: number, to: number): Uint8Array {
    return new Uint8Array(this.#memory, this.#offset + from, to - from);
  }

  /** What the bytes say in UTF-8. The text may keep all of the stretch in memory: not to be held for long. */
  text(from: number, to: number): string {
    let bits = 0;
    for (let i = from; i < to; i++) bits |= this.bytes[i]!;
    return bits < 0x80 ? this.latin1.slice(from, to) : decodeUtf8(this.bytes, from, to);
  }
}

/**
 * A finished block. `number` counts the server's commands. `flags` 1 is the answer to a command of ours; 0 the client's
 * first command, or what a hook printed.
 */
export class BlockEvent {
  readonly kind = "block";
  readonly number: number;
  readonly flags: number;
  readonly ok: boolean;
  readonly #in: Stretch;
  readonly #from: number;
  readonly #to: number;
  readonly #crlf: boolean;

  constructor(stretch: Stretch, from: number, to: number, ok: boolean, begin: Begin) {
    this.number = begin.number;
    this.flags = begin.flags;
    this.ok = ok;
    this.#in = stretch;
    this.#from = from;
    this.#to = to;
    this.#crlf = begin.crlf;
  }

  /** The lines between, each with its line feed. */
  get body(): Uint8Array {
    const body = this.#in.part(this.#from, this.#to);
    return this.#crlf ? withoutCarriageReturns(body) : body;
  }
}

/** What `%begin` said. */
export interface Begin {
  readonly number: number;
  readonly flags: number;
  /** Its line ended in CR LF, as on a terminal. */
  readonly crlf: boolean;
}

/** What a program wrote to a pane. */
export class OutputEvent {
  readonly kind = "output";
  readonly pane: PaneId;
  /** How long it waited in the server; null where tmux does not say. */
  readonly ageMs: number | null;
  readonly #in: Stretch;
  readonly #from: number;
  readonly #to: number;

  constructor(stretch: Stretch, from: number, to: number, pane: PaneId, ageMs: number | null) {
    this.pane = pane;
    this.ageMs = ageMs;
    this.#in = stretch;
    this.#from = from;
    this.#to = to;
  }

  /** As tmux escaped it; `outputBytes` gives what was written. */
  get data(): Uint8Array {
    return this.#in.part(this.#from, this.#to);
  }
}

/** The bytes the program wrote. */
export function outputBytes(event: OutputEvent): Uint8Array {
  return unescapeOutput(event.data);
}

/** A line outside a block: a notification, or what a hook printed, or an error that came late. */
export class LineEvent {
  readonly kind = "line";
  readonly #in: Stretch;
  readonly #from: number;
  readonly #to: number;

  constructor(stretch: Stretch, from: number, to: number) {
    this.#in = stretch;
    this.#from = from;
    this.#to = to;
  }

  get line(): string {
    return this.#in.text(this.#from, this.#to);
  }

  /** Null where the line is none that tmux 3.2 to 3.7 is known to write. */
  get notification(): Notification | null {
    return this.#in.bytes[this.#from] === PERCENT ? parseNotification(this.line) : null;
  }
}

const PERCENT = 0x25;
const LF = 0x0a;
const CR = 0x0d;

/** A terminal line turns LF into CR LF; the payload had none of those CRs. */
function withoutCarriageReturns(body: Uint8Array): Uint8Array {
  const kept = new Uint8Array(body.length);
  let to = 0;
  for (let i = 0; i < body.length; i++) if (body[i] !== CR || body[i + 1] !== LF) kept[to++] = body[i]!;
  return kept.subarray(0, to);
}
