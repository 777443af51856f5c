/**
 * What a terminal sends, as keys, mouse, paste and focus. Bytes may be cut anywhere; a sequence that is not whole waits
 * for the rest, and since a lone Escape is also the beginning of one, the caller calls `flush` when nothing followed for
 * `waitMs`. Knows xterm, rxvt, linux, tmux and screen keys, CSI u and modifyOtherKeys, SGR, urxvt and X10 mouse; replies
 * to questions (device attributes, colours, version) are taken away without a trace.
 */
import type { Key } from "./driver.js";
import { LETTER_KEYS, SS3_KEYS } from "./key-tables.js";
import { asciiKey, modifiers, named, textKey } from "./make-key.js";
import { type InputEvent, mouseReport, readCsi, tildeKey } from "./read-csi.js";

export type Waiting = "escape" | "sequence" | "string" | "paste" | null;

/** A longer paste is cut here: what a person pastes is shorter, and an end marker that never comes must not fill memory. */
const PASTE_LIMIT_BYTES = 1_048_576;
/** No key or report is longer; past it the sequence is noise. */
const SEQUENCE_LIMIT_BYTES = 256;
const PASTE_END = "\x1b[201~";

export class InputDecoder {
  /** Bytes not yet understood, one character each. */
  private held = "";
  /** Inside a control string (OSC, DCS, …) whose end has not come; its bytes are not kept. */
  private inString = false;
  private paste: { text: string } | null = null;
  private events: InputEvent[] = [];

  /** Takes bytes as they came and returns what they completed. */
  push(bytes: Uint8Array): InputEvent[] {
    this.held += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    return this.drain(false);
  }

  /** Nothing more came: takes what is held for what it is, an Escape or an Alt key. */
  flush(): InputEvent[] {
    if (this.paste) {
      this.endPaste(this.held);
      this.held = "";
    }
    this.inString = false;
    return this.drain(true);
  }

  /** What `push` left unfinished; decides how long to wait before `flush`. */
  get waiting(): Waiting {
    if (this.paste) return "paste";
    if (this.inString) return "string";
    if (this.held === "") return null;
    return this.held === "\x1b" || this.held === "\x1b\x1b" ? "escape" : "sequence";
  }

  private drain(final: boolean): InputEvent[] {
    while (this.held !== "") {
      const taken = this.paste
        ? this.takePaste()
        : this.inString
          ? this.takeString()
          : this.held.charCodeAt(0) === 0x1b
            ? this.takeEscape(final)
            : this.takeText(final);
      if (taken === 0) break;
      this.held = this.held.slice(taken);
    }
    const events = this.events;
    this.events = [];
    return events;
  }

  /** All `take…` return how many bytes they used; 0 means that more are needed. */
  private takeText(final: boolean): number {
    const code = this.held.charCodeAt(0);
    if (code < 0x80) {
      this.key(asciiKey(code, false));
      return 1;
    }
    const length = utf8Length(code);
    if (length === 0) return 1;
    const bytes = this.held.slice(0, length);
    if (!/^.[\x80-\xbf]*$/s.test(bytes)) return 1;
    if (bytes.length < length) return final ? bytes.length : 0;
    const text = Buffer.from(bytes, "latin1").toString("utf8");
    const point = text.codePointAt(0)!;
    if (text !== "\ufffd" && point >= 0xa0) this.key(textKey(text, false));
    return length;
  }

  private takeEscape(final: boolean): number {
    const next = this.held[1];
    if (next === undefined) {
      if (!final) return 0;
      this.key(named("escape"));
      return 1;
    }
    if (next === "[") return this.takeCsi(1, false, final);
    if (next === "O") return this.takeSs3(1, false, final);
    if (next === "]" || next === "P" || next === "X" || next === "^" || next === "_") {
      if (this.held.length === 2) {
        if (!final) return 0;
        this.key(asciiKey(next.charCodeAt(0), true));
        return 2;
      }
      this.inString = true;
      return 2;
    }
    if (next === "\x1b") {
      const third = this.held[2];
      if (third === "[") return this.takeCsi(2, true, final);
      if (third === "O") return this.takeSs3(2, true, final);
      if (third === undefined && !final) return 0;
      this.key(named("escape"));
      return 1;
    }
    const code = next.charCodeAt(0);
    if (code < 0x80) {
      this.key(asciiKey(code, true));
      return 2;
    }
    const length = utf8Length(code);
    if (length === 0) return 2;
    if (this.held.length < 1 + length) return final ? this.held.length : 0;
    const text = Buffer.from(this.held.slice(1, 1 + length), "latin1").toString("utf8");
    if (text !== "\ufffd" && text.codePointAt(0)! >= 0xa0) this.key(textKey(text, true));
    return 1 + length;
  }

