import * as assert from "uvu/assert";
import { suite } from "../t.js";

const test = suite("fails");
test("is wrong", () => {
  assert.is(1, 2);
});
test("is right", () => {});
test.run();
