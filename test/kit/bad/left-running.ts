// All is well, but something is left that would keep the process for good.
import * as assert from "uvu/assert";
import { suite } from "../t.js";

const test = suite("left running");
test("passes", () => {
  assert.ok(true);
  setInterval(() => {}, 100);
});
test.run();
