/**
 * How many cells a code point takes, as tmux counts them. The emulator's built-in table makes emoji one cell wide;
 * tmux makes them two, and a reader that disagrees with tmux sees every column after the first emoji shifted.
 */
import { eastAsianWidth } from "get-east-asian-width";

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Zl}\p{Zp}\u1160-\u11ff\ud7b0-\ud7ff]$/u;
const SOFT_HYPHEN = 0xad;
const ZERO_WIDTH_JOINER = 0x200d;
const VARIATION_SELECTOR_16 = 0xfe0f;

/** Widths of 256 code points at a time, made when the first of them is asked for: most programs touch five pages. */
const pages = new Map<number, Uint8Array>();

/** 0 for what joins the cell before it, 2 for wide and full-width, else 1. Ambiguous is 1. */
export function codePointWidth(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x300) return codePoint < 32 || (codePoint >= 0x7f && codePoint < 0xa0) ? 0 : 1;
  const number = codePoint >> 8;
  let page = pages.get(number);
  if (page === undefined) {
    page = new Uint8Array(256);
    for (let low = 0; low < 256; low++) page[low] = reckonWidth((number << 8) | low);
    pages.set(number, page);
  }
  return page[codePoint & 255] as 0 | 1 | 2;
}

function reckonWidth(codePoint: number): 0 | 1 | 2 {
  if (codePoint === SOFT_HYPHEN) return 1;
  // Lone halves of a surrogate pair cannot be asked about; they never come out of a decoder.
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 1;
  return ZERO_WIDTH.test(String.fromCodePoint(codePoint)) ? 0 : eastAsianWidth(codePoint);
}

/** Where versions of tmux disagree; `OLD_TMUX` holds for 3.2 to 3.4, to be replaced where a probe says otherwise. */
export interface GraphemeRules {
  /** U+FE0F makes the narrow character before it two cells wide. */
  readonly selectorWidens: boolean;
  /** A skin tone joins the emoji before it; else it takes two cells of its own. */
  readonly skinToneJoins: boolean;
}

/** Measured on tmux 3.3a by `#{cursor_x}` after each sample. */
export const OLD_TMUX: GraphemeRules = { selectorWidens: false, skinToneJoins: false };

const JOINER = 1;

/**
 * The emulator's question for each code point: its width, and whether it joins the grapheme before it. The answer packs
 * join (1 bit), width (2 bits) and a kind of our own (the rest), and comes back as `preceding` with the next one.
 */
export function graphemeProperties(codePoint: number, preceding: number, rules: GraphemeRules): number {
  if (codePoint < 0x300) return pack(0, codePointWidth(codePoint), false);
  const width = codePointWidth(codePoint);
  const before = (preceding >> 1) & 3;
  const joins = width === 0 || preceding >> 3 === JOINER || (rules.skinToneJoins && isSkinTone(codePoint));
  if (before === 0 || !joins) return pack(0, width, false);
  const widened = rules.selectorWidens && codePoint === VARIATION_SELECTOR_16 ? 2 : before;
  return pack(codePoint === ZERO_WIDTH_JOINER ? JOINER : 0, widened, true);
}

function pack(kind: number, width: number, joins: boolean): number {
  return (kind << 3) | (width << 1) | (joins ? 1 : 0);
}

function isSkinTone(codePoint: number): boolean {
  return codePoint >= 0x1f3fb && codePoint <= 0x1f3ff;
}