  /** `at` is where the `[` stands; `meta` that another Escape stood before (rxvt's and iTerm's Alt). */
  private takeCsi(at: number, meta: boolean, final: boolean): number {
    const body = this.held.slice(at + 1, at + 1 + SEQUENCE_LIMIT_BYTES);
    if (body[0] === "[") {
      // The linux console: ESC [ [ A is F1.
      if (body.length < 2) return this.unfinished(at, final);
      const letter = body.charCodeAt(1) - 0x41;
      if (letter >= 0 && letter < 5) this.key({ ...named(`f${letter + 1}`), alt: meta });
      return at + 3;
    }
    // rxvt ends a key with Shift in "$", which elsewhere only stands before the final byte.
    const match = /^([\x30-\x3f]*)([\x20-\x2f]*)([\x40-\x7e])/.exec(body);
    const rxvt = /^(\d+)\$/.exec(body);
    if (rxvt && match?.[0] !== `${rxvt[0]}y`) {
      this.take(tildeKey([Number(rxvt[1])], "$", meta));
      return at + 1 + rxvt[0].length;
    }
    if (!match) {
      const broken = /[^\x20-\x3f]/.exec(body);
      if (broken) return at + 1 + broken.index; // what breaks it begins something new
      if (body.length === SEQUENCE_LIMIT_BYTES) return at + 1 + body.length;
      return this.unfinished(at, final);
    }
    const [whole, parameters, intermediates, last] = match as unknown as [string, string, string, string];
    if (last === "M" && parameters === "" && intermediates === "") {
      // X10: three bytes of button, column and row, each 32 more than it says.
      if (body.length < 4) return final ? this.held.length : 0;
      this.take(mouseReport(body.charCodeAt(1) - 32, body.charCodeAt(2) - 32, body.charCodeAt(3) - 32, null));
      return at + 5;
    }
    if (last === "~" && /^200(;|$)/.test(parameters) && intermediates === "") this.paste = { text: "" };
    else this.take(readCsi({ parameters, intermediates, last, meta }));
    return at + 1 + whole.length;
  }

  private takeSs3(at: number, meta: boolean, final: boolean): number {
    const match = /^O(\d?(?:;\d)?)([\x40-\x7e])/.exec(this.held.slice(at, at + 6));
    if (!match) {
      if (/^O\d?(?:;\d?)?$/.test(this.held.slice(at))) return this.unfinished(at, final);
      this.key(asciiKey(0x4f, true)); // Alt-O, and something after it
      return at + 1;
    }
    const last = match[2]!;
    const mods = Number(match[1]!.split(";").pop() || 1);
    const letter = SS3_KEYS[last];
    if (last >= "a" && last <= "d") this.key({ ...named(LETTER_KEYS[last.toUpperCase()]!), ctrl: true, alt: meta });
    else if (letter && letter.length > 1) this.key({ ...named(letter), ...modifiers(mods, meta) });
    else if (letter) this.key(textKey(letter, meta));
    return at + match[0].length;
  }

  /** A beginning that nothing followed is the Alt key it also stands for; longer ones are noise. */
  private unfinished(at: number, final: boolean): number {
    if (!final) return 0;
    if (this.held.length === at + 1) this.key(asciiKey(this.held.charCodeAt(at), true));
    return this.held.length;
  }

  private takeString(): number {
    const end = /[\x07\x1b\x18\x1a]/.exec(this.held);
    if (!end) return this.held.length;
    if (end[0] !== "\x1b") {
      this.inString = false;
      return end.index + 1;
    }
    if (this.held.length === end.index + 1) return end.index; // the second half of the end may be on its way
    this.inString = false;
    return this.held[end.index + 1] === "\\" ? end.index + 2 : end.index;
  }

  private takePaste(): number {
    const end = this.held.indexOf(PASTE_END);
    if (end >= 0) {
      this.endPaste(this.held.slice(0, end));
      return end + PASTE_END.length;
    }
    // The end marker may have begun in the last bytes.
    let keep = Math.min(PASTE_END.length - 1, this.held.length);
    while (keep > 0 && !PASTE_END.startsWith(this.held.slice(this.held.length - keep))) keep--;
    const taken = this.held.length - keep;
    const room = PASTE_LIMIT_BYTES - this.paste!.text.length;
    if (room > 0) this.paste!.text += this.held.slice(0, Math.min(taken, room));
    return taken;
  }

  private endPaste(rest: string): void {
    const bytes = (this.paste!.text + rest).slice(0, PASTE_LIMIT_BYTES);
    this.paste = null;
    const text = Buffer.from(bytes, "latin1")
      .toString("utf8")
      .replace(/\ufffd+$/, "") // a character cut by the limit
      .replace(/\r\n?/g, "\n")
      .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
    if (text !== "") this.events.push({ kind: "paste", text });
  }

  private key(key: Key): void {
    this.events.push({ kind: "key", key });
  }

  private take(event: InputEvent | null): void {
    if (event !== null) this.events.push(event);
  }
}

/** Bytes in the character this byte begins; 0 where it begins none. */
function utf8Length(code: number): number {
  if (code >= 0xc2 && code <= 0xdf) return 2;
  if (code >= 0xe0 && code <= 0xef) return 3;
  return code >= 0xf0 && code <= 0xf4 ? 4 : 0;
}
