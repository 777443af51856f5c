/**
 * What a program says beside its picture, found in the bytes it writes: the Program Status Protocol (OSC 7501), notices
 * (OSC 9 of iTerm2, OSC 777 of rxvt, OSC 99 of kitty) and the bell. A scanner of a few fields, since an emulator for each
 * agent would take megabytes; it parts escape sequences as the emulator does (host/emulator.ts), which `drover replay` uses.
 */

/** `text`: the payload of the OSC without its number, `""` for a bell. */
export interface Signal {
  readonly kind: "osc-7501" | "osc-9" | "osc-777" | "osc-99" | "bell" | "title";
  readonly text: string;
}

/** By the OSC's number, which a program may write as any text. */
const KINDS: ReadonlyMap<string, Signal["kind"]> = new Map([
  ["7501", "osc-7501"],
  ["9", "osc-9"],
  ["777", "osc-777"],
  ["99", "osc-99"],
]);

/** A longer payload is no signal: nothing bounds what a program may write before it ends one. */
export const SIGNAL_LIMIT = 8_192;

/** Where the scanner stands: in plain text, behind an ESC, in a CSI, in an OSC, or in a string of another kind. */
type At = "ground" | "escape" | "csi" | "osc" | "string";

/** Whatever ends plain text: BEL, ESC, and the C1 forms of the introducers. */
const NOTABLE = /[\x07\x1b\x90\x98\x9b\x9d-\x9f]/g;
/** Whatever ends an OSC: BEL, ST, or what breaks it off. */
const OSC_END = /[\x07\x18\x1a\x1b\x9c]/g;
const STRING_END = /[\x18\x1a\x1b\x9c]/g;

/** Text in, cut anywhere between two characters; signals out, each once. Titles are left to tmux, which keeps them. */
export class SignalScanner {
  #at: At = "ground";
  #payload = "";
  #found: Signal[] = [];

  /** The signals that ended in `text`, in order. */
  push(text: string): readonly Signal[] {
    this.#found = [];
    for (let at = 0; at < text.length; ) at = this.#step(text, at);
    return this.#found;
  }

  /** Takes what stands at `at`; gives where to go on. */
  #step(text: string, at: number): number {
    switch (this.#at) {
      case "ground": {
        const next = find(NOTABLE, text, at);
        if (next < text.length) this.#enter(text[next]!);
        return next + 1;
      }
      case "escape":
        this.#escaped(text[at]!);
        return at + 1;
      case "csi": {
        const char = text[at]!;
        if (char === "\x07") this.#found.push({ kind: "bell", text: "" });
        else if (char === "\x1b") this.#at = "escape";
        else if (char === "\x18" || char === "\x1a" || char >= "@") this.#at = "ground";
        return at + 1;
      }
      case "osc": {
        const next = find(OSC_END, text, at);
        if (this.#payload.length <= SIGNAL_LIMIT)
          this.#payload += text.slice(at, Math.min(next, at + SIGNAL_LIMIT + 1));
        if (next === text.length) return next;
        const end = text[next]!;
        if (end !== "\x18" && end !== "\x1a") this.#tell();
        this.#at = end === "\x1b" ? "escape" : "ground";
        return next + 1;
      }
      case "string": {
        const next = find(STRING_END, text, at);
        if (next < text.length) this.#at = text[next] === "\x1b" ? "escape" : "ground";
        return next + 1;
      }
    }
  }

  #enter(char: string): void {
    if (char === "\x07") this.#found.push({ kind: "bell", text: "" });
    else if (char === "\x1b") this.#at = "escape";
    else if (char === "\x9b") this.#at = "csi";
    else if (char === "\x9d") this.#beginOsc();
    else this.#at = "string";
  }

  #escaped(char: string): void {
    if (char === "]") this.#beginOsc();
    else if (char === "[") this.#at = "csi";
    // DCS, SOS, PM, APC. What tmux is to pass on stands in a DCS with its ESCs doubled: the second one ends it, as in the
    // emulator, and what is wrapped is read like any other.
    else if (/[PX^_]/.test(char)) this.#at = "string";
    else if (char === "\x07") this.#found.push({ kind: "bell", text: "" });
    else if (char !== "\x1b" && !(char >= " " && char <= "/")) this.#at = "ground";
  }

  #beginOsc(): void {
    this.#at = "osc";
    this.#payload = "";
  }

  #tell(): void {
    const payload = this.#payload;
    this.#payload = "";
    if (payload.length > SIGNAL_LIMIT) return;
    const semicolon = payload.indexOf(";");
    const kind = KINDS.get(semicolon < 0 ? payload : payload.slice(0, semicolon));
    if (kind !== undefined) this.#found.push({ kind, text: semicolon < 0 ? "" : payload.slice(semicolon + 1) });
  }
}

function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
