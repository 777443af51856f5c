import * as assert from "uvu/assert";
import { type Believed, newborn } from "#core/belief/believed.js";
import { END_GRACE_MS, GRACE_MS, reviewAtMs } from "#core/belief/doubt.js";
import type { Fact } from "#core/belief/fact.js";
import { derive } from "#core/derive.js";
import type { Question, QuestionKind } from "#core/model.js";
import type { HookMeaning } from "#core/screen/hook-meanings.js";
import type { Reading, Shown } from "#core/screen/reading.js";
import { suite } from "../kit/t.js";

const test = suite("derive");

const EMPTY = { text: "", empty: true, pasted: false };

function dialog(kind: QuestionKind, fingerprint: string = kind): Question {
  return { kind, text: "Proceed?", choices: [{ key: "1", text: "Yes", selected: true }], fingerprint };
}

function look(shown: Shown, excerpt = shown as string, more: Partial<Reading> = {}): Fact {
  const question = shown === "blocked" ? dialog("permission") : null;
  const evidence = { source: "screen" as const, rule: `test/${shown}`, excerpt };
  return {
    kind: "still",
    reading: { shown, evidence, reason: null, errorKind: null, question, composer: null, ...more },
  };
}

function hook(means: HookMeaning): Fact {
  return { kind: "hook", means, evidence: { source: "hook", rule: `test/${means}`, excerpt: means } };
}

/** A record in the transcript. */
function written(means: HookMeaning, writtenAtMs: number): Fact {
  const evidence = { source: "transcript" as const, rule: `test/written-${means}`, excerpt: means };
  return { kind: "transcript", means, evidence, writtenAtMs };
}

type Moment = readonly [atMs: number, fact: Fact];

/** Plays facts, gives `state turn unread` at each change of any of them. */
function play(moments: readonly Moment[], from: Believed = newborn(0)): string {
  const said: string[] = [];
  let believed = from;
  let last = "";
  for (const [atMs, fact] of moments) {
    believed = derive(believed, fact, atMs);
    const now = `${believed.state} ${believed.turn}${believed.unread ? " unread" : ""}`;
    if (now !== last) said.push(`${atMs} ${now}`);
    last = now;
  }
  return said.join(", ");
}

const SEEN: Fact = { kind: "seen" };
const LAUNCHED: Fact = { kind: "launched" };

test("a turn that is seen at work and ends is done until somebody looks", () => {
  assert.is(
    play([
      [0, look("starting")],
      [100, look("ready")],
      [200, look("working")],
      [300, look("working")],
      [400, look("finished", "took 1s")],
      [500, look("finished", "took 1s")],
      [600, look("ready")],
      [700, SEEN],
      [800, look("finished", "took 1s")],
      [900, look("ready")],
    ]),
    "0 starting 0, 100 idle 0, 200 working 1, 400 done 1 unread, 700 idle 1",
  );
});

test("where a program marks how its turns end, a prompt without the mark is no good end until it stays so", () => {
  const bare = look("ready", "❯", { unmarked: true });
  assert.is(
    play([
      [0, bare],
      [100, look("working")],
      [200, bare],
      [300, look("interrupted")],
      [1000, look("working")],
      [1100, bare],
      [1200, look("finished", "took 1s")],
      [2000, look("working")],
      [2100, bare],
      [2700, bare],
      [2800, bare],
    ]),
    "0 idle 0, 100 working 1, 300 idle 1, 1000 working 2, 1200 done 2 unread, 2000 working 3, 2800 done 3 unread",
  );
});

test("a prompt without the mark of a turn's end is looked at again although nothing moves on it", () => {
  const bare = look("ready", "❯", { unmarked: true });
  const after = [look("ready"), look("working"), bare].reduce(
    (believed, fact, n) => derive(believed, fact, n * 100),
    newborn(0),
  );
  assert.is(after.state, "working");
  assert.is(reviewAtMs(after), 900);
});

test("a turn that ends after a person said no was stopped, unless it went on", () => {
  const asked = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [200, hook("asks")],
    [300, hook("denied")],
  ] as const;
  assert.is(play([...asked, [400, hook("turn-ended")]]), "0 idle 0, 100 working 1, 200 blocked 1, 400 idle 1");
  const wentOn = [
    [400, hook("turn-started")],
    [500, look("working")],
    [600, hook("turn-ended")],
  ] as const;
  assert.match(play([...asked, ...wentOn]), /600 done 1 unread$/);
});

test("a turn that ends while the program waits to try again was stopped by hand", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, hook("turn-started")],
      [200, hook("turn-retries")],
      [300, hook("turn-ended")],
      [400, look("interrupted")],
      [500, hook("turn-started")],
      [600, hook("turn-retries")],
      [700, hook("turn-started")],
      [800, hook("turn-ended")],
      [900, hook("turn-started")],
      [1000, hook("turn-retries")],
      [1100, hook("turn-failed")],
      [1110, hook("turn-ended")],
    ]),
    "0 idle 0, 100 working 1, 300 idle 1, 500 working 2, 800 done 2 unread, 900 working 3, 1100 error 3 unread",
  );
});

test("a turn whose end leaves no marker is done as well", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, look("working")],
      [200, look("ready")],
    ]),
    "0 idle 0, 100 working 1, 200 done 1 unread",
  );
});

test("the end of a turn told by its hook and then by its marker, or by the status protocol, is one end", () => {
  const first: Moment[] = [
    [0, look("ready")],
    [100, look("working")],
    [200, look("finished", "took 1s")],
    [300, look("working")],
  ];
  const once = "0 idle 0, 100 working 1, 200 done 1 unread, 300 working 2, 400 done 2 unread";
  assert.is(play([...first, [400, hook("turn-ended")], [450, look("finished", "took 2s")]]), once);
  const status: Fact = {
    kind: "hook",
    means: "turn-ended",
    evidence: { source: "api", rule: "test/osc-7501", excerpt: "done" },
  };
  assert.is(play([...first, [400, hook("turn-ended")], [450, status]]), once);
});

/** A status in the bytes, which come in order but may come late. */
function status(means: HookMeaning): Fact {
  return { kind: "hook", means, evidence: { source: "api", rule: "test/osc-7501", excerpt: means } };
}

test("a status that comes late says of the turn that the screen showed since that it began or ended, not of the next", () => {
  const first: Moment[] = [
    [0, look("ready")],
    [100, look("working")],
    [110, status("turn-started")],
    [150, look("working")],
    [200, look("finished", "took 1s")],
  ];
  const second: Moment[] = [
    [300, look("working")],
    [320, status("turn-ended")],
    [330, status("turn-started")],
    [350, look("working")],
    [900, status("turn-ended")],
    [910, look("finished", "took 2s")],
  ];
  const twice = "0 idle 0, 100 working 1, 200 done 1 unread, 300 working 2, 900 done 2 unread";
  assert.is(play([...first, ...second]), twice);
  // All of a turn may be seen before a word of it is heard.
  const third: Moment[] = [
    [5_000, look("working")],
    [5_100, look("finished", "took 3s")],
    [5_200, status("turn-started")],
    [5_210, status("turn-ended")],
    [9_000, status("turn-started")],
    [9_900, status("turn-ended")],
  ];
  assert.is(
    play([...first, ...second, ...third]),
    `${twice}, 5000 working 3, 5100 done 3 unread, 9000 working 4, 9900 done 4 unread`,
  );
});

