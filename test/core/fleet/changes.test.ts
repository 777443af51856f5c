import * as assert from "uvu/assert";
import { changesOf, isOnRecord } from "#core/fleet/changes.js";
import type { Agent, Fleet } from "#core/fleet/fleet.js";
import type { PaneId } from "#core/model.js";
import { suite } from "../../kit/t.js";
import { fleet, idOf } from "./play.js";

const test = suite("changes of the fleet");

const before = fleet("a %1 idle", "b %2 idle", "c %3 idle");
const said = (was: Fleet | null, now: Fleet) =>
  changesOf(was, now).map(({ id, was, now }) => `${id} ${was === null ? "new" : now === null ? "left" : "other"}`);

function having(change: (agents: Map<string, Agent>) => void): Fleet {
  const agents = new Map(before.agents);
  change(agents as Map<string, Agent>);
  return { ...before, agents };
}

test("only agents that are other ones now, are new or left are named", () => {
  const [a, b, c] = ["a", "b", "c"].map(idOf);
  const agent = before.agents.get(b!)!;
  const other = { ...agent, ending: true };
  assert.equal(said(before, before), []);
  assert.equal(
    said(
      before,
      having(() => {}),
    ),
    [],
  );
  assert.equal(
    said(
      before,
      having((agents) => agents.set(b!, other)),
    ),
    [`${b} other`],
  );
  assert.equal(
    said(
      before,
      having((agents) => agents.delete(a!)),
    ),
    [`${a} left`],
  );
  const swapped = having((agents) => {
    agents.delete(c!);
    agents.set("Z", agent);
    agents.set(a!, other);
  });
  assert.equal(said(before, swapped), [`${a} other`, "Z new", `${c} left`]);
  assert.equal(said(null, before), [`${a} new`, `${b} new`, `${c} new`]);
});

test("what is believed alone is not on record; another pane or record is, and who comes or goes", () => {
  const was = before.agents.get(idOf("a"))!;
  const on = (now: Agent | null, from: Agent | null = was) => isOnRecord({ id: was.record.id, was: from, now });
  assert.is(on({ ...was, believed: { ...was.believed, reason: "Baking" } }), false);
  assert.is(on({ ...was, record: { ...was.record } }), true);
  assert.is(on({ ...was, pane: "%9" as PaneId }), true);
  assert.equal([on(null), on(was, null)], [true, true]);
});

test.run();
