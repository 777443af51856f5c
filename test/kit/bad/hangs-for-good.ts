// Blocks the whole process: no timer of its own can end this one.
import { suite } from "../t.js";

const test = suite("hangs for good", 200);
test("spins", () => {
  for (;;);
});
test.run();
