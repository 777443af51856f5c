/** Bytes to text and back to bytes, without the platform's decoders: core has none. */

/**
 * UTF-8 to a string. Broken sequences become U+FFFD, one for each byte that cannot begin or continue a character;
 * never throws. For names and short lines; screens are decoded at the edge.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let plain = true;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! > 0x7f) {
      plain = false;
      break;
    }
  }
  let text = "";
  if (plain) {
    // In steps, because arguments of a call are limited in number.
    for (let from = 0; from < bytes.length; from += 4096) {
      text += String.fromCharCode.apply(null, bytes.subarray(from, from + 4096) as unknown as number[]);
    }
    return text;
  }
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]!;
    const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    let code = more <= 0 ? first : first & (0x3f >> more);
    let whole = more >= 0;
    for (let k = 1; whole && k <= more; k++) {
      const next = bytes[i + k] ?? 0;
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
  while (at < data.length) {
    const byte = data[at]!;
    const a = byte === 0x5c && at + 3 < data.length ? data[at + 1]! - 0x30 : -1;
    const b = a >= 0 ? data[at + 2]! - 0x30 : -1;
    const c = b >= 0 ? data[at + 3]! - 0x30 : -1;
    if (a >= 0 && a < 4 && b >= 0 && b < 8 && c >= 0 && c < 8) {
      bytes[to++] = (a << 6) | (b << 3) | c;
      at += 4;
    } else {
      bytes[to++] = byte;
      at++;
    }
  }
  return bytes.subarray(0, to);
}
