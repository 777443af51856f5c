import * as assert from "uvu/assert";
import { suite } from "../../kit/t.js";
import { raceReaders } from "./reader-race.js";

const test = suite("reader race");

test("the reader sees what a regular expression sees, in less than half the time", () => {
  const race = raceReaders(6);
  assert.is(race.events.reader, race.events.regex);
  assert.ok(race.reader > 2 * race.regex, JSON.stringify(race));
});

test.run();
