/** What goes on, as server-sent events: one subscription, through connections that are lost and come back. */
import type { Socket } from "node:net";
import { type Fault, httpStatus } from "#core/fault.js";
import { parse, refused } from "./daemon-answer.js";
import { type Ask, exchange } from "./http-exchange.js";
import { SseReader } from "./sse-client.js";

export interface EventHandlers {
  /** `data` is the event's JSON, read. */
  onEvent(event: string, data: unknown, id: string | null): void;
  /** Over for good: the daemon refused it, or it was not to be resumed. Null: the daemon ended it in order. */
  onEnd?(why: Fault | null): void;
  /** The connection is there (again). */
  onOpen?(): void;
  /** The connection was lost; it is tried again until it is there or `stop` is called. */
  onLost?(why: Fault): void;
}

export interface EventOptions {
  /** Only what came after this id. */
  readonly after?: string | number;
  /** Come back by oneself after the connection is lost, from the last id seen; default true. */
  readonly resume?: boolean;
}

/** Comes back by itself after a lost connection, asking for what came after the last id it saw. */
export interface Subscription {
  stop(): void;
  /** The daemon is known to be there: a lost connection is tried again at once. */
  retry(): void;
}

/** One subscription's own state: what it saw last, the connection it has, what it waits for. */
export class Following implements Subscription {
  readonly handlers: EventHandlers;
  readonly #resume: boolean;
  stopped = false;
  /** Whether the last connection brought anything. */
  heardAny = false;
  #after: string | null;
  #socket: Socket | null = null;
  #endPause: (() => void) | null = null;

  constructor(handlers: EventHandlers, { after, resume = true }: EventOptions) {
    this.handlers = handlers;
    this.#resume = resume;
    this.#after = after === undefined ? null : String(after);
  }

  stop(): void {
    this.stopped = true;
    this.#socket?.destroy();
    this.#endPause?.();
  }

  retry(): void {
    this.#endPause?.();
  }

  /** Hears one connection to its end. Gives what the daemon refused with, null where the stream ended in order. */
  async listen(socket: Socket, path: string): Promise<Fault | null> {
    this.#socket = socket;
    this.heardAny = false;
    const reader = new SseReader();
    let status = 0;
    let refusal = "";
    const ask: Ask = { method: "GET", path: withAfter(path, this.#after), accept: "text/event-stream", body: null };
    await exchange(socket, ask, {
      onStatus: (told) => {
        status = told;
        if (status < 400 && !this.stopped) this.handlers.onOpen?.();
      },
      onText: (text) => {
        if (status >= 400) refusal += text;
        else this.#hear(reader, text);
      },
    });
    return status >= 400 ? refused(status, refusal) : null;
  }

  /** A refusal stands; a daemon that goes down or comes up (5xx) is asked again. */
  over(heard: Fault | null): boolean {
    if (this.#resume && (heard === null || httpStatus(heard.code) >= 500)) return false;
    this.handlers.onEnd?.(heard);
    return true;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        this.#endPause = null;
        resolve();
      };
    });
  }

  #hear(reader: SseReader, text: string): void {
    this.heardAny = true;
    for (const { event, data, id } of reader.push(text)) {
      if (this.stopped) return;
      this.#after = id ?? this.#after;
      const told = parse(data);
      try {
        this.handlers.onEvent(event, told, id);
      } catch (error) {
        // The listener's own mistake is not a lost connection: it is thrown where nobody takes it for one.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

function withAfter(path: string, after: string | null): string {
  if (after === null) return path;
  return `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}`;
}
