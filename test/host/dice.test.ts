import * as assert from "uvu/assert";
import { systemDice } from "#host/dice.js";
import { suite } from "../kit/t.js";

const test = suite("dice");

test("ids are ULIDs, all different, each after the one before", () => {
  const ids = Array.from({ length: 2_000 }, () => systemDice.id());
  for (const id of ids) assert.match(id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  assert.is(new Set(ids).size, ids.length);
  assert.equal(ids, [...ids].sort());
});

test("every letter of an id's chance comes up", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) {
    for (const letter of systemDice.id().slice(10)) seen.add(letter);
    // The chance is drawn anew with each millisecond.
    const nowMs = Date.now();
    while (Date.now() === nowMs);
  }
  assert.is(seen.size, 32);
});

test.run();
