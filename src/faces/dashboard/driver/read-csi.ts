/** What a whole control sequence (`CSI … last`) means: a key, a mouse report, focus, or nothing, where it is a reply. */
import type { Key, Mouse } from "./driver.js";
import { csiUName, keyOfTilde, LETTER_KEYS } from "./key-tables.js";
import { modifiers, named } from "./make-key.js";

export type InputEvent =
  | { kind: "key"; key: Key }
  | { kind: "mouse"; mouse: Mouse }
  | { kind: "paste"; text: string }
  | { kind: "focus"; gained: boolean };

export interface Csi {
  readonly parameters: string;
  readonly intermediates: string;
  readonly last: string;
  /** Another Escape stood before it: rxvt's and iTerm's Alt. */
  readonly meta: boolean;
}

export function readCsi({ parameters, intermediates, last, meta }: Csi): InputEvent | null {
  if (parameters.startsWith("<") && (last === "M" || last === "m")) {
    const [button = 0, x = 1, y = 1] = parameters.slice(1).split(";").map(Number);
    return mouseReport(button, x, y, last === "m");
  }
  if (/^[<=>?]/.test(parameters) || intermediates !== "") return null; // replies
  const numbers = parameters === "" ? [] : parameters.split(";").map((part) => Number.parseInt(part, 10) || 0);
  const letter = LETTER_KEYS[last];
  if (letter) {
    if (numbers.length > 1 && numbers[0] !== 1) return null; // a cursor position, not F3
    return key({ ...named(letter), ...modifiers(numbers[1] ?? numbers[0] ?? 1, meta) });
  }
  if (last === "~" || last === "^" || last === "@") return tildeKey(numbers, last, meta);
  if (last >= "a" && last <= "d" && parameters === "") {
    return key({ ...named(LETTER_KEYS[last.toUpperCase()]!), shift: true, alt: meta });
  }
  if (last === "Z") return key({ ...named("backtab"), shift: true, alt: meta });
  if (last === "M") return mouseReport((numbers[0] ?? 32) - 32, numbers[1] ?? 1, numbers[2] ?? 1, null);
  if (last === "I" || last === "O") return { kind: "focus", gained: last === "I" };
  return last === "u" ? csiU(parameters, meta) : null;
}

/** A key with a number: `~`, or rxvt's `$` with Shift, `^` with Control, `@` with both. */
export function tildeKey(numbers: readonly number[], last: string, meta: boolean): InputEvent | null {
  const [first = 0, second, third] = numbers;
  // modifyOtherKeys
  if (first === 27 && second !== undefined && third !== undefined) return codePoint(third, second, meta);
  const name = keyOfTilde(first);
  if (!name) return null;
  const held = { ...named(name), ...modifiers(second ?? 1, meta) };
  const ctrl = held.ctrl || last === "^" || last === "@";
  return key({ ...held, ctrl, shift: held.shift || last === "$" || last === "@" });
}

function csiU(parameters: string, meta: boolean): InputEvent | null {
  const [code = "", modifier = "1"] = parameters.split(";");
  const [bits = "1", event = "1"] = modifier.split(":");
  if (event === "3") return null; // the key was let go
  const [plain = "0", shifted] = code.split(":");
  const mods = Number.parseInt(bits, 10) || 1;
  const shiftedCode = shifted && ((mods - 1) & 1) !== 0 ? shifted : plain;
  return codePoint(Number.parseInt(shiftedCode, 10) || 0, mods, meta);
}

function codePoint(code: number, mods: number, meta: boolean): InputEvent | null {
  const held = modifiers(mods, meta);
  const name = csiUName(code);
  if (name) {
    const backtab = name === "tab" && held.shift;
    const types = name === "space" ? " " : name.length === 1 ? name : null;
    const text = held.ctrl || held.alt ? null : types;
    return key({ name: backtab ? "backtab" : name, ...held, text });
  }
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  if (isControl || (code >= 0xe000 && code <= 0xf8ff) || code > 0x10ffff) return null;
  let char = String.fromCodePoint(code);
  if (held.ctrl) char = char.toLowerCase();
  else if (held.shift) char = char.toUpperCase();
  return key({ name: char, ...held, text: held.ctrl || held.alt ? null : char });
}

/** Columns and rows count from 1. `released` is null where the report does not say (X10, urxvt): there button 3 is a release. */
export function mouseReport(code: number, x: number, y: number, released: boolean | null): InputEvent | null {
  const at = { x: Math.max(0, x - 1), y: Math.max(0, y - 1) };
  if (!(code >= 0) || code >= 128) return null;
  const button = (["left", "middle", "right", "none"] as const)[code & 3]!;
  if (code & 64) {
    if ((code & 3) > 1 || released) return null; // sideways wheels
    return { kind: "mouse", mouse: { action: code & 1 ? "wheel-down" : "wheel-up", button: "none", ...at } };
  }
  if (code & 32 && button === "none") return null; // moved without a button
  const action = code & 32 ? "drag" : released || (released === null && button === "none") ? "release" : "press";
  return { kind: "mouse", mouse: { action, button, ...at } };
}

function key(value: Key): InputEvent {
  return { kind: "key", key: value };
}