test("nor does one that comes after the turn's end was told otherwise, and before the screen shows that, begin another", () => {
  const denied: Moment[] = [
    [0, look("ready")],
    [100, status("turn-started")],
    [200, status("asks")],
    [250, look("blocked")],
    [400, look("working")],
    [405, written("interrupted", 404)],
  ];
  const once = "0 idle 0, 100 working 1, 200 blocked 1, 400 working 1, 405 idle 1";
  const rest: Moment[] = [
    [440, status("turn-started")],
    [450, look("working")],
    [500, look("interrupted")],
  ];
  assert.is(play([...denied, ...rest]), once);
  assert.is(play([...denied, ...rest, [520, status("turn-started")]]), `${once}, 520 working 2`);
  // Its own words come in order.
  const own: Moment[] = [...denied.slice(0, -1), [405, status("interrupted")], [440, status("turn-started")]];
  assert.is(play(own), `${once}, 440 working 2`);
});

test("a program that tells some of its turns is believed when one that it did not tell of is long past", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, status("turn-started")],
      [900, status("turn-ended")],
      [950, look("finished", "took 1s")],
      [1_000, look("working")],
      [6_000, status("turn-ended")],
      [6_100, status("turn-started")],
    ]),
    "0 idle 0, 100 working 1, 900 done 1 unread, 1000 working 2, 6000 done 2 unread, 6100 working 3",
  );
});

test("a turn too short to be seen at work counts by its new marker, and once", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, look("working")],
      [200, look("finished", "took 1s")],
      [300, SEEN],
      [400, look("ready")],
      [500, look("finished", "took 0s")],
      [600, look("finished", "took 0s")],
      [700, SEEN],
      [800, look("finished", "took 0s")],
    ]),
    "0 idle 0, 100 working 1, 200 done 1 unread, 300 idle 1, 500 done 2 unread, 700 idle 2",
  );
});

test("a program that tells its turns by hooks had none where its transcript, scrolled up, shows the end of an older one", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, hook("turn-started")],
      [200, look("working")],
      [1000, hook("turn-ended")],
      [1100, look("finished", "took 1s")],
      [1200, hook("turn-started")],
      [1300, look("working")],
      [3000, hook("turn-ended")],
      [3100, look("finished", "took 2s")],
      [9000, SEEN],
      [9100, look("finished", "took 1s")],
      [9200, look("ready")],
      [9300, look("finished", "took 2s")],
    ]),
    "0 idle 0, 100 working 1, 1000 done 1 unread, 1200 working 2, 3000 done 2 unread, 9000 idle 2",
  );
});

const submitted = (turn: number): Fact => ({ kind: "submitted", turn });

test("how a program ended is learnt after its screen said that it did", () => {
  const said = derive(derive(newborn(0), look("ready"), 0), look("exited"), 10);
  assert.equal([said.state, said.exit], ["exited", null]);
  const ended = derive(said, { kind: "ended", exit: { code: 7, signal: null } }, 20);
  assert.equal([ended.state, ended.sinceMs, ended.exit?.code], ["exited", 10, 7]);
  assert.is(derive(ended, { kind: "ended", exit: null }, 30).exit?.code, 7);
});

test("a prompt of ours opens a turn, and its end is done although nobody saw it at work", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, submitted(0)],
      [150, look("ready")],
      [GRACE_MS, look("ready")],
      [GRACE_MS + 100, look("ready")],
      [GRACE_MS + 200, SEEN],
      [GRACE_MS + 300, look("ready")],
    ]),
    `0 idle 0, 100 working 1, ${GRACE_MS + 100} done 1 unread, ${GRACE_MS + 200} idle 1`,
  );
  // Nothing may move on the screen any more: it is looked at again.
  assert.is(reviewAtMs(derive(derive(newborn(0), look("ready"), 0), submitted(0), 100)), 100 + GRACE_MS);
});

test("the new marker of a turn ends the one our prompt opened at once; the old one does not", () => {
  assert.is(
    play([
      [0, look("ready")],
      [50, look("working")],
      [60, look("finished", "took 9s")],
      [70, SEEN],
      [100, submitted(1)],
      [150, look("finished", "took 9s")],
      [200, look("finished", "took 0s")],
      [300, look("finished", "took 0s")],
    ]),
    "0 idle 0, 50 working 1, 60 done 1 unread, 70 idle 1, 100 working 2, 200 done 2 unread",
  );
});

test("a turn our prompt opened is counted once, whatever shows it, sooner or later", () => {
  const late: Moment[] = [
    [0, look("ready")],
    [100, submitted(0)],
    [150, look("ready")],
    [2_000, look("ready")],
  ];
  const done = "0 idle 0, 100 working 1, 2000 done 1 unread";
  // Its spinner, or the dialog it opens, comes after we had given it up.
  assert.is(
    play([...late, [2_500, look("working")], [2_600, look("ready")]]),
    `${done}, 2500 working 1, 2600 done 1 unread`,
  );
  assert.is(play([...late, [2_500, look("blocked")]]), `${done}, 2500 blocked 1`);
  assert.is(play([...late, [2_500, hook("turn-started")]]), `${done}, 2500 working 1`);
  assert.is(play([...late, [2_500, hook("turn-ended")]]), done);
  // A spinner that comes in time, and one seen before we knew that the prompt was submitted.
  const seen = "0 idle 0, 100 working 1, 300 done 1 unread";
  assert.is(play([...late.slice(0, 2), [200, look("working")], [300, look("ready")], [400, look("ready")]]), seen);
  assert.is(play([late[0]!, [100, look("working")], [150, submitted(0)], [300, look("ready")]]), seen);
  assert.is(play([late[0]!, [100, look("working")], [300, look("ready")], [350, submitted(0)]]), seen);
  // The next prompt was typed meanwhile: what began is its turn, though it was taken for a late start of the last one.
  assert.is(
    play([...late, [2_500, look("working")], [2_510, submitted(1)]]),
    `${done}, 2500 working 1, 2510 working 2`,
  );
  // What comes long after is another turn.
  assert.is(play([...late, [20_000, look("working")]]), `${done}, 20000 working 2`);
});

