import * as assert from "uvu/assert";
import { despiteCrashes } from "../crash/own-tmux.js";
import { suite } from "../kit/t.js";
import { storm } from "../storm/storm.js";

const test = suite("storm", 60_000);

test("a daemon killed in the middle of a storm loses, doubles and forgets nobody", async () => {
  const { kills, wrongs, asked, alive, trace } = await despiteCrashes(() => storm(5, 5, 150_000));
  assert.equal(wrongs, [], trace.slice(-60).join("\n"));
  assert.is(kills, 5);
  // How far it gets is the machine's affair.
  assert.ok((asked.get("spawn") ?? 0) > 0 && (asked.get("moves") ?? 0) > 0 && alive > 0, JSON.stringify([...asked]));
});

test.run();
