import * as assert from "uvu/assert";
import { HttpReader } from "#faces/kit/http-exchange.js";
import { suite } from "../../kit/t.js";

const test = suite("http-exchange");

/** The status and the text as they came out, and what the end of the connection means. */
function play(pieces: readonly Buffer[]): string {
  let out = "";
  const reader = new HttpReader({
    onStatus: (status) => {
      out += `${status}:`;
    },
    onText: (text) => {
      out += text;
    },
  });
  try {
    for (const piece of pieces) reader.push(piece);
  } catch (error) {
    return `${out} throws ${(error as Error).message}`;
  }
  return `${out} ${reader.done ? "done" : reader.end() ? "done at the end" : "cut short"}`;
}

const answers: readonly (readonly [string, string, string])[] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nné界", "200:né界 cut short"],
  ["a length that fits", "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nné界", "200:né界 done"],
  ["an empty body", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404: done"],
  ["no body at all", "HTTP/1.1 204 No Content\r\n\r\n", "204: done"],
  [
    "chunks",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\ndat\r\nB \r\na: 界\n\nxyz\r\n0\r\nx: y\r\n\r\n",
    "200:data: 界\n\nxyz done",
  ],
  [
    "chunks without their end",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\ndat\r\n",
    "200:dat cut short",
  ],
  ["the end of the connection", "HTTP/1.0 200 OK\r\n\r\nall of it", "200:all of it done at the end"],
  ["an interim answer first", "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", "200:x done"],
  ["something behind the end", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxyz", "200:x done"],
  ["half a head", "HTTP/1.1 200 OK\r\nconte", " cut short"],
  ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", " throws the answer is no HTTP"],
  [
    "a chunk longer than it says",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n",
    "200:ab throws the answer has a chunk of another size than it says",
  ],
  [
    "a chunk of no size",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "200: throws the answer has a chunk without a size",
  ],
];

for (const [what, bytes, expected] of answers) {
  test(`an answer with ${what} reads the same however it is cut`, () => {
    const whole = Buffer.from(bytes);
    assert.equal(play([whole]), expected);
    for (let at = 0; at <= whole.length; at++)
      assert.equal(play([whole.subarray(0, at), whole.subarray(at)]), expected);
    assert.equal(play(Array.from(whole, (byte) => Buffer.of(byte))), expected);
  });
}

test("a head without an end is given up", () => {
  assert.match(play([Buffer.alloc(70_000, "x")]), "a head without an end");
});

test.run();