test("what showed the turn before a prompt of ours is no sign of the turn after it", () => {
  const told: Moment[] = [
    [0, look("ready")],
    [100, written("turn-started", 100)],
    [200, look("ready")],
    [200 + GRACE_MS, look("ready")],
    [2_000, submitted(1)],
    [2_000 + GRACE_MS, look("ready")],
  ];
  const done = "0 idle 0, 100 working 1, 1700 done 1 unread, 2000 working 2, 3500 done 2 unread";
  assert.is(play([...told, [11_000, look("working")]]), `${done}, 11000 working 2`);
  assert.is(play([...told, [13_000, look("working")]]), `${done}, 13000 working 3`);
});

test("an agent that tells of its turns by hooks is left to them, and so is one with a dialog open", () => {
  assert.is(
    play([
      [0, look("ready")],
      [10, hook("turn-started")],
      [20, hook("turn-ended")],
      [30, look("ready")],
      [40, SEEN],
      [5_000, submitted(1)],
      [9_000, look("ready")],
    ]),
    "0 idle 0, 10 working 1, 20 done 1 unread, 40 idle 1",
  );
  assert.is(
    play([
      [0, look("blocked", "x", { question: dialog("trust") })],
      [10, submitted(0)],
    ]),
    "0 blocked 0",
  );
});

test("a marker that was on the screen before the first look is history", () => {
  assert.is(
    play([
      [0, look("finished", "took 9s")],
      [100, look("ready")],
      [200, look("finished", "took 9s")],
    ]),
    "0 idle 0",
  );
  const remembered: Believed = { ...newborn(0), state: "done", unread: true, turn: 4 };
  assert.is(
    play(
      [
        [0, look("finished", "took 9s")],
        [100, SEEN],
        [200, look("finished", "took 9s")],
      ],
      remembered,
    ),
    "0 done 4 unread, 100 idle 4",
  );
});

test("a daemon that starts again in the middle of a turn sees its end", () => {
  const remembered: Believed = { ...newborn(0), state: "working", turn: 4 };
  assert.is(
    play(
      [
        [0, look("working")],
        [100, look("finished", "took 9s")],
      ],
      remembered,
    ),
    "0 working 4, 100 done 4 unread",
  );
  assert.is(play([[0, look("finished", "took 9s")]], remembered), "0 done 4 unread");
});

test("a dialog that a daemon finds open again belongs to the turn that was counted when it opened", () => {
  const remembered: Believed = { ...newborn(0), state: "blocked", turn: 4 };
  const asked = look("blocked", "Run it?", { question: dialog("permission") });
  assert.match(play([[0, asked]], remembered), /^(|0 blocked 4.*)$/);
  assert.match(
    play(
      [
        [0, asked],
        [500, look("working")],
      ],
      remembered,
    ),
    /500 working 4/,
  );
});

test("a permission asked and given is part of its turn; interrupted it leaves nothing to read", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, look("working")],
      [200, look("blocked")],
      [300, look("working")],
      [400, look("blocked")],
      [500, look("interrupted")],
      [600, look("interrupted")],
    ]),
    "0 idle 0, 100 working 1, 200 blocked 1, 300 working 1, 400 blocked 1, 500 idle 1",
  );
});

test("a dialog that only a turn can open opens one; a trust dialog does not", () => {
  assert.is(
    play([
      [0, look("blocked")],
      [100, look("ready")],
    ]),
    "0 blocked 1, 100 done 1 unread",
  );
  const trust = look("blocked", "x", { question: dialog("trust") });
  assert.is(
    play([
      [0, look("starting")],
      [100, trust],
      [200, look("ready")],
    ]),
    "0 starting 0, 100 blocked 0, 200 idle 0",
  );
});

test("an error carries its text, counts once, and is gone when it left the screen", () => {
  const failed = look("error", "500", { reason: "API Error: 500", errorKind: "api" });
  assert.is(
    play([
      [0, look("ready")],
      [100, look("working")],
      [200, failed],
      [300, failed],
      [400, SEEN],
      [500, failed],
      [600, look("ready")],
    ]),
    "0 idle 0, 100 working 1, 200 error 1 unread, 400 error 1, 600 idle 1",
  );
  assert.is(derive(newborn(0), failed, 0).reason, "API Error: 500");
});

test("a prompt stopped so early that it is back in the composer leaves nothing to read", () => {
  const draft = { text: "fix it", empty: false, pasted: false };
  assert.is(
    play([
      [0, look("working")],
      [100, look("finished", "took 1s")],
      [200, SEEN],
      [300, look("working")],
      [400, look("finished", "took 1s", { composer: draft })],
    ]),
    "0 working 1, 100 done 1 unread, 200 idle 1, 300 working 2, 400 idle 2",
  );
});

test("the same facts again change nothing, not even the object", () => {
  for (const shown of ["ready", "working", "finished", "interrupted", "error", "blocked", "unclear"] as const) {
    let believed = derive(newborn(0), look("ready"), 0);
    for (const at of [10, 5_000, 10_000, 15_000]) believed = derive(believed, look(shown), at);
    assert.is(derive(believed, look(shown), 15_100), believed, shown);
  }
});

test("the time of a state is that of its beginning", () => {
  let believed = derive(newborn(0), look("ready"), 10);
  believed = derive(believed, look("working"), 20);
  believed = derive(believed, look("working", "another row", { reason: "3s" }), 900);
  assert.equal([believed.sinceMs, believed.reason, believed.evidence?.excerpt], [20, "3s", "working"]);
});

test("a hook is believed while the screen lags behind it", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, hook("turn-started")],
      [150, look("ready")],
      [300, look("working")],
      [900, hook("turn-ended")],
      [950, look("working")],
      [1_200, look("finished", "took 1s")],
      [1_300, look("finished", "took 1s")],
    ]),
    "0 idle 0, 100 working 1, 900 done 1 unread",
  );
});

test("a dialog on the screen beats a hook that says working, and the end of a turn", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, hook("turn-started")],
      [150, look("blocked")],
    ]),
    "0 idle 0, 100 working 1, 150 blocked 1",
  );
  assert.is(
    play([
      [0, look("working")],
      [100, hook("turn-ended")],
      [150, look("blocked")],
    ]),
    "0 working 1, 100 done 1 unread, 150 blocked 2",
  );
});

test("a screen at rest is believed in the end: Escape sends no hook, and leaves nothing to read", () => {
  const started: Moment[] = [
    [0, look("ready")],
    [100, hook("turn-started")],
  ];
  // Escape before the screen ever showed the turn.
  assert.is(
    play([...started, [200, look("ready")], [200 + GRACE_MS - 1, look("ready")], [200 + GRACE_MS, look("ready")]]),
    `0 idle 0, 100 working 1, ${200 + GRACE_MS} idle 1`,
  );
  // Escape later, with no marker; and a permission denied.
  for (const shown of ["working", "blocked"] as const) {
    const last = play([...started, [200, look(shown)], [1_000, look("ready")], [1_000 + GRACE_MS, look("ready")]])
      .split(", ")
      .at(-1);
    assert.is(last, `${1_000 + GRACE_MS} idle 1`);
  }
});

