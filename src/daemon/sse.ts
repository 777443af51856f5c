/**
 * Server-sent events to one subscriber each. What a subscriber has not taken waits in a bounded queue; past the bound
 * nothing more is kept for it, since the journal has it all: once it reads again it catches up by its cursor, and if it
 * does not read for a whole write deadline it is dropped and resumes by that same cursor.
 */
import type { ServerResponse } from "node:http";
import type { JournalEntry } from "#core/journal.js";
import type { AgentId } from "#core/model.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import type { Store } from "#store/store.js";
import type { SnapshotJson } from "#wire/events.js";
import { entryJson, type Feed } from "./feed.js";

export const QUEUE_ENTRIES = 256;
const QUEUE_BYTES = 1_048_576;
export const WRITE_DEADLINE_MS = 20_000;
const PING_MS = 15_000;
const PAGE = 200;

/** One response that goes on: writes events, knows whether the reader keeps up, ends it where it does not. */
export class SseWriter {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  #cancelDeadline: (() => void) | null = null;
  #cancelPing: () => void = () => {};
  /** Called when the reader took what was waiting. */
  onReady: () => void = () => {};
  readonly gone: Promise<void>;
  #open = true;

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    if (response.destroyed) {
      // It left while its stream was being prepared, and will not say so again.
      this.#open = false;
      this.gone = Promise.resolve();
      return;
    }
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.flushHeaders();
    response.on("drain", () => {
      this.#cancelDeadline?.();
      this.#cancelDeadline = null;
      this.onReady();
    });
    response.on("error", () => {});
    this.gone = new Promise((resolve) => {
      response.on("close", () => {
        this.#open = false;
        this.#cancelDeadline?.();
        this.#cancelPing();
        resolve();
      });
    });
    this.#pingLater();
  }

  /** Whether what is sent now goes out at once. */
  get ready(): boolean {
    return this.#open && this.#cancelDeadline === null;
  }

  get open(): boolean {
    return this.#open;
  }

  /** `data` is JSON text, without a newline in it. */
  send(event: string, data: string, id?: number): void {
    this.#write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
  }

  /** Ends the stream in order. */
  end(): void {
    if (this.#open) this.#response.end();
  }

  /** Breaks it off: the reader resumes by its cursor. */
  drop(): void {
    this.#response.destroy();
  }

  #write(text: string): void {
    if (!this.#open) return;
    if (this.#response.write(text) || this.#cancelDeadline !== null) return;
    this.#cancelDeadline = this.#clock.wake(this.#clock.now() + WRITE_DEADLINE_MS, () => this.#response.destroy());
  }

  #pingLater(): void {
    this.#cancelPing = this.#clock.wake(this.#clock.now() + PING_MS, () => {
      if (this.ready) this.#write(": ping\n\n");
      if (this.#open) this.#pingLater();
    });
  }
}

export interface EventsContext {
  readonly store: Store;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly log: Log;
  /** What a face is told first; `agent` keeps one agent's. */
  snapshot(agent: AgentId | null): SnapshotJson;
}

/** Sends the fleet's events until the subscriber leaves. `after` null begins with a snapshot; `agent` keeps one agent's. */
export async function sendEvents(
  context: EventsContext,
  response: ServerResponse,
  after: number | null,
  agent: AgentId | null,
): Promise<void> {
  const writer = new SseWriter(response, context.clock);
  const subscriber = new Subscriber(context, writer, agent);
  const leave = context.feed.follow({
    entry: (entry) => subscriber.push(entry),
    // Past all that waits: who is behind catches up by the cursor once there is a daemon again.
    bye() {
      writer.send("bye", "{}");
      writer.end();
    },
  });
  subscriber.begin(after);
  await writer.gone;
  leave();
}

class Subscriber {
  readonly #context: EventsContext;
  readonly #writer: SseWriter;
  readonly #agent: AgentId | null;
  /** The newest entry that it has, or that was none of its business. */
  #cursor = 0;
  #queue: { text: string; seq: number }[] = [];
  #queuedBytes = 0;
  /** `live` takes entries as they come; otherwise they are read from the journal once it can take them. */
  #live = false;
  #reading = false;

  constructor(context: EventsContext, writer: SseWriter, agent: AgentId | null) {
    this.#context = context;
    this.#writer = writer;
    this.#agent = agent;
    writer.onReady = () => this.#resume();
  }

  begin(after: number | null): void {
    const { store, feed } = this.#context;
    const known = after !== null && after <= feed.seq && after >= store.oldestSeq() - 1;
    if (known) {
      this.#cursor = after;
      void this.#catchUp();
      return;
    }
    if (after !== null) this.#writer.send("reset", "{}");
    this.#snapshot();
  }

  push(entry: JournalEntry): void {
    if (!this.#live || entry.seq <= this.#cursor) return;
    this.#cursor = entry.seq;
    if (this.#agent !== null && entry.agent !== this.#agent) return;
    const text = JSON.stringify(entryJson(entry));
    if (this.#writer.ready && this.#queue.length === 0) {
      this.#writer.send("entry", text, entry.seq);
      return;
    }
    this.#queue.push({ text, seq: entry.seq });
    this.#queuedBytes += text.length;
    if (this.#queue.length <= QUEUE_ENTRIES && this.#queuedBytes <= QUEUE_BYTES) return;
    this.#cursor = (this.#queue[0]?.seq ?? entry.seq) - 1;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#live = false;
  }

  #snapshot(): void {
    const snapshot = this.#context.snapshot(this.#agent);
    this.#cursor = snapshot.seq;
    this.#live = true;
    this.#writer.send("snapshot", JSON.stringify(snapshot), snapshot.seq);
  }

  #resume(): void {
    while (this.#writer.ready) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      this.#queuedBytes -= next.text.length;
      this.#writer.send("entry", next.text, next.seq);
    }
    if (!this.#live) void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      await this.#readOn();
    } catch (error) {
      this.#context.log.warn("the journal could not be read for a subscriber", { error });
      this.#writer.drop();
    }
    this.#reading = false;
  }

  /** From the journal, page by page as the reader takes them, until nothing published is missing. */
  async #readOn(): Promise<void> {
    const { store, feed } = this.#context;
    while (this.#writer.ready) {
      if (this.#cursor < store.oldestSeq() - 1) {
        this.#writer.send("reset", "{}");
        this.#snapshot();
        break;
      }
      const target = feed.seq;
      const page = this.#cursor >= target ? [] : await store.journal(this.#cursor, PAGE, this.#agent ?? undefined);
      for (const entry of page) {
        // One not published yet comes by itself.
        if (entry.seq > feed.seq) break;
        this.#cursor = entry.seq;
        this.#writer.send("entry", JSON.stringify(entryJson(entry)), entry.seq);
      }
      if (page.length === PAGE) continue;
      this.#cursor = Math.max(this.#cursor, target);
      if (this.#cursor >= feed.seq) {
        this.#live = true;
        break;
      }
    }
  }
}
