/** What words mean in a dialog, and what is pressed for them, played on dialogs that behave as the programs' do. */
import * as assert from "uvu/assert";
import { nextMove, sendMove, type Wish, wishOf } from "#core/delivery/answering.js";
import type { Choice, Question } from "#core/model.js";
import { ARROWS, DIGITS, type DialogKeys, USUAL_REPLIES, WORDS } from "#core/screen/dialog-keys.js";
import { providers } from "#core/screen/providers.js";
import { suite } from "../../kit/t.js";

const test = suite("answering");

function asks(texts: readonly string[], more: Partial<Question> = {}, choice: Partial<Choice> = {}): Question {
  const choices = texts.map((text, n) => ({ key: String(n + 1), text, selected: n === 0, ...choice }));
  return { kind: "question", text: "Which?", choices, fingerprint: "f", ...more };
}

const withField = (asked: Question, label = "Type something"): Question => {
  const box = asked.multiple ? { checked: false } : {};
  const key = String(asked.choices.length + 1);
  const own: Choice = {
    key,
    text: label,
    selected: asked.choices.length === 0,
    field: { text: "", open: false },
    ...box,
  };
  return { ...asked, choices: [...asked.choices, own] };
};

const withSubmit = (asked: Question): Question => ({
  ...asked,
  choices: [...asked.choices, { key: "", text: "Submit", selected: false, submits: true }],
});

const ticks = (texts: readonly string[]) => asks(texts, { multiple: true }, { checked: false });

function means(asked: Question, choice: string | null, text: string | null = null, name = "claude"): string {
  const wish = wishOf(asked, providers.get(name)?.replies ?? USUAL_REPLIES, choice, text);
  if ("wrong" in wish) return `wrong: ${wish.wrong}`;
  return [...wish.picks.map((pick) => pick.text), ...(wish.text === null ? [] : [JSON.stringify(wish.text)])].join(
    " + ",
  );
}

test("a choice is named by its key, its whole text, or the beginning of it alone", () => {
  const asked = asks(["SQLite", "PostgreSQL", "Postgres in a box"]);
  assert.is(means(asked, "2"), "PostgreSQL");
  assert.is(means(asked, " sqlite "), "SQLite");
  assert.is(means(asked, "postgres "), 'wrong: "postgres" fits 2 of the choices');
  assert.is(means(asked, "postgresq"), "PostgreSQL");
  assert.is(means(asked, "4"), "wrong: there is no choice 4");
  assert.is(means(asked, "mysql"), 'wrong: "mysql" is none of the choices');
  assert.is(
    means(asks(["No, exit", "Yes, I trust this folder"], { kind: "trust" }, { key: "" }), "2"),
    "Yes, I trust this folder",
  );
});

test("yes, no and always are what each program calls them, and an error where it has no such choice", () => {
  const claude = asks([
    "Yes",
    "Yes, and always allow access to /tmp/w from this project",
    "Yes, and switch to auto mode",
    "No",
  ]);
  const codex = asks([
    "Yes, proceed (y)",
    "Yes, and don't ask again for commands that start with `touch` (p)",
    "No, and tell Codex what to do differently (esc)",
  ]);
  const gemini = asks(["Allow once", "Allow for this session", "No, suggest changes (esc)"]);
  const opencode = asks(["Allow once", "Allow always", "Reject"]);
  const qwen = asks([
    "Yes, allow once",
    "Always allow run 'touch *' commands in this project",
    "No, suggest changes (esc)",
  ]);
  const said = (name: string, asked: Question) => ["yes", "no", "always"].map((word) => means(asked, word, null, name));
  assert.equal(said("claude", claude), [claude.choices[0]!.text, claude.choices[3]!.text, claude.choices[1]!.text]);
  for (const [name, asked] of [
    ["codex", codex],
    ["gemini", gemini],
    ["opencode", opencode],
    ["qwen", qwen],
  ] as const) {
    assert.equal(
      said(name, asked),
      [0, 2, 1].map((n) => asked.choices[n]!.text),
    );
  }
  assert.is(means(asks(["Yes", "No"]), "always"), 'wrong: this dialog has no choice that means "always"');
  assert.is(
    means(asks(["Trust folder (w)", "Trust parent folder (tmp)", "Don't trust"]), "yes", null, "gemini"),
    "Trust folder (w)",
  );
  assert.is(
    means(asks(["Trust folder (w)", "Trust parent folder (tmp)", "Don't trust"]), "no", null, "gemini"),
    "Don't trust",
  );
});