test("a doubt names the time at which the screen should be looked at again", () => {
  let believed = derive(derive(newborn(0), look("ready"), 0), hook("turn-started"), 100);
  assert.is(reviewAtMs(believed), null);
  believed = derive(believed, look("ready"), 200);
  assert.is(reviewAtMs(believed), 200 + GRACE_MS);
  assert.is(reviewAtMs(derive(believed, look("working"), 300)), null);
});

test("a stop hook that sends the agent on keeps its turn", () => {
  const on = 1_000 + END_GRACE_MS;
  assert.is(
    play([
      [0, hook("turn-started")],
      [100, look("working")],
      [900, hook("turn-ended")],
      [1_000, look("working")],
      [on, look("working")],
    ]),
    `0 working 1, 900 done 1 unread, ${on} working 1`,
  );
});

test("an end told by screen and hook, in either order, or twice, is one end", () => {
  const before: Moment[] = [
    [0, look("ready")],
    [100, look("working")],
  ];
  const once = "0 idle 0, 100 working 1, 500 done 1 unread";
  assert.is(play([...before, [500, look("finished", "took 1s")], [600, hook("turn-ended")]]), once);
  assert.is(
    play([...before, [500, hook("turn-ended")], [600, look("finished", "took 1s")], [700, hook("turn-ended")]]),
    once,
  );
  assert.is(
    play([...before, [500, look("finished", "x")], [550, SEEN], [600, hook("turn-ended")]]),
    `${once}, 550 idle 1`,
  );
});

test("a prompt queued into a running turn begins no turn, and closes no dialog", () => {
  assert.is(
    play([
      [0, hook("turn-started")],
      [100, look("working")],
      [200, hook("turn-started")],
      [300, look("blocked")],
      [400, hook("turn-started")],
      [500, look("blocked")],
    ]),
    "0 working 1, 300 blocked 1",
  );
});

test("a hook that asks is blocked at once, and takes its question from the screen", () => {
  let believed = derive(derive(newborn(0), look("ready"), 0), hook("asks"), 100);
  assert.equal([believed.state, believed.question], ["blocked", null]);
  believed = derive(believed, look("working"), 150);
  assert.is(believed.state, "blocked");
  believed = derive(believed, look("blocked"), 250);
  assert.is(believed.question?.text, "Proceed?");
  assert.is(derive(believed, look("working"), 300).state, "working");
});

test("another dialog in the place of the first is another question", () => {
  const first = derive(newborn(0), look("blocked"), 0);
  const moved = derive(
    first,
    look("blocked", "x", {
      question: { ...dialog("permission"), choices: [{ key: "1", text: "Yes", selected: false }] },
    }),
    10,
  );
  assert.is(moved.question?.choices[0]?.selected, false);
  assert.is(moved.question?.fingerprint, first.question?.fingerprint);
  // For a moment it may be the first, half drawn.
  const other = look("blocked", "x", { question: dialog("permission", "other") });
  const torn = derive(moved, other, 20);
  assert.is(torn.question?.fingerprint, first.question?.fingerprint);
  assert.is(derive(torn, look("blocked"), 30).question?.fingerprint, first.question?.fingerprint);
  assert.is(reviewAtMs(torn), 140);
  const second = derive(torn, other, 140);
  assert.is.not(second.question?.fingerprint, first.question?.fingerprint);
  assert.is(second.sinceMs, 0);
});

/** The fingerprints that name the dialog after each fact, as letters in order of appearance. */
function names(facts: readonly Fact[]): string {
  const seen: string[] = [];
  let believed = derive(newborn(0), look("ready"), 0);
  return facts
    .map((fact, n) => {
      believed = derive(believed, fact, 100 * (n + 1));
      const name = believed.question?.fingerprint;
      if (name === undefined) return "-";
      if (!seen.includes(name)) seen.push(name);
      return "abcdef"[seen.indexOf(name)];
    })
    .join("");
}

test("the second of two dialogs of the same words has a fingerprint of its own", () => {
  const [asks, works] = [look("blocked"), look("working")];
  assert.is(names([asks, asks, works, asks, asks]), "aa-bb");
  // In the next turn again, though it is the first there.
  assert.is(names([asks, works, look("finished"), works, asks]), "a---b");
});

test("where nothing is seen between two such dialogs, the hook that tells of each parts them", () => {
  const [asks, told] = [look("blocked"), hook("asks")];
  assert.is(names([asks, told, asks, told, asks]), "aaabb");
  assert.is(names([told, asks, asks, told, asks]), "-aabb");
  // Another source that tells of the same one is no other dialog.
  const other: Fact = { kind: "hook", means: "asks", evidence: { source: "api", rule: "test/osc", excerpt: "" } };
  assert.is(names([told, asks, other, asks]), "-aaa");
});

/** A hook that names what it asks, or what was answered. */
function of(request: string, means: HookMeaning): Fact {
  return { kind: "hook", means, request, evidence: { source: "hook", rule: `test/${means}`, excerpt: means } };
}

test("where the program names what it asks at once, each answer to one of them gives the next its own fingerprint", () => {
  const [asks, works, other] = [
    look("blocked"),
    look("working"),
    look("blocked", "x", { question: dialog("permission", "other") }),
  ];
  const [one, two] = [of("1", "asks"), of("2", "asks")];
  const [first, second] = [of("1", "answered"), of("2", "answered")];
  // One that waits behind another makes no other of it.
  assert.is(names([one, asks, two, asks, first, asks, second, works]), "-aaabb--");
  assert.is(names([asks, one, two, first, asks, second, asks, works]), "aaabb---");
  // A no is one to all that waits.
  assert.is(names([one, two, asks, of("1", "denied"), asks, of("2", "denied"), asks]), "--a----");
  // Seen sooner than told, by what stands there or between: the word that comes late is of the one before.
  assert.is(names([one, two, asks, works, asks, first, asks, second, asks]), "--a-bbb--");
  assert.is(names([one, two, asks, other, other, other, first, other]), "--aaabbb");
  // Two pages of one form are one request, and what nobody asked is nobody's.
  assert.is(names([one, asks, other, other, other, first]), "-aaab-");
  assert.is(names([one, asks, second, of("9", "answered"), asks]), "-aaaa");
});

