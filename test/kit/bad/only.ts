import { suite } from "uvu";

const test = suite("only is left in");
test.only("fine", () => {});
test("never run", () => {
  throw new Error("nobody sees this");
});
test.run();
