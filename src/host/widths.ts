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

/** Where versions of tmux disagree. All of it measured by where tmux puts the cursor, on 3.3a, 3.5a and 3.8. */
export interface GraphemeRules {
  /** U+FE0F makes the narrow character before it two cells wide. */
  readonly selectorWidens: boolean;
  /** Some hands and people that Unicode calls narrow take two cells. */
  readonly handsWide: boolean;
  /**
   * A skin tone takes two cells of its own (`apart`), joins whatever it follows but ASCII (`join`), or joins only emoji of
   * people and hands, and not all of those (`listed`).
   */
  readonly skinTones: "apart" | "join" | "listed";
}

/** tmux 3.2 and 3.3. */
export const OLD_TMUX: GraphemeRules = { selectorWidens: false, handsWide: false, skinTones: "apart" };

/** By the version that the server tells: `3.3a`, `next-3.8`. One without a number is taken for the newest. */
export function graphemeRules(version: string): GraphemeRules {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const number = major === undefined ? Number.POSITIVE_INFINITY : Number(major) * 100 + Number(minor);
  return {
    selectorWidens: number >= 305,
    handsWide: number >= 305,
    skinTones: number >= 306 ? "listed" : number >= 304 ? "join" : "apart",
  };
}

const HANDS: ReadonlySet<number> = new Set([
  0x261d, 0x26f9, 0x270c, 0x270d, 0x1f3cb, 0x1f3cc, 0x1f574, 0x1f575, 0x1f590,
]);

/** From, to: the emoji that a skin tone joins in tmux 3.8; the other emoji that Unicode gives skin tones it does not know. */
const TONED: readonly (readonly [number, number])[] = [
  [0x1f44b, 0x1f450],
  [0x1f466, 0x1f469],
  [0x1f46e, 0x1f46e],
  [0x1f470, 0x1f478],
  [0x1f47c, 0x1f47c],
  [0x1f481, 0x1f483],
  [0x1f485, 0x1f487],
  [0x1f4aa, 0x1f4aa],
  [0x1f575, 0x1f575],
  [0x1f57a, 0x1f57a],
  [0x1f590, 0x1f590],
  [0x1f595, 0x1f596],
  [0x1f645, 0x1f647],
  [0x1f64b, 0x1f64f],
  [0x1f6b4, 0x1f6b6],
  [0x1f926, 0x1f926],
  [0x1f937, 0x1f939],
  [0x1f93d, 0x1f93e],
  [0x1f9b5, 0x1f9b6],
  [0x1f9b8, 0x1f9b9],
  [0x1f9cd, 0x1f9cf],
  [0x1f9d1, 0x1f9dd],
];

/** Kinds of the code point that came last, as far as the next one cares. */
const OTHER = 0;
const JOINER = 1;
const ASCII = 2;
const TAKES_TONE = 3;

/**
 * The emulator's question for each code point: its width, and whether it joins the grapheme before it. The answer packs
 * join (1 bit), width (2 bits) and a kind of our own (the rest), and comes back as `preceding` with the next one.
 */
export function graphemeProperties(codePoint: number, preceding: number, rules: GraphemeRules): number {
  if (codePoint < 0x300) return pack(codePoint < 0x80 ? ASCII : OTHER, codePointWidth(codePoint), false);
  const width = rules.handsWide && HANDS.has(codePoint) ? 2 : codePointWidth(codePoint);
  const before = (preceding >> 1) & 3;
  const kind = preceding >> 3;
  const toned = isSkinTone(codePoint) && joinsTone(kind, rules);
  if (before === 0 || !(width === 0 || kind === JOINER || toned)) {
    return pack(isToned(codePoint) ? TAKES_TONE : OTHER, width, false);
  }
  const widened = toned || (rules.selectorWidens && codePoint === VARIATION_SELECTOR_16) ? 2 : before;
  return pack(codePoint === ZERO_WIDTH_JOINER ? JOINER : OTHER, widened, true);
}

function joinsTone(kind: number, { skinTones }: GraphemeRules): boolean {
  if (skinTones === "listed") return kind === TAKES_TONE;
  return skinTones === "join" && kind !== ASCII;
}

function pack(kind: number, width: number, joins: boolean): number {
  return (kind << 3) | (width << 1) | (joins ? 1 : 0);
}

function isSkinTone(codePoint: number): boolean {
  return codePoint >= 0x1f3fb && codePoint <= 0x1f3ff;
}

function isToned(codePoint: number): boolean {
  return codePoint >= 0x1f44b && TONED.some(([from, to]) => codePoint >= from && codePoint <= to);
}
