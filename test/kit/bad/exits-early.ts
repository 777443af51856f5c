import { suite } from "../t.js";

const test = suite("exits early");
test("leaves", () => process.exit(0));
test("never run", () => {
  throw new Error("nobody sees this");
});
test.run();
