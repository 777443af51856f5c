import * as assert from "uvu/assert";
import type { AgentId } from "#core/model.js";
import { Exclusive } from "#daemon/exclusive.js";
import { suite } from "../kit/t.js";

const test = suite("exclusive");

const a = "a" as AgentId;
const b = "b" as AgentId;

/** A piece of work that ends when it is told to. */
function work(told: string[], name: string): { begin: () => Promise<string>; end: () => void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const begin = async (): Promise<string> => {
    told.push(`${name} begins`);
    await ended;
    told.push(`${name} ends`);
    return name;
  };
  return { begin, end };
}

test("work for one agent waits for what was asked before it, and another agent's does not", async () => {
  const exclusive = new Exclusive();
  const told: string[] = [];
  const [one, two, other] = [work(told, "one"), work(told, "two"), work(told, "other")];
  const all = [exclusive.run(a, one.begin), exclusive.run(a, two.begin), exclusive.run(b, other.begin)];
  two.end();
  other.end();
  assert.is(await all[2], "other");
  assert.equal(told, ["one begins", "other begins", "other ends"]);
  one.end();
  assert.equal(await Promise.all(all), ["one", "two", "other"]);
  assert.equal(told.slice(3), ["one ends", "two begins", "two ends"]);
});

test("work that fails is its asker's to hear of, and the next goes on", async () => {
  const exclusive = new Exclusive();
  const failing = exclusive.run(a, () => Promise.reject(new Error("no")));
  const next = exclusive.run(a, async () => "next");
  assert.is(await failing.catch((error: Error) => error.message), "no");
  assert.is(await next, "next");
});

test.run();