test("several are picked only where several may be", () => {
  assert.is(means(ticks(["Lint", "Types", "Unit tests"]), "1,3"), "Lint + Unit tests");
  assert.is(means(ticks(["Lint", "Types", "Unit tests"]), "unit, lint"), "Unit tests + Lint");
  assert.is(means(ticks(["Lint", "Types"]), "1,7"), "wrong: there is no choice 7");
  assert.is(means(asks(["Lint", "Types"]), "1,2"), 'wrong: "1,2" is none of the choices');
  // One that has a comma itself is one.
  assert.is(means(ticks(["Lint, strictly", "Types"]), "lint, strictly"), "Lint, strictly");
});

test("a text is for a dialog that takes one; no line of it ends early", () => {
  const open = withField(asks(["api", "backend"]));
  assert.is(means(open, null, "two\nlines\u001b[201~\r"), '"two lines[201~"');
  assert.is(means(open, "store front"), '"store front"');
  assert.is(means(open, "api"), "api");
  assert.is(means(open, "9"), "wrong: there is no choice 9");
  assert.is(means(open, "yes"), 'wrong: this dialog has no choice that means "yes"');
  assert.is(means(open, "3"), 'wrong: "Type something" takes a text of your own');
  assert.is(means(open, "3", "till"), '"till"');
  assert.is(means(open, "1", "till"), "wrong: it takes either a choice or a text, not both");
  assert.is(means(asks(["api"]), null, "till"), "wrong: this dialog takes no text");
  assert.is(means(open, null, "\n"), "wrong: there is no text in it to type");
  assert.is(means(withField(ticks(["Lint"])), "1", "spell"), 'Lint + "spell"');
});

/** A dialog that does what the keys say: `stays` after being picked from, `gone` by what ended it. */
function play(asked: Question, keys: DialogKeys, wish: Wish): string {
  const pressed: string[] = [];
  let choices = asked.choices.map((choice) => ({ ...choice }));
  let field = asked.field;
  const at = () => choices.findIndex(({ selected }) => selected);
  const go = (to: number) => {
    choices = choices.map((choice, n) => ({
      ...choice,
      selected: n === to,
      ...(choice.field && { field: { ...choice.field, open: n === to && keys.openField === null } }),
    }));
  };
  const tick = (index: number) => {
    choices = choices.map((choice, n) => (n === index ? { ...choice, checked: !choice.checked } : choice));
  };
  while (pressed.length < 30) {
    const move = nextMove({ ...asked, choices, ...(field && { field }) }, keys, wish);
    if (move.do === "stop") return [...pressed, `stop: ${move.why}`].join(" ");
    pressed.push(move.do === "paste" ? JSON.stringify(move.text) : move.keys.join(" "));
    if (move.do === "paste") {
      if (field) field = { ...field, text: move.text };
      choices = choices.map((choice) =>
        choice.field?.open
          ? {
              ...choice,
              field: { ...choice.field, text: move.text },
              ...(choice.checked === undefined ? {} : { checked: true }),
            }
          : choice,
      );
    } else if (move.last) return pressed.join(" ");
    else if (move.keys[0] === keys.forth) go(at() + 1);
    else if (move.keys[0] === keys.back) go(at() - 1);
    else if (choices[at()]?.field?.open) return `${pressed.join(" ")} into the field`;
    else if (/^\d$/.test(move.keys[0]!)) tick(choices.findIndex(({ key }) => key === move.keys[0]));
    else if (choices[at()]?.field)
      choices[at()] = { ...choices[at()]!, field: { ...choices[at()]!.field!, open: true } };
    else tick(at());
  }
  return `${pressed.join(" ")} and on and on`;
}

