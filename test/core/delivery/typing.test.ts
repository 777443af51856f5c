import * as assert from "uvu/assert";
import {
  beginTyping,
  isOver,
  resumeTyping,
  stepTyping,
  type Typing,
  type TypingEffect,
  type TypingEvent,
  wakeAtMs,
} from "#core/delivery/typing.js";
import type { AgentState } from "#core/model.js";
import type { Composer, Reading, Shown } from "#core/screen/reading.js";
import { suite } from "../../kit/t.js";

const test = suite("typing");
const TEXT = "write a haiku about tabs";

test("the way things go: look, paste, see the text, Enter, see it gone", () => {
  tells(play(["0 empty", "5 done paste", "155 clock", "160 text", "165 done enter", "180 empty"]), [
    "0 begin -> gate +look",
    "0 empty -> pasting +paste",
    "5 done paste -> pasted",
    "155 clock -> pasted +look",
    "160 text -> entering +enter",
    "165 done enter -> entered +look",
    "180 empty -> delivered (composer-emptied)",
  ]);
});

test("a finished turn, seen or not, an interrupted one, and a first page of what is up may be typed into", () => {
  // The last shows its first page once more, as Gemini CLI does after a resize.
  for (const look of ["finished", "interrupted", "empty done", "welcome"]) {
    assert.match(play([`0 ${look}`]).at(-1)!, /-> pasting \+paste$/);
  }
});

test("nothing is sent unless the gate is open", () => {
  const refusals = {
    dialog: "refused dialog: a dialog waits for an answer",
    blocked: "refused dialog: a dialog waits for an answer",
    working: "refused state: its screen shows it working",
    "empty working": "refused state: it is working",
    "empty unclear": "refused state: it is unclear",
    "welcome starting": "refused state: it is starting",
    blank: "refused state: its screen shows it starting",
    "empty blocked": "refused state: it is blocked",
    "empty exited": "refused state: it is exited",
    "empty error": "refused state: it is error",
    unclear: "refused state: its screen shows it unclear",
    boxless: "refused no-composer: its screen shows no input box",
    draft: "refused draft: a draft stands in its input box",
    text: "refused draft: a draft stands in its input box",
    "empty idle 2": "refused gone: it was started again meanwhile",
    "empty idle 1 theirs": "refused gone: the program is no longer in its tab",
    "empty idle 1 barred": "refused state: input to it is off",
    gone: "refused gone: its tab is gone",
    "failed look": "refused unreadable: its screen cannot be read: tmux said no",
  };
  for (const [look, end] of Object.entries(refusals)) tells(play([`0 ${look}`]).slice(1), [`0 ${look} -> ${end}`]);
  tells(play(["4999 clock", "5000 clock", "5010 empty"]).slice(1), [
    "4999 clock -> gate",
    "5000 clock -> refused unreadable: its screen could not be read in time",
    "5010 empty -> refused unreadable: its screen could not be read in time",
  ]);
});

test("text of control characters alone is refused before anybody looks", () => {
  tells(play([], "\x1b\x07 \n"), ["0 begin -> refused empty-text: there is no text to send"]);
});

test("what is pasted cannot end the paste, and keeps its lines and tabs", () => {
  const [typing] = beginTyping({ text: "a\x1b[201~b\r\nc\rd\te\u009b1\x7f", incarnation: 1, pasteSettleMs: 0 }, 0);
  const [, effects] = stepTyping(typing, event("empty"), 0);
  assert.equal(effects, [{ do: "paste", text: "a[201~b\nc\nd\te1" }]);
});

test("Enter waits for the text and for the paste to settle, whichever is later", () => {
  tells(
    play(["0 empty", "0 done paste", "50 text", "149 clock", "150 clock", "151 empty", "251 clock", "260 text"]).slice(
      2,
    ),
    [
      "0 done paste -> pasted",
      "50 text -> pasted",
      "149 clock -> pasted",
      "150 clock -> pasted +look",
      "151 empty -> pasted",
      "251 clock -> pasted +look",
      "260 text -> entering +enter",
    ],
  );
  tells(play(["0 empty", "0 done paste", "150 clock", "400 text"], TEXT, 400).slice(3), [
    "150 clock -> pasted",
    "400 text -> entering +enter",
  ]);
});

