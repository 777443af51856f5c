/**
 * The control reader against the reader one would write first: lines split from a string, a regular expression for each
 * form. Both get the same transcripts over and over in chunks of 64 KB, and processor time is what counts. For the bench.
 */
import { readdirSync, readFileSync } from "node:fs";
import { outputBytes } from "#core/protocol/control-event.js";
import { controlReader } from "#tmux/client.js";

export interface Race {
  readonly megabytes: number;
  /** Megabytes a second. `reader` as drover uses it: replies and notifications looked at, output passed over. */
  readonly reader: number;
  /** Everything looked at, output unescaped too. */
  readonly readerAll: number;
  readonly regex: number;
  /** How many events each saw; they must agree. */
  readonly events: { readonly reader: number; readonly regex: number };
}

const CHUNK_BYTES = 65_536;

/** Runs both, `rounds` times by turns, and keeps the best of each. */
export function raceReaders(megabytes: number, rounds = 3): Race {
  const input = transcripts(megabytes * 1_000_000);
  const best = { reader: 0, readerAll: 0, regex: 0 };
  const events = { reader: 0, regex: 0 };
  for (let round = 0; round < rounds; round++) {
    const regex = new RegexReader();
    best.regex = Math.max(
      best.regex,
      speed(input, (chunk) => (events.regex += regex.push(chunk).length)),
    );
    const reader = controlReader();
    let seen = 0;
    best.reader = Math.max(
      best.reader,
      speed(input, (chunk) => {
        for (const event of reader.push(chunk)) {
          seen++;
          if (event.kind === "block") event.body;
          else if (event.kind === "line") event.notification;
        }
      }),
    );
    events.reader += seen;
    const again = controlReader();
    best.readerAll = Math.max(
      best.readerAll,
      speed(input, (chunk) => {
        for (const event of again.push(chunk)) {
          if (event.kind === "output") outputBytes(event);
          else if (event.kind === "block") event.body;
          else event.notification;
        }
      }),
    );
  }
  return { megabytes: input.length / 1e6, ...best, events };
}

function speed(input: Buffer, take: (chunk: Buffer) => void): number {
  const before = process.cpuUsage();
  for (let at = 0; at < input.length; at += CHUNK_BYTES) take(input.subarray(at, at + CHUNK_BYTES));
  const used = process.cpuUsage(before);
  return input.length / (used.user + used.system);
}

/** Every transcript but the one of `-CC`, whose end is not the end of a line. */
function transcripts(bytes: number): Buffer {
  const folder = new URL("../../../../fixtures/control/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".raw") && !name.startsWith("cc-mode"));
  const once = Buffer.concat(names.map((name) => readFileSync(new URL(name, folder))));
  return Buffer.concat(Array(Math.ceil(bytes / once.length)).fill(once));
}

class RegexReader {
  #rest = "";
  #block: { guard: string; lines: string[] } | null = null;

  push(chunk: Buffer): object[] {
    const events: object[] = [];
    const lines = (this.#rest + chunk.toString("latin1")).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (this.#block === null) events.push(...this.#line(line));
      else {
        const [, word, guard] = /^%(end|error) (\d+ \d+ \d+)$/.exec(line) ?? [];
        if (guard === this.#block.guard) {
          events.push({ kind: "block", ok: word === "end", lines: this.#block.lines });
          this.#block = null;
        } else this.#block.lines.push(line);
      }
    }
    return events;
  }

  #line(line: string): object[] {
    const begin = /^%begin (\d+ \d+ \d+)$/.exec(line);
    if (begin !== null) {
      this.#block = { guard: begin[1]!, lines: [] };
      return [];
    }
    const output = /^%output (%\d+) (.*)$/s.exec(line);
    if (output !== null) return [{ kind: "output", pane: output[1], data: unescaped(output[2]!) }];
    const extended = /^%extended-output (%\d+) (\d+).*? : (.*)$/s.exec(line);
    if (extended !== null) {
      return [{ kind: "output", pane: extended[1], ageMs: Number(extended[2]), data: unescaped(extended[3]!) }];
    }
    const notification = /^%([a-z-]+)(?: (.*))?$/.exec(line);
    if (notification !== null) {
      return [{ kind: "notification", name: notification[1], fields: notification[2]?.split(" ") ?? [] }];
    }
    return [{ kind: "unknown", line }];
  }
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}
