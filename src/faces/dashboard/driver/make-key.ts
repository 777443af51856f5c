/** Keys from what stands for them: a name, a character, a byte, a modifier parameter. */
import type { Key } from "./driver.js";

/** A key that types nothing, or a blank. */
export function named(name: string): Key {
  return { name, ctrl: false, alt: false, shift: false, text: name === "space" ? " " : null };
}

/** The key that types this character. */
export function textKey(text: string, alt: boolean): Key {
  return { name: text, ctrl: false, alt, shift: text !== text.toLowerCase(), text: alt ? null : text };
}

/** The key behind one byte below 0x80. */
export function asciiKey(code: number, alt: boolean): Key {
  if (code === 0x0d) return { ...named("enter"), alt };
  if (code === 0x09) return { ...named("tab"), alt };
  if (code === 0x7f || code === 0x08) return { ...named("backspace"), alt };
  if (code === 0x1b) return { ...named("escape"), alt };
  if (code === 0x20) return { ...named("space"), alt, text: alt ? null : " " };
  if (code === 0x00) return { name: "space", ctrl: true, alt, shift: false, text: null };
  if (code < 0x20) {
    return { name: String.fromCharCode(code + 0x40).toLowerCase(), ctrl: true, alt, shift: false, text: null };
  }
  return textKey(String.fromCharCode(code), alt);
}

/** xterm's modifier parameter: one more than a sum of 1 Shift, 2 Alt, 4 Control, 8 Super or Meta. */
export function modifiers(parameter: number, meta: boolean): Pick<Key, "ctrl" | "alt" | "shift"> {
  const bits = Math.max(0, parameter - 1);
  return { shift: (bits & 1) !== 0, alt: meta || (bits & 2) !== 0, ctrl: (bits & 4) !== 0 };
}