test("only one look is under way at a time, until it is answered or given up", () => {
  tells(
    play(["0 empty", "0 done paste", "150 clock", "300 clock", "400 failed look", "499 clock", "500 clock"]).slice(3),
    [
      "150 clock -> pasted +look",
      "300 clock -> pasted",
      "400 failed look -> pasted",
      "499 clock -> pasted",
      "500 clock -> pasted +look",
    ],
  );
  const entered = ["0 empty", "0 done paste", "150 text", "160 done enter"];
  tells(play([...entered, "900 clock", "1000 draft", "1100 clock", "1200 clock"]).slice(4), [
    "160 done enter -> entered +look",
    "900 clock -> entered",
    "1000 draft -> entered",
    "1100 clock -> entered +look",
    "1200 clock -> entered",
  ]);
});

test("a placeholder for a long paste stands for the text", () => {
  assert.match(play(["0 empty", "0 done paste", "200 placeholder"]).at(-1)!, /-> entering \+enter$/);
});

test("a dialog that swallows the paste gets no Enter", () => {
  for (const look of ["dialog", "blocked"]) {
    tells(play(["0 empty", "0 done paste", `200 ${look}`, "300 clock", "400 text"]).slice(3), [
      `200 ${look} -> failed: a dialog opened`,
      "300 clock -> failed: a dialog opened",
      "400 text -> failed: a dialog opened",
    ]);
  }
});

test("text that never shows is failed, and not entered later", () => {
  tells(play(["0 empty", "0 done paste", "5149 boxless", "5150 clock", "5160 text"]).slice(3), [
    "5149 boxless -> pasted",
    "5150 clock -> failed: the text did not appear in its input box",
    "5160 text -> failed: the text did not appear in its input box",
  ]);
});

test("somebody else's words in the box are not entered", () => {
  const story = play(["0 empty", "0 done paste", "200 draft", "300 mixed", "5150 mixed"]);
  assert.is(story.filter((line) => /\+enter/.test(line)).length, 0);
  assert.match(story.at(-1)!, /failed: the text did not appear/);
});

test("a turn that somebody else began before our Enter leaves it uncertain", () => {
  tells(play(["0 empty", "0 done paste", "160 turn-started", "5150 clock"]).slice(3), [
    "160 turn-started -> pasted",
    "5150 clock -> uncertain: a turn began before Enter was pressed",
  ]);
  assert.match(play(["0 empty", "0 done paste", "160 working", "5150 clock"]).at(-1)!, /uncertain: a turn began/);
});

test("a lost Enter is pressed again, three times in all, and the text never pasted again", () => {
  const story = play([
    ...["0 empty", "0 done paste", "150 text", "150 done enter"],
    ...["160 text", "1149 text", "1150 text", "1150 done enter"],
    ...["2149 text", "2150 text", "2150 done enter", "3150 text", "7149 text", "7150 text"],
  ]);
  tells(story.slice(4), [
    "150 done enter -> entered +look",
    "160 text -> entered",
    "1149 text -> entered",
    "1150 text -> entering +enter",
    "1150 done enter -> entered +look",
    "2149 text -> entered",
    "2150 text -> entering +enter",
    "2150 done enter -> entered +look",
    "3150 text -> entered",
    "7149 text -> entered",
    "7150 text -> uncertain: the text still stands in its input box after 3 times Enter",
  ]);
  assert.is(story.filter((line) => /\+paste/.test(line)).length, 1);
});

test("behind a last word for which a program opens a list there is a blank, or Enter would choose from it", () => {
  const pasted = (text: string) => {
    const [typing] = beginTyping({ text, incarnation: 1, pasteSettleMs: 0 }, 0);
    const [, [effect]] = stepTyping(typing, event("empty"), 0);
    return effect?.do === "paste" ? effect.text : null;
  };
  assert.equal(["look at @src", "@", "use\n$skill"].map(pasted), ["look at @src ", "@ ", "use\n$skill "]);
  for (const text of ["look at @src now", "me@host", "@src\n", "/clear", "it costs 5$"]) assert.is(pasted(text), text);
});

