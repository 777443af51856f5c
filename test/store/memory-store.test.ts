import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { suite } from "../kit/t.js";
import { MemoryStore } from "../twins/memory-store.js";
import { contract, entry } from "./contract.js";
import { mailContract } from "./mail-contract.js";

const test = suite("memory store");

mailContract(test, async (options) => new MemoryStore(options));
contract(test, async (journalLimit) => new MemoryStore(journalLimit === undefined ? {} : { journalLimit }));

test("it can be told to refuse, and then writes nothing", async () => {
  const store = new MemoryStore();
  store.refuse = new Fault("STORE_FULL", "no space");
  let refused: unknown;
  await store.commit({ entries: [entry(1)] }).catch((error) => (refused = error));
  assert.is(refused, store.refuse);
  assert.is(store.seq(), 0);
  assert.is(store.health().readOnly, "no space");
});

test.run();
