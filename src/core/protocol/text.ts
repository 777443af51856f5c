/** Bytes to text and back to bytes, without the platform's decoders: core has none. */

/** Text of one character a byte, whose code is the byte. */
export type ToLatin1 = (bytes: Uint8Array) => string;

export const toLatin1: ToLatin1 = (bytes) => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4_096) {
    // Typed arrays are as good as arrays here, which the declaration does not know.
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 4_096) as unknown as number[]);
  }
  return text;
};

/**
 * UTF-8 from `from` up to but not including `to` as a string. Broken sequences become U+FFFD, one for each byte that
 * cannot begin or continue a character; never throws. For names and short lines; screens are decoded at the edge.
 */
export function decodeUtf8(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; ) {
    const first = bytes[i]!;
    const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    let code = more <= 0 ? first : first & (0x3f >> more);
    let whole = more >= 0;
    for (let k = 1; whole && k <= more; k++) {
      const next = i + k < to ? bytes[i + k]! : 0;
      if ((next & 0xc0) === 0x80) code = (code << 6) | (next & 0x3f);
      else whole = false;
    }
    // Longer than needed, a surrogate, or past the last code point.
    if (more === 2 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) whole = false;
    if (more === 3 && (code < 0x10000 || code > 0x10ffff)) whole = false;
    text += whole ? String.fromCodePoint(code) : "\ufffd";
    i += whole ? more + 1 : 1;
  }
  return text;
}

/**
 * The bytes a program wrote, from the data of an `%output` line: tmux writes bytes below 0x20 and the backslash as
 * `\ooo` and everything else raw. Never gives `data` itself.
 */
export function unescapeOutput(data: Uint8Array): Uint8Array {
  const end = data.length;
  if (end > pool.length - pooled) {
    pool = new Uint8Array(Math.max(POOL_BYTES, end));
    pooled = 0;
  }
  const bytes = pool;
  let to = pooled;
  for (let at = 0; at < end; at++) {
    const byte = data[at]!;
    if (byte === BACKSLASH && isEscape(data, at, end)) {
      bytes[to++] = ((data[at + 1]! & 3) << 6) | ((data[at + 2]! & 7) << 3) | (data[at + 3]! & 7);
      at += 3;
    } else bytes[to++] = byte;
  }
  const written = bytes.subarray(pooled, to);
  pooled = to;
  return written;
}

const BACKSLASH = 0x5c;

/** Three octal digits of at most 377 follow. */
function isEscape(data: Uint8Array, at: number, end: number): boolean {
  if (at + 3 >= end) return false;
  return (data[at + 1]! & 0xfc) === 0x30 && (data[at + 2]! & 0xf8) === 0x30 && (data[at + 3]! & 0xf8) === 0x30;
}

/** Results are cut from one piece of memory: getting each from the engine takes longer than filling it. */
const POOL_BYTES = 65_536;
let pool = new Uint8Array(0);
let pooled = 0;
