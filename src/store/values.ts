/**
 * A value as it lies on disk: eight hex digits of CRC-32 over key and JSON, then the JSON. LevelDB does not check what
 * it reads by default, so a garbled block would come back as a record.
 */
import * as zlib from "node:zlib";

/** `json` is what JSON.stringify gave. */
export function encodeValue(key: string, json: string): Buffer {
  const value = Buffer.from(`00000000${json}`);
  value.write(checksum(key, value), 0, "latin1");
  return value;
}

/** Undefined where the value is not what was written under this key. */
export function decodeValue(key: string, value: Buffer): unknown {
  if (value.length < 9 || value.toString("latin1", 0, 8) !== checksum(key, value)) return undefined;
  try {
    return JSON.parse(value.toString("utf8", 8));
  } catch {
    return undefined;
  }
}

function checksum(key: string, value: Buffer): string {
  const sum = crc32(value.subarray(8), crc32(Buffer.from(key)));
  return sum.toString(16).padStart(8, "0");
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

/** CRC-32; `before` is the sum of what came before. Node offers zlib's own, many times as fast, only from 20.15 on. */
export const crc32: (bytes: Uint8Array, before?: number) => number =
  (zlib as { crc32?: typeof ownCrc32 }).crc32 ?? ownCrc32;

/** The same, by hand. */
export function ownCrc32(bytes: Uint8Array, before = 0): number {
  let sum = ~before;
  for (let i = 0; i < bytes.length; i++) sum = (sum >>> 8) ^ TABLE[(sum ^ bytes[i]!) & 0xff]!;
  return ~sum >>> 0;
}
