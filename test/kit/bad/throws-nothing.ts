import { suite } from "../t.js";

const test = suite("throws undefined");
test("not fine", async () => {
  throw undefined;
});
test.run();
