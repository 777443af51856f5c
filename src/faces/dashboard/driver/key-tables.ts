/** What the terminals call their keys. Sources: xterm's ctlseqs, rxvt's rxvtRef, console_codes(4), kitty's keyboard protocol. */

/** `CSI … <letter>`, with modifiers as the second parameter. */
export const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};

/** `ESC O <letter>`: application cursor keys, F1 to F4, and the keypad in application mode. */
export const SS3_KEYS: Readonly<Record<string, string>> = {
  ...LETTER_KEYS,
  M: "enter",
  I: "tab",
  X: "=",
  j: "*",
  k: "+",
  l: ",",
  m: "-",
  n: ".",
  o: "/",
  p: "0",
  q: "1",
  r: "2",
  s: "3",
  t: "4",
  u: "5",
  v: "6",
  w: "7",
  x: "8",
  y: "9",
};

const TILDE_KEYS: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};

/** `CSI <number> ~`. */
export function keyOfTilde(number: number): string | null {
  return TILDE_KEYS[number] ?? null;
}

const CSI_U_KEYS: Readonly<Record<number, string>> = {
  8: "backspace",
  9: "tab",
  13: "enter",
  27: "escape",
  32: "space",
  127: "backspace",
  57414: "enter",
  57417: "left",
  57418: "right",
  57419: "up",
  57420: "down",
  57421: "pageup",
  57422: "pagedown",
  57423: "home",
  57424: "end",
  57425: "insert",
  57426: "delete",
};

/** The name of a code point that stands for a key rather than a character; keypad digits (57399 up) are characters. */
export function csiUName(code: number): string | null {
  if (code >= 57399 && code <= 57413) return "0123456789./*-+"[code - 57399]!;
  return CSI_U_KEYS[code] ?? null;
}
