/** What was sent, what was given, and what a person was told of the rest. */
import type { MessageJson } from "#wire/agent.js";

export interface Counted {
  readonly sent: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly uncertain: number;
  readonly failed: number;
  /** Handed over a second time, and marked as such. */
  readonly again: number;
  /** What was said of each that is uncertain or failed. */
  readonly why: readonly string[];
}

/** Words that are in one completion's summary and in no other. */
const TASK = /\btask-\d+\./;
/** The first line of each of a batch. */
const HEAD = / ended( \[|:|\.)/;
const REDELIVERED = /\[redelivered/;

export class Ledger {
  readonly #wanted = new Set<string>();
  readonly #promised = new Set<string>();
  readonly #given = new Map<string, number>();
  #again = 0;

  /** Something was to be sent. */
  wanted(what: string): void {
    this.#wanted.add(what);
  }

  /** It was taken in: it has to arrive, or to be told of. */
  promised(what: string): void {
    this.#promised.add(what);
  }

  /** An agent was given a prompt: a message as it was sent, or a batch of completions. `again`: all of it was marked so. */
  gave(text: string, again = false): void {
    if (this.#wanted.has(text)) this.#count(text);
    let marked = again;
    for (const line of text.split("\n")) {
      if (HEAD.test(line)) marked = REDELIVERED.test(line);
      const word = TASK.exec(line)?.[0];
      if (word === undefined) continue;
      if (marked && this.#given.has(word)) this.#again++;
      else this.#count(word);
    }
  }

  /** `left`: the dead letters, with what they say. */
  count(left: readonly MessageJson[]): Counted {
    const told = new Set(left.map(({ body = "" }) => TASK.exec(body)?.[0] ?? body));
    const bad = left.filter(({ state, reason }) => state !== "dead" || reason !== "recipient_removed");
    const isUncertain = ({ state }: MessageJson): boolean => state === "uncertain";
    return {
      sent: this.#wanted.size,
      lost: [...this.#promised].filter((what) => !this.#given.has(what) && !told.has(what)),
      doubled: [...this.#given].filter(([, times]) => times > 1).map(([what]) => what),
      uncertain: bad.filter(isUncertain).length,
      failed: bad.filter((message) => !isUncertain(message)).length,
      again: this.#again,
      why: bad.map(({ state, reason, body }) => `${state}: ${reason}: ${body?.slice(0, 60)}`),
    };
  }

  #count(what: string): void {
    this.#given.set(what, (this.#given.get(what) ?? 0) + 1);
  }
}
