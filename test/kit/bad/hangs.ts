import { suite } from "../t.js";

const test = suite("hangs", 200);
test("waits for nothing", () => new Promise(() => {}));
test.run();