test("a program that takes seconds to take what was entered is waited for", () => {
  const story = play([
    ...["0 empty", "0 done paste", "150 text", "150 done enter"],
    ...["1150 text", "1150 done enter", "2150 text", "2150 done enter", "3150 text", "6000 empty"],
  ]);
  assert.is(story.at(-1), "6000 empty -> delivered (composer-emptied)");
});

test("a long text is waited for longer, a second for every 16 KiB, to be shown and to be taken", () => {
  const text = "a".repeat(262_144);
  const pasted = resumeTyping({ text, incarnation: 1, pasteSettleMs: 0 }, 0, 0)[0];
  const entered = resumeTyping({ text, incarnation: 1, pasteSettleMs: 0 }, 3, 0)[0];
  assert.equal(
    [pasted, entered].map((one) => [
      isOver(stepTyping(one, { kind: "clock" }, 20_999)[0]),
      isOver(stepTyping(one, { kind: "clock" }, 21_000)[0]),
    ]),
    [
      [false, true],
      [false, true],
    ],
  );
});

test("a turn that starts is delivery, said by a hook or shown by the screen", () => {
  const pressed = ["0 empty", "0 done paste", "150 text"];
  assert.match(play([...pressed, "151 turn-started"]).at(-1)!, /delivered \(turn-started\)/);
  assert.match(play([...pressed, "151 done enter", "152 working"]).at(-1)!, /delivered \(turn-started\)/);
});

test("a dialog after Enter gets no Enter; a turn said to have begun settles it, else it is uncertain", () => {
  const pressed = ["0 empty", "0 done paste", "150 text", "150 done enter"];
  const story = play([...pressed, "1200 dialog", "2500 dialog", "5150 dialog"]);
  assert.is(story.filter((line) => /\+enter/.test(line)).length, 1);
  assert.match(story.at(-1)!, /uncertain: nothing showed that the text was taken/);
  assert.match(play([...pressed, "1200 dialog", "1300 turn-started"]).at(-1)!, /delivered/);
});

test("how far it came decides what a lost pane or a failing tmux means", () => {
  const pasted = ["0 empty", "0 done paste"];
  const pressed = [...pasted, "150 text"];
  const entered = [...pressed, "150 done enter"];
  const ends = (...moments: string[]) =>
    play(moments)
      .at(-1)!
      .replace(/.* -> /, "")
      .replace(/:.*/, "");
  assert.is(ends("0 empty", "1 gone"), "failed");
  assert.is(ends("0 empty", "1 failed paste"), "failed");
  assert.is(ends("0 empty", "5000 clock"), "failed");
  assert.is(ends(...pasted, "1 gone"), "failed");
  assert.is(ends(...pasted, "1 text exited 1 theirs"), "failed");
  assert.is(ends(...pressed, "151 gone"), "uncertain");
  assert.is(ends(...pressed, "151 failed enter"), "uncertain");
  assert.is(ends(...pressed, "5150 clock"), "uncertain");
  assert.is(ends(...entered, "151 gone"), "uncertain");
  assert.is(ends(...entered, "151 empty idle 2"), "uncertain");
  assert.is(ends(...entered, "5150 clock"), "uncertain");
});

test("whatever happens, it presses Enter only on a reading that shows the text, and comes to an end", () => {
  const looks = ["empty", "text", "draft", "dialog", "working", "boxless", "clock", "turn-started", "failed look"];
  const answers = ["done paste", "done enter", "failed enter"];
  const all = [...looks, ...answers];
  let seed = 7;
  const below = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * n);
  };
  for (let round = 0; round < 2_000; round++) {
    const moments = Array.from({ length: 24 }, (_, i) => `${i * 130} ${all[below(all.length)]}`);
    const story = play([...moments, "20000 clock", "40000 clock"]);
    for (const line of story) {
      if (line.endsWith("+enter")) assert.match(line, /^\d+ text -> /);
      if (line.endsWith("+paste")) assert.match(line, /^\d+ empty -> /);
    }
    assert.ok(story.filter((line) => line.endsWith("+paste")).length <= 1);
    assert.ok(story.filter((line) => line.endsWith("+enter")).length <= 3);
    assert.match(story.at(-1)!, /-> (refused|failed|uncertain|delivered)/);
  }
});

