/**
 * How many columns a text takes on a terminal, and where its graphemes end. Terminals disagree about emoji and joined
 * sequences; whoever paints re-anchors the cursor after those (`isRisky`), so a disagreement costs one cell, not a row.
 * Widths follow Unicode's East Asian Width; a cluster with a variation selector 16, a joiner or a flag counts two.
 */
import { eastAsianWidth } from "get-east-asian-width";

const ASCII = /^[\x20-\x7e]*$/;
/** Latin, arrows, boxes and signs, CJK ideographs: nothing joins. Asked first, since the sets below take 2 ms to compile. */
const NEVER_JOINS = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2bff\u3400-\u9fff]*$/;
/** Texts without any of these have one grapheme a code point, and the costly segmenter is not asked. */
const JOINS = /[\p{M}\p{Cf}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Zl}\p{Zp}\u1160-\u11ff\ud7b0-\ud7ff]$/u;
const EMOJI_PARTS = /\ufe0f|\u200d|[\u{1f1e6}-\u{1f1ff}]|[\u{1f3fb}-\u{1f3ff}]/u;
const UNKNOWN = 255;
const bmpWidths = new Uint8Array(0x10000).fill(UNKNOWN);
let segmenter: Intl.Segmenter | null = null;

/** Columns `text` takes; control characters and lone combining marks take none. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const grapheme of graphemes(text)) columns += graphemeWidth(grapheme);
  return columns;
}

/** The user-perceived characters of `text`, in order; joined together they are `text` again. */
export function graphemes(text: string): string[] {
  if (ASCII.test(text)) return text.split("");
  if (NEVER_JOINS.test(text) || !JOINS.test(text)) return Array.from(text);
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** 0, 1 or 2. */
export function graphemeWidth(grapheme: string): number {
  const first = grapheme.codePointAt(0) ?? 0;
  const firstUnits = first > 0xffff ? 2 : 1;
  if (grapheme.length === firstUnits) return codePointWidth(first);
  if (EMOJI_PARTS.test(grapheme)) return 2;
  let columns = 0;
  for (const char of grapheme) columns += codePointWidth(char.codePointAt(0)!);
  return Math.min(columns, 2);
}

/** Whether terminals are known to disagree about the columns this grapheme takes. CJK, box drawing and Latin are safe. */
export function isRisky(grapheme: string): boolean {
  const code = grapheme.charCodeAt(0);
  if (grapheme.length === 1) {
    if (code < 0x2310) return code >= 0x300 && graphemeWidth(grapheme) === 0;
    return code < 0x2e80 ? codePointWidth(code) === 2 : ZERO_WIDTH.test(grapheme);
  }
  if (grapheme.length === 2 && code >= 0xd840 && code <= 0xd8bf) return false; // CJK beyond the first plane
  return true;
}

/** The longest beginning of `text` that fits `columns`, its end marked with `mark` where something had to go. */
export function cut(text: string, columns: number, mark = "…"): string {
  if (ASCII.test(text) ? text.length <= columns : width(text) <= columns) return text;
  const room = columns - width(mark);
  if (room < 0) return "";
  let kept = "";
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > room) break;
    kept += grapheme;
  }
  return kept + mark;
}

/** Fills `text` up with blanks, or cuts it, to exactly `columns`. */
export function fit(text: string, columns: number, mark = "…"): string {
  const short = cut(text, columns, mark);
  return short + " ".repeat(Math.max(0, columns - width(short)));
}

function codePointWidth(code: number): number {
  if (code < 0x7f) return code < 0x20 ? 0 : 1;
  if (code < 0xa0) return 0;
  if (code > 0xffff) return measure(code);
  const known = bmpWidths[code]!;
  if (known !== UNKNOWN) return known;
  const measured = measure(code);
  bmpWidths[code] = measured;
  return measured;
}

function measure(code: number): number {
  if (code === 0xad) return 1; // a soft hyphen is shown by terminals
  const char = String.fromCodePoint(code);
  if (!NEVER_JOINS.test(char) && ZERO_WIDTH.test(char)) return 0;
  return eastAsianWidth(code);
}
