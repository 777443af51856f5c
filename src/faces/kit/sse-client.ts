/**
 * Server-sent events, read as text: chunks in, events out. Lines may be cut anywhere between chunks; `\n`, `\r\n` and
 * `\r` all end one (HTML standard, section 9.2.6). Comments (the daemon's `: ping`) are dropped.
 */

export interface SseEvent {
  /** `message` where the stream named none. */
  readonly event: string;
  readonly data: string;
  /** The newest `id:` of the stream so far; null before the first. */
  readonly id: string | null;
}

/** An event larger than this is not ours: the reader throws rather than keep what has no end. A snapshot of 1000 agents is about 1 MiB. */
const EVENT_LIMIT_CHARACTERS = 32 * 1_048_576;

export class SseReader {
  #partial = "";
  #event = "";
  #data: string[] = [];
  #size = 0;
  #id: string | null = null;

  /** Returns the events that `chunk` completed. */
  push(chunk: string): SseEvent[] {
    const text = this.#partial + chunk;
    const events: SseEvent[] = [];
    let from = 0;
    for (;;) {
      const end = lineEnd(text, from);
      if (end === null) break;
      const event = this.#line(text.slice(from, end.at));
      if (event) events.push(event);
      from = end.next;
    }
    this.#partial = text.slice(from);
    if (this.#partial.length + this.#size > EVENT_LIMIT_CHARACTERS) throw new Error("an event without an end");
    return events;
  }

  #line(line: string): SseEvent | null {
    if (line === "") return this.#finish();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    else if (field === "id") this.#id = value;
    else if (field === "data") {
      this.#data.push(value);
      this.#size += value.length;
    }
    return null;
  }

  #finish(): SseEvent | null {
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    const whole = this.#data.length > 0;
    this.#event = "";
    this.#data = [];
    this.#size = 0;
    return whole ? event : null;
  }
}

/** Where the line that starts at `from` ends, and where the next begins; null while its end has not arrived. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10) return { at: i, next: i + 1 };
    if (code !== 13) continue;
    // A carriage return at the very end may be half of "\r\n": wait for the rest.
    if (i + 1 === text.length) return null;
    return { at: i, next: text.charCodeAt(i + 1) === 10 ? i + 2 : i + 1 };
  }
  return null;
}
