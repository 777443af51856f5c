import * as assert from "uvu/assert";
import { SseReader } from "#faces/kit/sse-client.js";
import { suite } from "../../kit/t.js";

const test = suite("sse-client");

const stream =
  ': ping\n\nevent: snapshot\nid: 7\ndata: {"a":1}\n\n' +
  "event: entry\r\nid: 8\r\ndata: one\r\ndata: two\r\n\r\ndata:bare\n\nid: 9\nevent: nothing\n\ndata\n\n";

function play(chunks: readonly string[]): string {
  const reader = new SseReader();
  return chunks
    .flatMap((chunk) => reader.push(chunk))
    .map((e) => `${e.event} ${e.id} ${JSON.stringify(e.data)}`)
    .join("\n");
}

const expected = ['snapshot 7 "{\\"a\\":1}"', 'entry 8 "one\\ntwo"', 'message 8 "bare"', 'message 9 ""'].join("\n");

test("a stream read whole gives its events, without comments and without events that hold no data", () => {
  assert.equal(play([stream]), expected);
});

test("the same stream cut at any place, or into single characters, gives the same events", () => {
  for (let at = 0; at <= stream.length; at++) assert.equal(play([stream.slice(0, at), stream.slice(at)]), expected);
  assert.equal(play([...stream]), expected);
});

test("a carriage return alone ends a line too", () => {
  assert.equal(play(["event: x\rdata: 1\r\rdata: 2\r\r", "\n"]), 'x null "1"\nmessage null "2"');
});

test.run();
