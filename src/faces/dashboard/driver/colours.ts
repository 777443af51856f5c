/** How many colours the terminal at the other end can show, and how richer ones come down to that. */
import { type Colour, DEFAULT_COLOUR, RGB } from "#core/screen/still.js";

/** `mono` keeps bold, underline and inverse; `none` (a dumb terminal) keeps nothing. */
export type Depth = "none" | "mono" | "8" | "16" | "256" | "true";

const TRUE_COLOUR_TERMS = /direct|truecolor|^(xterm-kitty|xterm-ghostty|ghostty|alacritty|foot|wezterm|contour|rio)/;

/**
 * Reads the environment, never terminfo: its entries are wrong as often as not. Inside tmux everything may be sent, as
 * tmux brings colours down for each of its clients.
 */
export function colourDepth(env: NodeJS.ProcessEnv): Depth {
  const term = (env.TERM ?? "").toLowerCase();
  if (term === "dumb" || term === "unknown") return "none";
  if (env.NO_COLOR) return "mono"; // no-color.org: present and not empty
  if (/^vt\d|-mono$|-m$/.test(term)) return "mono";
  if (env.TMUX) return "true";
  if (/truecolor|24bit/i.test(env.COLORTERM ?? "") || TRUE_COLOUR_TERMS.test(term)) return "true";
  if (/256/.test(term)) return "256";
  if (/^(xterm|rxvt|screen|tmux|konsole|gnome|vte|putty|st|iterm)|16color/.test(term)) return "16";
  return "8";
}

/** The SGR parameters that set `colour` as foreground or background, `39`/`49` for the default, at this depth. */
export function colourCodes(colour: Colour, ground: "fg" | "bg", depth: Depth): string {
  const base = ground === "fg" ? 30 : 40;
  if (colour === DEFAULT_COLOUR || depth === "none" || depth === "mono") return String(base + 9);
  if (depth === "true") {
    if (colour < RGB) return paletteCode(colour, base);
    return `${base + 8};2;${(colour >> 16) & 255};${(colour >> 8) & 255};${colour & 255}`;
  }
  if (depth === "256") return paletteCode(colour < RGB ? colour : nearest256(colour & 0xffffff), base);
  const basic = colour < 16 ? colour : nearest16(colour < RGB ? rgbOf256(colour) : colour & 0xffffff);
  if (depth === "16" || basic < 8) return paletteCode(basic, base);
  return String(base + basic - 8); // the bright half: bold does that for the foreground, see needsBold
}

/** With eight colours the bright foregrounds are the dark ones in bold. */
export function needsBold(colour: Colour, depth: Depth): boolean {
  if (depth !== "8" || colour === DEFAULT_COLOUR) return false;
  return (colour < 16 ? colour : nearest16(colour < RGB ? rgbOf256(colour) : colour & 0xffffff)) >= 8;
}

function paletteCode(index: number, base: number): string {
  if (index < 8) return String(base + index);
  return index < 16 ? String(base + 60 + index - 8) : `${base + 8};5;${index}`;
}

const CUBE = [0, 95, 135, 175, 215, 255] as const;
/** xterm's defaults; what a user's own palette holds cannot be known. */
const BASIC = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
] as const;

function rgbOf256(index: number): number {
  if (index < 16) return BASIC[index]!;
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const at = index - 16;
  return (CUBE[Math.floor(at / 36)]! << 16) | (CUBE[Math.floor(at / 6) % 6]! << 8) | CUBE[at % 6]!;
}

function nearest256(rgb: number): number {
  const step = (value: number) => (value < 48 ? 0 : value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40)));
  const cube = 16 + 36 * step(rgb >> 16) + 6 * step((rgb >> 8) & 255) + step(rgb & 255);
  const mean = ((rgb >> 16) + ((rgb >> 8) & 255) + (rgb & 255)) / 3;
  const grey = 232 + Math.max(0, Math.min(23, Math.round((mean - 8) / 10)));
  return distance(rgb, rgbOf256(grey)) < distance(rgb, rgbOf256(cube)) ? grey : cube;
}

function nearest16(rgb: number): number {
  let best = 0;
  for (let at = 1; at < 16; at++) if (distance(rgb, BASIC[at]!) < distance(rgb, BASIC[best]!)) best = at;
  return best;
}

function distance(a: number, b: number): number {
  return ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
}
