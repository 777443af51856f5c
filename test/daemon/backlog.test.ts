import * as assert from "uvu/assert";
import type { NewEntry } from "#core/journal.js";
import { Backlog } from "#daemon/backlog.js";
import { record } from "../core/fleet/play.js";
import { suite } from "../kit/t.js";

const test = suite("backlog");

const entry = (atMs: number): NewEntry => ({ atMs, kind: "state", agent: null, data: {}, set: null });
const decided = (...lines: string[]) => ({ agents: lines.map((line) => record(line)), entries: [entry(lines.length)] });

function held(backlog: Backlog): string[] {
  const { agents, entries } = backlog.take();
  return [...agents.map(({ label, state }) => `${label} ${state}`), ...entries.map(({ atMs }) => `at ${atMs}`)];
}

test("what was decided last is kept, though something earlier was refused later", () => {
  const backlog = new Backlog();
  backlog.keep(1, decided("a working"));
  backlog.keep(3, decided("a exited", "b idle"));
  backlog.keep(2, decided("a idle", "b working", "c idle"));
  assert.equal(held(backlog), ["a exited", "b idle", "c idle", "at 1", "at 3", "at 2"]);
  assert.ok(backlog.isEmpty);
});

test("a record whose later version is on disk is not written again; its entry is", () => {
  const backlog = new Backlog();
  backlog.keep(1, decided("a working"));
  backlog.keep(4, decided("b working"));
  backlog.passedBy(2, [record("a idle"), record("b idle")]);
  assert.equal(held(backlog), ["b working", "at 1", "at 1"]);
});

test("what could not be written is there again, under what came since", () => {
  const backlog = new Backlog();
  backlog.keep(1, decided("a working", "b idle"));
  const { giveBack } = backlog.take();
  backlog.keep(2, decided("a idle"));
  giveBack();
  assert.equal(held(backlog), ["a idle", "b idle", "at 2", "at 1"]);
});

test.run();
