import * as assert from "uvu/assert";
import { crc32, decodeValue, encodeValue, ownCrc32 } from "#store/values.js";
import { suite } from "../kit/t.js";

const test = suite("values");

test("the checksum is the CRC-32 of zlib", () => {
  for (const sum of [crc32, ownCrc32]) {
    assert.is(sum(Buffer.from("123456789")), 0xcbf43926); // the check value of the algorithm's catalogue
    assert.is(sum(Buffer.from("6789"), sum(Buffer.from("12345"))), 0xcbf43926);
    assert.is(sum(Buffer.alloc(0)), 0);
  }
});

test("a value comes back under its own key only", () => {
  const value = { text: "界\n\u0000é", list: [1, null] };
  const bytes = encodeValue("a!1", JSON.stringify(value));
  assert.equal(decodeValue("a!1", bytes), value);
  assert.is(decodeValue("a!2", bytes), undefined);
});

test("any byte changed or cut is noticed", () => {
  const bytes = encodeValue("a!1", JSON.stringify({ text: "hello" }));
  for (let i = 0; i < bytes.length; i++) {
    for (const flip of [1, 0x80, 0xff]) {
      const bad = Buffer.from(bytes);
      bad[i]! ^= flip;
      assert.is(decodeValue("a!1", bad), undefined, `byte ${i}`);
    }
    assert.is(decodeValue("a!1", bytes.subarray(0, i)), undefined, `cut to ${i}`);
  }
});

test("what is no JSON under a right checksum is noticed too", () => {
  assert.is(decodeValue("a!1", encodeValue("a!1", "{half")), undefined);
});

test.run();
