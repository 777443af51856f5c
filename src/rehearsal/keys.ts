/** Bytes from the terminal in, keys out. Keeps what is not complete until the rest arrives. */

export type Key =
  | { readonly key: string }
  | { readonly text: string }
  | { readonly paste: string }
  | { readonly focus: boolean };

const NAMED: Readonly<Record<string, string>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  "[1~": "home",
  "[4~": "end",
  "[3~": "delete",
  "\r": "newline",
};
const PASTE_BEGIN = "\x1b[200~";
const PASTE_END = "\x1b[201~";

export class KeyReader {
  private held = "";

  /** Whether an escape waits that may be a key of its own: call `flush` if nothing follows within some 25 ms. */
  get waiting(): boolean {
    return this.held !== "" && !this.held.startsWith(PASTE_BEGIN);
  }

  push(chunk: string): Key[] {
    this.held += chunk;
    const keys: Key[] = [];
    while (this.held !== "") {
      const taken = this.next();
      if (taken === null) break;
      if (taken.key !== null) keys.push(taken.key);
      this.held = this.held.slice(taken.length);
    }
    return keys;
  }

  /** What waits is taken for the Escape key and whatever was typed after it. */
  flush(): Key[] {
    const rest = this.held.slice(1);
    this.held = "";
    return [{ key: "escape" }, ...this.push(rest)];
  }

  private next(): { key: Key | null; length: number } | null {
    const held = this.held;
    if (held.startsWith(PASTE_BEGIN)) {
      const end = held.indexOf(PASTE_END);
      if (end < 0) return null;
      const paste = held.slice(PASTE_BEGIN.length, end).replace(/\r\n?/g, "\n");
      return { key: { paste }, length: end + PASTE_END.length };
    }
    if (held[0] === "\x1b") return this.escape();
    const text = /^[^\x00-\x1f\x7f]+/.exec(held)?.[0];
    if (text !== undefined) return { key: { text }, length: text.length };
    return { key: control(held.charCodeAt(0)), length: 1 };
  }

  private escape(): { key: Key | null; length: number } | null {
    const held = this.held;
    if (held.length === 1) return null;
    if (held[1] === "\x1b") return { key: { key: "escape" }, length: 1 };
    const sequence = /^\x1b(?:[[O][0-9;?]*[A-Za-z~]|\r)/.exec(held)?.[0];
    if (sequence !== undefined) {
      const body = sequence.slice(1).replace(/^O/, "[");
      if (body === "[I" || body === "[O") return { key: { focus: body === "[I" }, length: sequence.length };
      const key = NAMED[body];
      return { key: key === undefined ? null : { key }, length: sequence.length };
    }
    if (/^\x1b[[O][0-9;?]*$/.test(held)) return null;
    return { key: { key: "escape" }, length: 1 };
  }
}

function control(code: number): Key {
  if (code === 13) return { key: "enter" };
  if (code === 10) return { key: "newline" };
  if (code === 9) return { key: "tab" };
  if (code === 8 || code === 127) return { key: "backspace" };
  return { key: `ctrl-${String.fromCharCode(code + 96)}` };
}
