import { suite } from "../t.js";

const test = suite("throws something that is no Error");
test("not fine", () => {
  throw "a plain string";
});
test.run();