const pick = (asked: Question, ...indexes: number[]): Wish => ({
  picks: indexes.map((n) => asked.choices[n]!),
  text: null,
});

test("one choice is picked by its digit, or by arrows a step at a time and Enter", () => {
  const asked = asks(["a", "b", "c"]);
  assert.is(play(asked, DIGITS, pick(asked, 2)), "3");
  assert.is(play(asked, ARROWS, pick(asked, 2)), "Down Down Enter");
  assert.is(play(asked, ARROWS, pick(asked, 0)), "Enter");
  const words = asks(["yes", "no"], {}, { selected: false });
  const keyed = { ...words, choices: words.choices.map((choice) => ({ ...choice, key: choice.text })) };
  assert.is(play(keyed, WORDS, pick(keyed, 1)), "n o Enter");
});

test("what is to be ticked is ticked, what is not is unticked, and then it is sent", () => {
  const asked = withSubmit(ticks(["a", "b", "c"]));
  assert.is(play(asked, DIGITS, pick(asked, 0, 2)), "1 3 Down Down Down Enter");
  const half = {
    ...asked,
    choices: asked.choices.map((choice, n) => (n === 1 ? { ...choice, checked: true } : choice)),
  };
  assert.is(play(half, DIGITS, pick(half, 0)), "1 2 Down Down Down Enter");
  const tabbed = ticks(["a", "b"]);
  assert.is(play(tabbed, { ...ARROWS, tick: "Enter", leave: "Tab" }, pick(tabbed, 1)), "Down Enter Tab");
});

test("a text goes into its field once it is open, and Enter comes when it stands there", () => {
  const own = (text: string): Wish => ({ picks: [], text });
  assert.is(play(withField(asks(["a", "b"])), DIGITS, own("my own")), 'Down Down "my own" Enter');
  assert.is(play(withField(asks(["a"])), { ...DIGITS, openField: "Tab" }, own("my own")), 'Down Tab "my own" Enter');
  const alone: Question = { ...asks([]), field: { text: "", open: true } };
  assert.is(play(alone, DIGITS, own("my own")), '"my own" Enter');
  assert.is(
    play({ ...alone, field: { text: "half a thought", open: true } }, DIGITS, own("my own")),
    "stop: a text stands in its field already",
  );
  const several = withSubmit(withField(ticks(["a", "b"])));
  assert.is(play(several, DIGITS, { picks: [several.choices[1]!], text: "own" }), '2 Down Down "own" Down Enter');
  // Where the field has the highlight a digit would be text: it is left first.
  const at = (asked: Question): Question => ({
    ...asked,
    choices: asked.choices.map((choice) =>
      choice.field ? { ...choice, selected: true, field: { text: "", open: true } } : { ...choice, selected: false },
    ),
  });
  const single = at(withField(asks(["a", "b"])));
  assert.is(play(single, DIGITS, pick(single, 0)), "Up 1");
  assert.is(play(at(several), DIGITS, pick(several, 1)), "Up 2 Down Down Enter");
});

test("only a form that shows its answers once more is sent on", () => {
  const review = asks(["Submit answers", "Cancel"], { reviews: 1 });
  const sends = {
    ...review,
    choices: review.choices.map((choice, n) => (n === 0 ? { ...choice, submits: true as const } : choice)),
  };
  assert.equal(sendMove(sends, DIGITS), { do: "keys", keys: ["1"], last: true, says: "1" });
  assert.is(sendMove(asks(["Yes", "No"]), DIGITS), null);
});

test.run();
