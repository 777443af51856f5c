import { suite } from "../t.js";

const test = suite("run is forgotten");
test("never run", () => {
  throw new Error("nobody sees this");
});
