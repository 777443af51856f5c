import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import * as assert from "uvu/assert";
import { Feed } from "#daemon/feed.js";
import { type EventsContext, SseWriter, sendEvents } from "#daemon/sse.js";
import { silentLog } from "#host/log.js";
import { suite, until } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";
import { MemoryStore } from "../twins/memory-store.js";

const test = suite("server-sent events");

/** A response whose reader takes everything at once. */
class Reader extends EventEmitter {
  said = "";
  destroyed = false;
  writeHead(): void {}
  flushHeaders(): void {}
  write(text: string): boolean {
    this.said += text;
    return true;
  }
  end(): void {
    this.destroy();
  }
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit("close");
  }
  ids(): number[] {
    return [...this.said.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  }
  get response(): ServerResponse {
    return this as unknown as ServerResponse;
  }
}

const about = (n: number) => ({ atMs: n, kind: "fault", agent: null, data: { n }, set: null }) as const;
const context = (store: MemoryStore, feed: Feed): EventsContext => ({
  store,
  feed,
  clock: new ManualClock(),
  log: silentLog,
  snapshot: () => ({ seq: feed.seq, agents: [], sight: "ok", sightSince: null }),
});

test("what is on disk and not published yet is not told to who catches up, and comes by itself", async () => {
  const store = new MemoryStore();
  const feed = new Feed(0);
  const written = await store.commit({ entries: [about(1), about(2), about(3)] });
  feed.publish(written.slice(0, 2));
  const reader = new Reader();
  const done = sendEvents(context(store, feed), reader.response, 0, null);
  await until("it caught up", () => reader.ids().length >= 2);
  // Past every turn of the event loop that catching up could still need.
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(reader.ids(), [1, 2]);
  feed.publish(written.slice(2));
  assert.equal(reader.ids(), [1, 2, 3]);
  reader.destroy();
  await done;
});

test("a journal that cannot be read ends the stream of who catches up, and nothing else", async () => {
  const store = new MemoryStore();
  const feed = new Feed(0);
  feed.publish(await store.commit({ entries: [about(1)] }));
  store.journal = () => Promise.reject(new Error("a damaged block"));
  const reader = new Reader();
  await sendEvents(context(store, feed), reader.response, 0, null);
  assert.is(reader.destroyed, true);
  assert.equal(reader.ids(), []);
});

test("a reader that left before its stream began holds nothing", async () => {
  const reader = new Reader();
  reader.destroy();
  const clock = new ManualClock();
  const writer = new SseWriter(reader.response, clock);
  await writer.gone;
  assert.is(writer.open, false);
  writer.send("screen", "{}");
  clock.advance(60_000);
  assert.is(reader.said, "");
});

test.run();
