/** Bytes to text and back to bytes, without the platform's decoders: core has none. */

/** Text of the bytes from `from` up to but not including `to`. */
export type Decode = (bytes: Uint8Array, from: number, to: number) => string;

/**
 * UTF-8 to a string. Broken sequences become U+FFFD, one for each byte that cannot begin or continue a character;
 * never throws. For names and short lines; screens are decoded at the edge.
 */
export const decodeUtf8: Decode = (bytes, from, to) => {
  const code = String.fromCharCode;
  let text = "";
  let i = from;
  // Plain text, eight at a time: joining single characters takes three times as long.
  for (; i + 8 <= to; i += 8) {
    const [a, b, c, d] = [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!];
    const [e, f, g, h] = [bytes[i + 4]!, bytes[i + 5]!, bytes[i + 6]!, bytes[i + 7]!];
    if ((a | b | c | d | e | f | g | h) > 0x7f) break;
    text += code(a, b, c, d, e, f, g, h);
  }
  return text + decodeSlowly(bytes, i, to);
};

function decodeSlowly(bytes: Uint8Array, from: number, to: number): string {
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
 * `\ooo` and everything else raw. Gives a new array, or `data` itself where nothing is escaped.
 */
export function unescapeOutput(data: Uint8Array): Uint8Array {
  let at = data.indexOf(0x5c);
  if (at < 0) return data;
  const bytes = new Uint8Array(data); // not slice(): a Buffer would give a view of the same memory
  let to = at;
  const end = data.length;
  while (at < end) {
    const byte = data[at++]!;
    if (byte !== 0x5c || at + 3 > end) {
      bytes[to++] = byte;
      continue;
    }
    const a = data[at]! - 0x30;
    const b = data[at + 1]! - 0x30;
    const c = data[at + 2]! - 0x30;
    if (a >= 0 && a < 4 && b >= 0 && b < 8 && c >= 0 && c < 8) {
      bytes[to++] = (a << 6) | (b << 3) | c;
      at += 3;
    } else bytes[to++] = byte;
  }
  return bytes.subarray(0, to);
}