test("a dialog that the program calls answered is not asked again while the screen still shows it, unless it stays", () => {
  const answered: readonly Moment[] = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [200, of("1", "asks")],
    [300, look("blocked")],
    [5_000, of("1", "answered")],
    [5_050, look("blocked")],
  ];
  const told = "0 idle 0, 100 working 1, 200 blocked 1, 5000 working 1";
  assert.is(play([...answered, [5_100, look("working")], [5_200, hook("turn-ended")]]), `${told}, 5200 done 1 unread`);
  assert.is(play([...answered, [5_060, of("2", "asks")]]), `${told}, 5060 blocked 1`);
  assert.is(play([...answered, [5_060 + GRACE_MS, look("blocked")]]), `${told}, ${5_060 + GRACE_MS} blocked 1`);
  const denied = answered.map(([at, fact]): Moment => [at, at === 5_000 ? of("1", "denied") : fact]);
  assert.is(play([...denied, [5_100, hook("turn-ended")]]), `${told}, 5100 idle 1`);
});

test("a fingerprint that was answered is never shown again, even if the dialog does not go", () => {
  const asked = derive(newborn(0), look("blocked"), 0);
  const { fingerprint } = asked.question!;
  const answered = derive(asked, { kind: "answered", fingerprint }, 10);
  assert.is.not(answered.question?.fingerprint, fingerprint);
  assert.is(derive(answered, look("blocked"), 20).question?.fingerprint, answered.question?.fingerprint);
  // An answer to one that went meanwhile says nothing of this one.
  assert.is(derive(answered, { kind: "answered", fingerprint }, 30), answered);
});

test("a program that ended stays so, whatever its last screen says, until it is launched", () => {
  const ended: Fact = { kind: "ended", exit: { code: 1, signal: null } };
  assert.is(
    play([
      [0, look("working")],
      [100, ended],
      [200, look("ready")],
      [300, { kind: "gone" }],
      [400, LAUNCHED],
      [500, look("ready")],
    ]),
    "0 working 1, 100 exited 1, 400 starting 1, 500 idle 1",
  );
  assert.equal(derive(derive(newborn(0), ended, 5), look("ready"), 9).exit, { code: 1, signal: null });
});

test("an end read from the screen gives way to the program's own screen", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, look("exited")],
      [200, look("ready")],
    ]),
    "0 idle 0, 100 exited 0, 200 idle 0",
  );
  assert.is(
    play([
      [0, look("exited")],
      [100, look("ready")],
    ]),
    "0 starting 0, 100 idle 0",
  );
});

test("a pane gone without its end seen is lost", () => {
  assert.is(
    play([
      [0, look("working")],
      [100, { kind: "gone" }],
    ]),
    "0 working 1, 100 lost 1",
  );
});

test("a screen that fits nothing is unclear, but for a frame half drawn", () => {
  assert.is(
    play([
      [0, look("ready")],
      [100, look("unclear")],
      [700, look("unclear")],
      [900, look("unclear")],
    ]),
    "0 idle 0, 900 unclear 0",
  );
  assert.is(
    play([
      [0, look("working")],
      [100, look("unclear")],
      [200, look("working")],
      [300, look("unclear")],
      [2_000, look("unclear")],
      [2_100, look("finished", "took 2s")],
    ]),
    "0 working 1, 2000 unclear 1, 2100 done 1 unread",
  );
});

test("unclear keeps what was not looked at yet", () => {
  assert.is(
    play([
      [0, look("working")],
      [100, look("ready")],
      [200, look("unclear")],
      [1_200, look("unclear")],
      [1_300, look("ready")],
    ]),
    "0 working 1, 100 done 1 unread, 1200 unclear 1 unread, 1300 done 1 unread",
  );
});

test("what rests and draws itself anew, for another size say, is at rest since when it was", () => {
  for (const shown of ["ready", "finished", "interrupted", "error"] as const) {
    const redrawn = play([
      [0, look("working")],
      [100, look(shown, "took 2s")],
      [5_000, look("unclear")],
      [5_300, look(shown, "took 2s")],
      [9_000, look("unclear")],
      [9_300, look(shown, "took 2s")],
    ]);
    assert.match(redrawn, /^0 working 1, 100 (idle|done|error) 1( unread)?$/, shown);
  }
});

test("a composer drawn early is starting for a while, not for ever", () => {
  const early = look("starting", "x", { composer: EMPTY });
  assert.is(
    play([
      [0, early],
      [100, early],
      [4_900, early],
      [5_000, early],
    ]),
    "0 starting 0, 5000 idle 0",
  );
});

test("a launch forgets the markers of the incarnation before", () => {
  assert.is(
    play([
      [0, look("working")],
      [100, look("finished", "took 1s")],
      [200, LAUNCHED],
      [300, look("finished", "took 5s")],
    ]),
    "0 working 1, 100 done 1 unread, 200 starting 1, 300 idle 1",
  );
});

test("with helpers at work behind it the turn goes on, and it ends well though nobody says so", () => {
  const begun = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [200, look("working")],
    [300, hook("turn-goes-on")],
  ] as const;
  const told = "0 idle 0, 100 working 1";
  // The screen says that it waits; the helper wakes the agent, whose second end is the end.
  const woken = [
    [400, look("working", "waits")],
    [5_000, hook("turn-started")],
    [5_100, look("working")],
    [6_000, hook("turn-ended")],
    [6_100, look("finished", "took 6s")],
  ] as const;
  assert.is(play([...begun, ...woken]), `${told}, 6000 done 1 unread`);
  // A server left running in the background wakes nobody.
  const atRest = [400, 1_000, 2_100].map((atMs) => [atMs, look("ready")] as const);
  assert.is(play([...begun, ...atRest]), `${told}, 2100 done 1 unread`);
  // Stopped by hand it is not done.
  const stopped = [
    [400, look("working", "waits")],
    [5_000, hook("turn-started")],
    [5_100, look("working")],
    [6_000, look("ready")],
    [8_000, look("ready")],
  ] as const;
  assert.is(play([...begun, ...stopped]), `${told}, 8000 idle 1`);
});

test("the first end after a launch with a prompt is that of the prompt's turn, however soon it came", () => {
  const prompted = newborn(0, true);
  const old = look("finished", "took 0s");
  assert.is(
    play(
      [
        [0, look("starting")],
        [100, old],
        [200, old],
        [300, SEEN],
        [400, old],
      ],
      prompted,
    ),
    "0 starting 0, 100 done 1 unread, 300 idle 1",
  );
  const ended = derive(prompted, old, 100);
  assert.equal([ended.evidence?.rule, ended.evidence?.excerpt], ["test/finished", "took 0s"]);
  // The composer may stand there for a moment before the prompt is taken in.
  assert.is(
    play(
      [
        [0, look("ready")],
        [100, old],
      ],
      prompted,
    ),
    "0 idle 0, 100 done 1 unread",
  );
  assert.is(play([[0, look("interrupted")]], prompted), "0 idle 1");
  assert.is(play([[0, look("error", "500")]], prompted), "0 error 1 unread");
});

