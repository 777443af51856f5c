import * as assert from "uvu/assert";
import { asksInShort, beat, beatAtMs, type Pulse } from "#core/delivery/heartbeat.js";
import { suite } from "../../kit/t.js";

const test = suite("heartbeat");

const MINUTE = 60_000;
const pulse = (more: Partial<Pulse> = {}): Pulse => ({
  heartbeatMs: 15 * MINUTE,
  ready: true,
  sinceMs: 100 * MINUTE,
  lastMs: null,
  inbox: 2,
  waiting: [],
  ...more,
});

test("it is due so long after the agent came to rest, or was last asked, and never while it does not rest", () => {
  assert.is(beatAtMs(pulse()), 115 * MINUTE);
  assert.is(beatAtMs(pulse({ lastMs: 110 * MINUTE })), 125 * MINUTE);
  assert.is(beatAtMs(pulse({ lastMs: 20 * MINUTE })), 115 * MINUTE, "a turn came in between");
  assert.is(beatAtMs(pulse({ ready: false })), null);
  assert.is(beat(pulse({ ready: false }), 999 * MINUTE), null);
  assert.is(beat(pulse(), 115 * MINUTE - 1), null);
});

test("with an empty inbox and nobody who waits nothing is said", () => {
  assert.is(beat(pulse({ inbox: 0 }), 500 * MINUTE), null);
});

test("it names how much waits in the inbox and which children wait for a person, longest first", () => {
  const waiting = [
    { label: "web", asks: "Which colour?", sinceMs: 114 * MINUTE },
    { label: "api", asks: "Run npm test?", sinceMs: 103 * MINUTE },
    { label: "db", asks: "", sinceMs: 114.5 * MINUTE },
  ];
  assert.snapshot(
    beat(pulse({ waiting }), 115 * MINUTE)!,
    [
      "[drover heartbeat]",
      "2 completions wait in your inbox: drover inbox drain",
      "3 children wait for a person:",
      "- api, for 12 minutes: Run npm test?",
      "- web, for 1 minute: Which colour?",
      "- db, for less than a minute",
    ].join("\n"),
  );
  assert.match(beat(pulse({ inbox: 1 }), 115 * MINUTE)!, "1 completion waits");
  assert.match(beat(pulse({ inbox: 0, waiting: waiting.slice(0, 1) }), 115 * MINUTE)!, "1 child waits for a person:");
});

test("it stays short, however many wait and whatever they ask", () => {
  const waiting = Array.from({ length: 300 }, (_, n) => ({
    label: `a${n}`,
    asks: asksInShort("x\n".repeat(5_000)),
    sinceMs: n,
  }));
  const text = beat(pulse({ waiting }), 500 * MINUTE)!;
  assert.match(text, "and 290 more");
  assert.ok(text.length < 3_000, String(text.length));
  assert.is(asksInShort(" Bash\n\n  ls\u001b[0m "), "Bash ls [0m");
});

test.run();
