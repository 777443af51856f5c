import { suite } from "../t.js";

const test = suite("run");
test("fine", () => {});
test.run();

const forgotten = suite("the forgotten suite");
forgotten("never run", () => {});