test("what began the prompt's turn counts it once, and the next turn is the next", () => {
  const first: Moment[] = [
    [0, look("working")],
    [100, look("finished", "took 1s")],
    [200, SEEN],
  ];
  const once = "0 working 1, 100 done 1 unread, 200 idle 1";
  assert.is(play([...first, [300, look("finished", "took 1s")]], newborn(0, true)), once);
  assert.is(
    play([...first, [300, look("working")], [400, look("ready")], [500, SEEN], [600, look("ready")]], newborn(0, true)),
    `${once}, 300 working 2, 400 done 2 unread, 500 idle 2`,
  );
  assert.is(
    play(
      [
        [0, hook("turn-started")],
        [10, hook("turn-ended")],
        [20, look("finished", "x")],
      ],
      newborn(0, true),
    ),
    "0 working 1, 10 done 1 unread",
  );
  // A further launch with the prompt begins a turn of its own.
  const again: Fact = { kind: "launched", prompted: true };
  assert.is(
    play([...first, [300, again], [400, look("finished", "took 2s")]], newborn(0, true)),
    `${once}, 300 starting 1, 400 done 2 unread`,
  );
});

test("without hooks the transcript tells when a turn begins and ends, however it ends", () => {
  const begun = [
    [0, look("ready")],
    [100, written("turn-started", 90)],
  ] as const;
  const told = "0 idle 0, 100 working 1";
  const ends = (means: HookMeaning, shown: Shown = "ready") =>
    play([...begun, [900, written(means, 880)], [950, look(shown)]]);
  assert.is(ends("turn-ended"), `${told}, 900 done 1 unread`);
  assert.is(ends("interrupted"), `${told}, 900 idle 1`);
  assert.is(ends("turn-failed", "error"), `${told}, 900 error 1 unread`);
  assert.is(ends("turn-goes-on"), told);
});

test("a record from before what is believed now began is history", () => {
  const idle = [
    [0, look("ready")],
    [1_000, look("working")],
    [2_000, look("ready")],
  ] as const;
  const told = "0 idle 0, 1000 working 1, 2000 done 1 unread";
  assert.is(play([...idle, [2_100, written("turn-started", 990)], [2_101, written("turn-ended", 1_990)]]), told);
  // The end of the turn before this one.
  assert.is(
    play([...idle, [3_000, hook("turn-started")], [3_010, written("turn-ended", 1_995)], [3_100, look("working")]]),
    `${told}, 3000 working 2`,
  );
});

test("what a hook told already is counted once, whichever comes first", () => {
  const hooked = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [110, written("turn-started", 105)],
    [500, hook("turn-ended")],
    [560, written("turn-ended", 550)],
  ] as const;
  assert.is(play(hooked), "0 idle 0, 100 working 1, 500 done 1 unread");
  const late = [
    [0, look("ready")],
    [110, written("turn-started", 105)],
    [120, hook("turn-started")],
    [500, written("turn-ended", 490)],
    [560, hook("turn-ended")],
  ] as const;
  assert.is(play(late), "0 idle 0, 110 working 1, 500 done 1 unread");
  // The screen lags behind both.
  const lagging = [...late, [570, look("working")], [700, look("ready")]] as const;
  assert.is(play(lagging), "0 idle 0, 110 working 1, 500 done 1 unread");
});

test("the transcript tells at once of an Escape and of a permission denied, which no hook does", () => {
  const asked = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [200, hook("asks")],
    [210, look("blocked")],
    [5_000, written("interrupted", 4_990)],
    [5_010, look("ready")],
  ] as const;
  assert.is(play(asked), "0 idle 0, 100 working 1, 200 blocked 1, 5000 idle 1");
});

test("a dialog that was denied a moment ago and is still on the screen is not asked again; another one is", () => {
  const denied = [
    [0, look("ready")],
    [100, written("turn-started", 90)],
    [210, look("blocked")],
    [5_000, written("interrupted", 4_990)],
    [5_003, look("blocked")],
  ] as const;
  const told = "0 idle 0, 100 working 1, 210 blocked 1, 5000 idle 1";
  assert.is(play([...denied, [5_100, look("ready")]]), told);
  // The title still says that it waits, with nothing open.
  assert.is(play([...denied, [5_050, look("blocked", "title", { question: null })], [5_100, look("ready")]]), told);
  const other = look("blocked", "other", { question: dialog("question") });
  assert.is(play([...denied, [5_100, other]]), `${told}, 5100 blocked 2`);
  // One that stays was not denied.
  const later = 5_003 + END_GRACE_MS;
  assert.is(play([...denied, [later, look("blocked")]]), `${told}, ${later} blocked 2`);
});

test("a failure that the program told of stays one where the screen says only that the turn was cut", () => {
  const failed = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [900, hook("turn-failed")],
    [950, look("interrupted")],
    [1_300, look("error")],
  ] as const;
  const told = "0 idle 0, 100 working 1, 900 error 1 unread";
  assert.is(play(failed), told);
  const next = [5_000, hook("turn-started")] as const;
  const cut = [
    [5_100, look("working")],
    [6_000, look("interrupted")],
  ] as const;
  assert.is(play([...failed, next, ...cut]), `${told}, 5000 working 2, 6000 idle 2`);
});

test("a screen that goes blank while the program says that it works contradicts nothing for a while", () => {
  const begun = [
    [0, look("ready")],
    [1_000, hook("turn-started")],
    [1_500, look("starting")],
    [4_500, look("starting")],
  ] as const;
  const told = "0 idle 0, 1000 working 1";
  // At rest for a moment before it shows the work, at work, then over.
  const shown = [
    [5_000, look("ready")],
    [5_500, look("working")],
    [9_000, hook("turn-ended")],
    [9_100, look("finished")],
  ] as const;
  assert.is(play([...begun, ...shown]), `${told}, 9000 done 1 unread`);
  const atRest = [5_000, 6_000, 6_500].map((atMs) => [atMs, look("ready")] as const);
  assert.is(play([...begun, ...atRest]), `${told}, 6500 idle 1`);
  assert.is(play([...begun, [11_000, look("starting")]]).includes("11000"), true);
});

test("a prompt that still stands in the input box speaks against a turn that was told of no sooner than a blank screen", () => {
  const stands = look("ready", "❯", { composer: { text: "go on", empty: false, pasted: false } });
  const begun = [
    [0, look("ready")],
    [1_000, hook("turn-started")],
    [1_500, stands],
    [6_000, stands],
  ] as const;
  const told = "0 idle 0, 1000 working 1";
  assert.is(play([...begun, [6_500, look("working")], [7_000, hook("turn-ended")]]), `${told}, 7000 done 1 unread`);
  assert.is(play([...begun, [11_000, stands]]), `${told}, 11000 idle 1`);
  // Once it was seen at work, a prompt that is back was put back.
  const putBack = [
    [6_500, look("working")],
    [6_600, stands],
    [8_200, stands],
  ] as const;
  assert.is(play([...begun, ...putBack]), `${told}, 8200 idle 1`);
});

