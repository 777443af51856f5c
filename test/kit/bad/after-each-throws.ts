import { suite } from "../t.js";

const test = suite("afterEach throws");
test.afterEach(() => {
  throw new Error("could not be tidied up");
});
test("fine", () => {});
test.run();
