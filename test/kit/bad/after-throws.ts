import { suite } from "../t.js";

const test = suite("after throws");
test.after(async () => {
  throw new Error("something was left behind");
});
test("fine", () => {});
test.run();