test("a screen that stays blank is looked at again although nothing moves on it", () => {
  const claimed = derive(derive(newborn(0), look("ready"), 0), hook("turn-started"), 1_000);
  assert.is(reviewAtMs(derive(claimed, look("starting"), 1_500)), 11_000);
});

test("a hook that says that the turn ended, behind one that says how, tells of no other turn", () => {
  for (const [means, state] of [
    ["interrupted", "idle 1"],
    ["turn-failed", "error 1 unread"],
  ] as const) {
    const facts = [
      [0, look("ready")],
      [100, hook("turn-started")],
      [900, hook(means)],
      [1_150, hook("turn-ended")],
    ];
    assert.is(play(facts as unknown as readonly Moment[]), `0 idle 0, 100 working 1, 900 ${state}`);
  }
});

test("a hook that says that a turn ended tells of no other one, however long after the one that says how it comes", () => {
  for (const [means, told] of [
    ["turn-failed", "error 1 unread"],
    ["interrupted", "idle 1"],
  ] as const) {
    assert.is(
      play([
        [0, look("ready")],
        [100, hook("turn-started")],
        [1_000, hook(means)],
        [1_100, look(means === "interrupted" ? "interrupted" : "error", "500")],
        [1_200, hook("turn-ended")],
        [9_000, hook("turn-ended")],
        [10_000, hook("turn-started")],
        [11_000, hook("turn-ended")],
      ]),
      `0 idle 0, 100 working 1, 1000 ${told}, 10000 working 2, 11000 done 2 unread`,
    );
  }
});

test("a failure that is told before the screen shows it is one failure", () => {
  const told = [
    [0, look("ready")],
    [100, written("turn-started", 90)],
    [900, written("turn-failed", 890)],
    [904, look("ready")],
  ] as const;
  const failed = "0 idle 0, 100 working 1, 900 error 1 unread";
  assert.is(play([...told, [913, look("error")]]), failed);
  const later = 904 + END_GRACE_MS;
  assert.is(play([...told, [later, look("ready")]]), `${failed}, ${later} idle 1`);
});

test("where a hook says that helpers go on, the end in the transcript is not the agent's", () => {
  const told = "0 idle 0, 100 working 1";
  const on = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [300, hook("turn-goes-on")],
    [310, written("turn-ended", 305)],
    [400, look("working")],
  ] as const;
  assert.is(play(on), told);
});

test("a turn that one hook began, the screen denied and another hook or the screen then shows is one turn", () => {
  const began = (rule: string): Fact => ({
    kind: "hook",
    means: "turn-started",
    evidence: { source: "hook", rule, excerpt: rule },
  });
  const denied: readonly Moment[] = [
    [0, look("ready")],
    [1_000, began("opencode/session.created")],
    [1_100, look("ready")],
    [4_000, look("ready")],
  ];
  const started = "0 idle 0, 1000 working 1, 4000 idle 1";
  const ended: Moment = [20_000, hook("turn-ended")];
  assert.is(
    play([...denied, [5_000, began("opencode/session.status")], [5_100, look("working")], ended]),
    `${started}, 5000 working 1, 20000 done 1 unread`,
  );
  assert.is(play([...denied, [5_000, look("working")], ended]), `${started}, 5000 working 1, 20000 done 1 unread`);
  // A hook that comes anew tells of another prompt; so does what comes long after.
  assert.is(play([...denied, [5_000, began("opencode/session.created")]]), `${started}, 5000 working 2`);
  assert.is(play([...denied, [40_000, look("working")]]), `${started}, 40000 working 2`);
  // Once its end was told it is over.
  const working = [5_000, 9_000].map((at): Moment => [at, look("working")]);
  assert.is(play([...denied, [4_500, hook("interrupted")], ...working]), `${started}, 9000 working 2`);
  assert.is(play([...denied, [4_500, hook("turn-ended")]]), `${started}, 4500 done 1 unread`);
  assert.is(play([...denied, [4_500, hook("asks")]]), `${started}, 4500 blocked 1`);
});

test("between the word that a turn begins and the one that it started a screen at rest is from before it", () => {
  const begins: readonly Moment[] = [
    [0, look("ready", "x", { composer: EMPTY })],
    [1_000, hook("turn-begins")],
    [1_100, look("ready", "x", { composer: EMPTY })],
    [5_000, look("ready", "x", { composer: EMPTY })],
  ];
  const told = "0 idle 0, 1000 working 1";
  const ended: Moment = [20_000, hook("turn-ended")];
  const started: Moment = [6_000, hook("turn-started")];
  assert.is(play([...begins, started, [7_000, look("working")], ended]), `${told}, 20000 done 1 unread`);
  // The other word came first, or our own prompt was seen to be taken.
  const late: readonly Moment[] = [begins[0]!, [900, hook("turn-started")], ...begins.slice(1)];
  assert.is(play([...late, [7_000, look("working")]]), "0 idle 0, 900 working 1, 5000 idle 1, 7000 working 1");
  const sent: readonly Moment[] = [begins[0]!, [900, { kind: "submitted", turn: 0 }], ...begins.slice(1)];
  assert.is(play([...sent, started, ended]), "0 idle 0, 900 working 1, 20000 done 1 unread");
  // Once it was told to have started, and where it never is, the screen is believed.
  const stays = [started[0] + 100, started[0] + 100 + GRACE_MS].map((at): Moment => [at, look("ready")]);
  assert.is(play([...begins, started, ...stays]), `${told}, ${stays[1]![0]} idle 1`);
  assert.is(play([...begins, [11_000, look("ready")]]), `${told}, 11000 idle 1`);
  assert.is(play([...begins, [5_100, hook("interrupted")]]), `${told}, 5100 idle 1`);
});

test("what a program writes of a wait is the reason while its screen is silent, for a while and for that turn", () => {
  const note = "retrying, attempt 3: Internal server error";
  const waits = (writtenAtMs: number): Fact => ({
    kind: "transcript",
    means: "turn-retries",
    evidence: { source: "transcript", rule: "gemini/debug-log", excerpt: note },
    writtenAtMs,
  });
  const after = (moments: readonly Moment[], from: Believed) =>
    moments.reduce((believed, [at, fact]) => derive(believed, fact, at), from);
  const idle = after([[0, look("ready")]], newborn(0));
  assert.is(after([[100, waits(100)]], idle), idle);
  const told = after(
    [
      [1_000, look("working")],
      [2_000, waits(2_000)],
      [2_100, look("working")],
    ],
    idle,
  );
  assert.equal([told.state, told.reason], ["working", note]);
  assert.is(after([[46_900, look("working")]], told).reason, note);
  assert.is(after([[47_000, look("working")]], told).reason, null);
  assert.is(after([[3_000, look("working", "spinner", { reason: null })]], told).reason, note);
  const next = after(
    [
      [3_000, look("ready")],
      [4_000, look("working")],
    ],
    told,
  );
  assert.equal([next.state, next.reason, next.turn], ["working", null, told.turn + 1]);
  // It came to a good end for all that.
  assert.is(after([[3_000, look("ready")]], told).state, "done");
});

