import { suite } from "../t.js";

const test = suite("good");
test("fine", () => {});
test.skipIf(true, "there is no moon")("skipped", () => {
  throw new Error("must not run");
});
test.run();
