import * as assert from "uvu/assert";
import { become, FRESH, type Memory, newborn } from "#core/belief/believed.js";
import { suite } from "../../kit/t.js";

const test = suite("believed");

const last = { words: "abc", turn: 1, nth: 1, told: "claude/PermissionRequest", request: "per_1" };

/** Of each part, what it may be besides what it is at first. */
const OTHER: Memory = {
  turnOpen: false,
  endMarker: "✻ Baked for 4s",
  hooked: true,
  endsAs: "cut",
  opening: { by: "report", rule: "opencode/session.created", sinceMs: 1, begins: true },
  backoff: { note: "retrying", turn: 1, untilMs: 1 },
  endTold: true,
  statusTurn: 1,
  claim: "rest",
  closedDialog: "abc",
  prompted: true,
  leftAtMs: 1,
  doubtSinceMs: 1,
  dialogs: { last, open: false },
};

test("whatever of the memory changes is kept, and what does not change is no change", () => {
  const before = newborn(0);
  assert.is(become(before, { memory: { ...FRESH, dialogs: { ...FRESH.dialogs } } }, 5), before);
  for (const part of Object.keys(OTHER) as (keyof Memory)[]) {
    const memory = { ...FRESH, [part]: OTHER[part] };
    assert.equal(become(before, { memory }, 5).memory, memory, part);
  }
});

test("so it is with each word by which one dialog is told from another", () => {
  // Of a dialog that is open: at rest there is none.
  const asking = (one: typeof last | null) =>
    become(newborn(0), { state: "blocked", memory: { ...FRESH, dialogs: { last: one, open: true } } }, 1);
  const before = asking(last);
  const changed = (over: Partial<typeof last>) =>
    become(before, { memory: { ...FRESH, dialogs: { last: { ...last, ...over }, open: true } } }, 5);
  assert.is(changed({}), before);
  for (const over of [
    { words: "other" },
    { turn: 2 },
    { nth: 2 },
    { told: "claude/Notification" },
    { request: "per_2" },
  ]) {
    assert.equal(changed(over).memory.dialogs.last, { ...last, ...over });
  }
  const waiting = { ...FRESH, dialogs: { last, open: true, unanswered: ["per_1", "per_2"] } };
  assert.equal(become(before, { memory: waiting }, 5).memory, waiting);
  assert.is(become(before, { memory: asking(null).memory }, 5).memory.dialogs.last, null);
});

test.run();