test("a screen that goes on contradicting a transcript is believed", () => {
  const idle = [0, look("ready")] as const;
  const started = [100, written("turn-started", 95)] as const;
  const ready = (atMs: number) => [atMs, look("ready")] as const;
  assert.is(
    play([idle, started, ready(200), ready(200 + GRACE_MS)]),
    `0 idle 0, 100 working 1, ${200 + GRACE_MS} done 1 unread`,
  );
  const working = (atMs: number) => [atMs, look("working")] as const;
  assert.is(
    play([idle, started, working(150), [500, written("turn-ended", 490)], working(600), working(600 + END_GRACE_MS)]),
    `0 idle 0, 100 working 1, 500 done 1 unread, ${600 + END_GRACE_MS} working 1`,
  );
});

test("the transcript of a program that ended says nothing of the one to come", () => {
  const ended: Fact = { kind: "ended", exit: { code: 0, signal: null } };
  assert.is(
    play([
      [0, look("ready")],
      [100, ended],
      [200, written("turn-started", 190)],
    ]),
    "0 idle 0, 100 exited 0",
  );
});

test("what a program shows between two conversations of its is no turn, until it says that the next began", () => {
  const left: readonly Moment[] = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [200, hook("turn-ended")],
    [300, look("finished")],
    [400, hook("left")],
    [500, look("ready")],
    [600, look("working")],
  ];
  const told = "0 idle 0, 100 working 1, 200 done 1 unread, 400 idle 1";
  assert.is(
    play([
      ...left,
      [9_000, look("working")],
      [9_100, hook("started")],
      [9_200, look("working")],
      [9_300, look("ready")],
    ]),
    told,
  );
  const prompt: Moment = [700, hook("turn-started")];
  assert.is(play([...left, prompt, [800, look("working")]]), `${told}, 700 working 2`, "a prompt is");
  const later = [[9_100, hook("started")] as const, [9_200, look("ready")] as const, [9_300, look("working")] as const];
  assert.is(play([...left, ...later]), `${told}, 9300 working 2`, "and what is shown later");
  assert.is(play([...left, [10_400, look("working")]]), `${told}, 10400 working 2`, "where it never says so, too");
});

test("what was seen before the word that the conversation ended is no turn either; one that something told of is", () => {
  const seen: readonly Moment[] = [
    [0, look("ready")],
    [100, hook("turn-started")],
    [200, hook("turn-ended")],
    [300, look("finished")],
    [1_000, look("working")],
  ];
  const told = "0 idle 0, 100 working 1, 200 done 1 unread, 1000 working 2";
  const left: Moment = [1_400, hook("left")];
  const next: Moment = [5_000, hook("turn-started")];
  assert.is(play([...seen, left, [1_500, look("ready")], next]), `${told}, 1400 idle 1, 5000 working 2`);
  // Its screen is at rest again before the word comes.
  const rest = [1_100, 2_700].map((at): Moment => [at, look("ready")]);
  assert.is(play([...seen, ...rest, [3_000, hook("left")]]), `${told}, 2700 idle 2, 3000 idle 1`);
  assert.is(play([...seen, [1_200, hook("turn-started")], left]), `${told}, 1400 idle 2`);
  assert.is(play([...seen, [1_200, look("finished", "another")], left]), `${told}, 1200 done 2 unread, 1400 idle 2`);
  assert.is(play([...seen, [20_000, hook("left")]]), `${told}, 20000 idle 2`);
});

/** As it was left in the spool then. */
function left(means: HookMeaning, toldAtMs: number): Fact {
  return { ...(hook(means) as Fact & { kind: "hook" }), toldAtMs };
}

const AT_WORK: readonly Moment[] = [
  [0, look("ready")],
  [100, hook("turn-started")],
  [200, look("working")],
];

test("an end that was heard, and again from the spool by another daemon, is one turn's", () => {
  const done: readonly Moment[] = [...AT_WORK, [2_000, hook("turn-ended")]];
  const told = "0 idle 0, 100 working 1, 2000 done 1 unread";
  assert.is(play([...done, [20_000, left("turn-ended", 2_900)]]), told);
  const unseen: Moment = [20_000, left("turn-ended", 9_000)];
  assert.is(play([...done, unseen]), `${told}, 20000 done 2 unread`, "one that nobody saw is another's");
});

test("a prompt that was heard, and again from the spool by another daemon after its turn, opens no other", () => {
  const done: readonly Moment[] = [...AT_WORK, [2_000, hook("turn-ended")]];
  assert.is(play([...done, [20_000, left("turn-started", 1_000)]]), "0 idle 0, 100 working 1, 2000 done 1 unread");
});

test("what waited in the spool is believed since it was left there, and is history where something later is known", () => {
  const since = (fact: Fact, before: readonly Moment[] = AT_WORK): string => {
    let believed = newborn(0);
    for (const [atMs, one] of [...before, [20_000, fact] as const]) believed = derive(believed, one, atMs);
    return `${believed.state} ${believed.turn} since ${believed.sinceMs}`;
  };
  assert.is(since(left("turn-failed", 2_000)), "error 1 since 2000");
  assert.is(since(left("asks", 2_000)), "blocked 1 since 2000");
  assert.is(since(left("turn-ended", 2_000)), "done 1 since 2000");
  assert.is(since(left("turn-ended", 30_000)), "done 1 since 20000", "a file may be dated later than now");
  const stopped: readonly Moment[] = [...AT_WORK, [9_000, look("interrupted")]];
  for (const means of [
    "turn-started",
    "turn-goes-on",
    "asks",
    "turn-ended",
    "turn-failed",
    "interrupted",
    "ended",
  ] as const) {
    assert.is(since(left(means, 2_000), stopped), "idle 1 since 9000", means);
  }
  const again: readonly Moment[] = [...stopped, [10_000, hook("turn-started")]];
  assert.is(since(left("turn-ended", 2_000), again), "working 2 since 10000", "an end is not that of the next turn");
  const back: readonly Moment[] = [[30_000, look("working")]];
  assert.is(
    since(hook("turn-ended"), back),
    "done 1 since 20000",
    "what is heard now is news though the clock was put back",
  );
});

test("records that are read together are each weighed as of when they were written", () => {
  const told = "0 idle 0, 1000 working 1";
  const read: readonly Moment[] = [
    [0, look("ready")],
    [1_000, written("turn-started", 200)],
    [1_000, written("turn-ended", 700)],
  ];
  assert.is(play(read), `${told}, 1000 done 1 unread`);
  assert.is(play([...read, [1_000, written("turn-started", 800)]]), `${told}, 1000 done 1 unread, 1000 working 2`);
});

test.run();
