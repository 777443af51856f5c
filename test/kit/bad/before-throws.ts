import { suite } from "../t.js";

const test = suite("before throws");
test.before(() => {
  throw new Error("the world could not be set up");
});
test("fine", () => {});
test.run();
