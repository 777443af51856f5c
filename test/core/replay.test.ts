import * as assert from "uvu/assert";
import { Stream } from "#host/emulator.js";
import { suite } from "../kit/t.js";
import { judge, recordingNames } from "../recordings.js";

const test = suite("replay", 60_000);

test("what the bytes and the hooks say beside the screen changes no answer", async () => {
  const names = [
    "claude/permission.cast",
    "claude-osc7501/permission.cast",
    "claude/interrupt.cast",
    "codex/two-turns.cast",
  ];
  names.push(
    "codex/interrupt.cast",
    "gemini/permission-hooks.cast",
    "opencode/error-400.cast",
    "opencode/question.cast",
  );
  for (const name of names) {
    const { marks } = await judge(name, { raw: true, hooks: true });
    assert.equal(
      marks.flatMap(({ truth, wrong }) => wrong.map(({ t, state }) => `${name} ${t} ${state}, not ${truth}`)),
      [],
    );
  }
});

test("chunks cut anywhere give the same lines", async () => {
  for (const name of [
    "claude/question-80x24.cast",
    "codex/permission.cast",
    "gemini/exit.cast",
    "opencode/permission.cast",
    "qwen/permission.cast",
    "pi/tool-only.cast",
    "copilot/permission.cast",
  ]) {
    const whole = await judge(name);
    for (const pieces of [[1], [7, 11], [63, 1]]) assert.equal((await judge(name, { pieces })).lines, whole.lines);
  }
});

test("each dialog of each recording is lifted once, with its choices", async () => {
  const seen: string[] = [];
  for (const name of recordingNames([
    "first-run",
    "claude/question.",
    "claude/permission.",
    "codex/permission.",
    "gemini/permission.",
    "opencode/permission.",
    "opencode/question",
    "qwen/permission",
    "copilot/permission",
  ])) {
    const { questions } = await judge(name);
    for (const { question } of questions) {
      const choices = question.choices.map(({ key, text, selected }) => `${selected ? ">" : ""}${key || "-"} ${text}`);
      seen.push(`${name.replace(".cast", "")} ${question.kind}: ${choices.join(" | ")}`);
    }
  }
  assert.equal(seen, [
    "claude/first-run-dialogs trust: >- No, exit | - Yes, I trust this folder",
    "claude/first-run-dialogs login: - Yes | >- No (recommended)",
    "claude/permission permission: >1 Yes | 2 Yes, and always allow access to /tmp/w from this project | 3 Yes, and switch to auto mode | 4 No",
    "claude/question question: >1 SQLite | 2 PostgreSQL | 3 Type something. | 4 Chat about this",
    "codex/first-run-dialogs trust: >1 Review hooks | 2 Trust all and continue | 3 Continue without trusting (hooks won't run)",
    "codex/permission permission: >1 Yes, proceed (y) | 2 Yes, and don't ask again for commands that start with `touch /tmp/w/made-by-agent` (p) | 3 No, and tell Codex what to do differently (esc)",
    "copilot/permission permission: >1 Yes | 2 Yes, and don't ask again for `touch` in this directory (/tmp/w) | 3 No, and tell Copilot what to do differently (Esc to stop)",
    "gemini/first-run-dialogs trust: >1 Trust folder (w) | 2 Trust parent folder (tmp) | 3 Don't trust",
    "gemini/permission permission: >1 Allow once | 2 Allow for this session | 3 No, suggest changes (esc)",
    "opencode/permission permission: >- Allow once | - Allow always | - Reject",
    "opencode/question question: >1 SQLite | 2 PostgreSQL | 3 Type your own answer",
    "qwen/permission permission: >1 Yes, allow once | 2 Always allow run 'touch *' commands in this project | 3 Always allow run 'touch *' commands for this user | 4 No, suggest changes (esc)",
  ]);
});

test("what Codex's transcript tells of answers to its dialogs is counted", async () => {
  const { cast, provider } = await judge("codex/permission.cast");
  const stream = await Stream.open(cast.columns, cast.rows, "w");
  const counted: number[] = [];
  for (const event of cast.events) {
    if (event.kind !== "output") continue;
    stream.feed(event.text);
    counted.push(provider.answersOn!((await stream.snapshot()).still));
  }
  stream.close();
  assert.equal([...new Set(counted)], [0, 1]);
});

test("a highlight that moves leaves the dialog's fingerprint as it is", async () => {
  const { questions } = await judge("claude/first-run-dialogs.cast");
  // The person moved once in each of the two dialogs: still two of them.
  assert.is(questions.length, 2);
  assert.is.not(questions[0]!.question.fingerprint, questions[1]!.question.fingerprint);
});

test.run();
