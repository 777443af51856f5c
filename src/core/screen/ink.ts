/**
 * What the style of a character says. Programs mark what is theirs (spinners, hints, placeholders) by colour and
 * attribute; an answer that quotes the words has the style of an answer.
 */
import { ATTR, type Colour, DEFAULT_COLOUR, RGB, type Row, type Run, runAt } from "./still.js";

export type Ink =
  /** The terminal's own foreground, neither dim nor inverse: what an answer or a typed text has. */
  | "plain"
  /** Dim, or a grey foreground: hints, placeholders, what is over. */
  | "faded"
  | "bold"
  | "inverse"
  /** A foreground that is neither the default nor a shade of grey, black or white. */
  | "coloured"
  | "red"
  /** Exactly this foreground: of the palette (`p153`), or a true colour (`#cba6f7`). */
  | `p${number}`
  | `#${string}`
  /** On a ground of its own, or on exactly this one. */
  | "on"
  | `on-p${number}`
  | `on-#${string}`;

const INK = /^(?:plain|faded|bold|inverse|coloured|red|on|(?:on-)?(?:p(?:1?\d?\d|2[0-4]\d|25[0-5])|#[0-9a-f]{6}))$/;

/** Whether a word from a table names an ink. */
export function isInk(word: string): word is Ink {
  return INK.test(word);
}

/** Whether the character at `index` of the row's text is written so. */
export function hasInk(row: Row, index: number, ink: Ink): boolean {
  const run = runAt(row, index);
  return run !== null && runHasInk(run, ink);
}

export function runHasInk(run: Run, ink: Ink): boolean {
  switch (ink) {
    case "plain":
      return run.fg === DEFAULT_COLOUR && (run.attrs & (ATTR.dim | ATTR.inverse)) === 0;
    case "faded":
      return (run.attrs & ATTR.dim) !== 0 || isGrey(run.fg);
    case "bold":
      return (run.attrs & ATTR.bold) !== 0;
    case "inverse":
      return (run.attrs & ATTR.inverse) !== 0;
    case "coloured":
      return isColoured(run.fg);
    case "red":
      return isRed(run.fg);
    case "on":
      return run.bg !== DEFAULT_COLOUR;
    default:
      return ink.startsWith("on-") ? run.bg === colourOf(ink.slice(3)) : run.fg === colourOf(ink);
  }
}

/** `p153` or `#cba6f7`. */
function colourOf(word: string): Colour {
  return word.startsWith("#") ? RGB + Number.parseInt(word.slice(1), 16) : Number(word.slice(1));
}

/** Grey enough to stand back: bright black, the darker shades of the palette's grey ramp, RGB greys short of white. */
function isGrey(colour: Colour): boolean {
  if (colour >= RGB) {
    const [r, g, b] = rgbOf(colour);
    return Math.max(r, g, b) - Math.min(r, g, b) <= 24 && Math.max(r, g, b) <= 0xc8;
  }
  return colour === 8 || (colour >= 236 && colour <= 250) || colour === 59 || colour === 102 || colour === 145;
}

function isColoured(colour: Colour): boolean {
  if (colour === DEFAULT_COLOUR) return false;
  const [r, g, b] = rgbOf(colour);
  return Math.max(r, g, b) - Math.min(r, g, b) > 24;
}

/** Red or pink: red leads both others clearly. */
function isRed(colour: Colour): boolean {
  if (colour === DEFAULT_COLOUR) return false;
  const [r, g, b] = rgbOf(colour);
  return r >= 0x80 && r - g >= 0x40 && r - b >= 0x30;
}

/** xterm's palette; the first sixteen are whatever the user's theme makes of them, near enough for a hue. */
const FIRST_SIXTEEN = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

function rgbOf(colour: Colour): [number, number, number] {
  if (colour >= RGB || colour < 16) {
    const packed = colour >= RGB ? colour - RGB : FIRST_SIXTEEN[colour]!;
    return [(packed >> 16) & 255, (packed >> 8) & 255, packed & 255];
  }
  if (colour >= 232) {
    const shade = 8 + (colour - 232) * 10;
    return [shade, shade, shade];
  }
  const cube = (level: number) => (level === 0 ? 0 : 55 + level * 40);
  const index = colour - 16;
  return [cube(Math.floor(index / 36)), cube(Math.floor(index / 6) % 6), cube(index % 6)];
}
