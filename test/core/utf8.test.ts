import * as assert from "uvu/assert";
import { firstBytes, lastBytes, utf8Bytes } from "#core/utf8.js";
import { suite } from "../kit/t.js";

const test = suite("utf-8");
const TEXTS = ["", "abc", "é", "€", "😀", "aé界🐢b", "a😀b\ud800", "\udc00x\ud800\udc00\udc00"];

test("bytes are counted as UTF-8 has them", () => {
  for (const text of TEXTS) assert.is(utf8Bytes(text), Buffer.byteLength(text), text);
});

test("the beginning and the end of a text are as long as a limit in bytes lets them be, in whole characters", () => {
  for (const text of TEXTS) {
    const characters = [...text];
    for (let limit = 0; limit <= Buffer.byteLength(text) + 1; limit++) {
      const fits = (kept: string) => Buffer.byteLength(kept) <= limit;
      const heads = characters.map((_, n) => characters.slice(0, characters.length - n).join(""));
      const tails = characters.map((_, n) => characters.slice(n).join(""));
      assert.is(firstBytes(text, limit), heads.find(fits) ?? "", `${limit} of ${text}`);
      assert.is(lastBytes(text, limit), tails.find(fits) ?? "", `${limit} of ${text}`);
    }
  }
});

test.run();
