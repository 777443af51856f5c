/** Sizes of texts in bytes of UTF-8, and texts cut to a size: core has none of the platform's encoders. */

/** How many bytes `text` has as UTF-8; half of a surrogate pair counts as what stands for it, U+FFFD. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += bytesOf(character.codePointAt(0)!);
  return bytes;
}

/** The longest beginning of `text` that has at most `limit` bytes, cut between two characters. */
export function firstBytes(text: string, limit: number): string {
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.codePointAt(at)!;
    bytes += bytesOf(code);
    if (bytes > limit) break;
    at += code > 0xffff ? 2 : 1;
  }
  return text.slice(0, at);
}

/** The longest end of `text` that has at most `limit` bytes, cut between two characters. */
export function lastBytes(text: string, limit: number): string {
  let bytes = 0;
  let at = text.length;
  while (at > 0) {
    const pair = text.codePointAt(at - 2) ?? 0;
    const code = pair > 0xffff ? pair : text.charCodeAt(at - 1);
    bytes += bytesOf(code);
    if (bytes > limit) break;
    at -= code > 0xffff ? 2 : 1;
  }
  return text.slice(at);
}

function bytesOf(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