test("it says when it must be woken, and no longer once it is over", () => {
  let [typing] = beginTyping({ text: TEXT, incarnation: 1, pasteSettleMs: 0 }, 100);
  assert.is(wakeAtMs(typing), 5_100);
  [typing] = stepTyping(typing, event("empty"), 100);
  [typing] = stepTyping(typing, event("done paste"), 110);
  assert.is(wakeAtMs(typing), 260);
  [typing] = stepTyping(typing, event("gone"), 120);
  assert.is(wakeAtMs(typing), null);
  assert.is(isOver(typing), true);
});

test.run();

/** Moments are `MS EVENT`; an event is a look (`empty`, with state, incarnation, whose it is), or its own name. */
function play(moments: readonly string[], text = TEXT, pasteSettleMs = 0): string[] {
  let [typing, effects] = beginTyping({ text, incarnation: 1, pasteSettleMs }, 0);
  const lines = [`0 begin -> ${told(typing, effects)}`];
  for (const moment of moments) {
    const [, at, what] = /^(\d+) (.*)$/.exec(moment)!;
    [typing, effects] = stepTyping(typing, event(what!), Number(at));
    lines.push(`${moment} -> ${told(typing, effects)}`);
  }
  return lines;
}

function told(typing: Typing, effects: readonly TypingEffect[]): string {
  const said = effects.map((effect) => ` +${effect.do}`).join("");
  if (typing.at === "refused") return `refused ${typing.why}: ${typing.message}${said}`;
  if (typing.at === "failed" || typing.at === "uncertain") return `${typing.at}: ${typing.message}${said}`;
  return `${typing.at}${typing.at === "delivered" ? ` (${typing.because})` : ""}${said}`;
}

function tells(story: readonly string[], expected: readonly string[]): void {
  assert.is(story.join("\n"), expected.join("\n"));
}

function event(words: string): TypingEvent {
  const [what, state = "idle", incarnation = "1", whose = "ours"] = words.split(" ");
  if (what === "clock" || what === "gone" || what === "turn-started") return { kind: what };
  if (what === "done") return { kind: "done", effect: state as TypingEffect["do"] };
  if (what === "failed") return { kind: "failed", effect: state as TypingEffect["do"], message: "tmux said no" };
  return {
    kind: "read",
    reading: reading(what!),
    state: state as AgentState,
    incarnation: Number(incarnation),
    ours: whose !== "theirs",
    ...(whose === "barred" ? { barred: "input to it is off" } : {}),
  };
}

function reading(look: string): Reading {
  const box = (text: string, pasted = false): Composer => ({ text, empty: text === "" && !pasted, pasted });
  const looks: Record<string, [Shown, Composer | null]> = {
    empty: ["ready", box("")],
    finished: ["finished", box("")],
    interrupted: ["interrupted", box("")],
    text: ["ready", box(TEXT)],
    placeholder: ["ready", box("", true)],
    draft: ["ready", box("half typed by a person")],
    mixed: ["ready", box(`half typed ${TEXT}`)],
    boxless: ["ready", null],
    working: ["working", box("")],
    unclear: ["unclear", null],
    welcome: ["starting", box("")],
    blank: ["starting", null],
    blocked: ["blocked", null],
    dialog: ["ready", null],
  };
  const [shown, composer] = looks[look]!;
  return {
    shown,
    composer,
    evidence: { source: "screen", rule: "test/look", excerpt: look },
    reason: null,
    errorKind: null,
    question: look === "dialog" ? { kind: "permission", text: "Run it?", choices: [], fingerprint: "f" } : null,
  };
}
