import { suite } from "../t.js";

const test = suite("unhandled rejection");
test("does not wait for what fails", async () => {
  void Promise.reject(new Error("nobody waits for this"));
  await new Promise((resolve) => setTimeout(resolve, 20));
});
test.run();
