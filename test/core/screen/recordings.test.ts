import * as assert from "uvu/assert";
import { suite } from "../../kit/t.js";
import { contestedBy, judge, recordingNames } from "../../recordings.js";

const test = suite("recordings", 60_000);

/** Looks are 100 ms apart, and a recording's times are rounded to the millisecond. */
const LATENCY_LIMIT_MS = 101;

const contested: string[] = [];

async function wrongMarks(names: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of names) {
    const judged = await judge(name);
    for (const t of judged.falseDone) wrong.push(`${name}: done at ${t}, and no turn had ended well`);
    if (judged.response === "wrong") wrong.push(`${name}: ${judged.last.kind} ${judged.last.text.slice(0, 200)}`);
    for (const mark of judged.marks) {
      assert.ok(mark.ticks > 0, `${name} ${mark.truth} at ${mark.t} was looked at`);
      const at = `${name} ${mark.truth} ${mark.t}`;
      if (mark.wrong.length === 0) continue;
      const others = contestedBy(judged, mark);
      if (others > 0) contested.push(`${at}, by ${others}`);
      else wrong.push(`${at}: ${JSON.stringify(mark.wrong.slice(0, 3))}`);
    }
  }
  return wrong;
}

const PROGRAMS = ["claude", "codex", "gemini", "opencode", "qwen", "pi", "copilot"];
/** `claude/short.cast`, or of another version or size: `claude-inline/short.cast`. */
const programOf = (name: string): string => /^[a-z]+/.exec(name)?.[0] ?? name;

test("every recording is one of a program whose recordings are judged", () => {
  assert.equal([...new Set(recordingNames().map(programOf))].sort(), PROGRAMS.toSorted());
});

for (const folder of PROGRAMS) {
  test(`every mark of every ${folder} recording holds at every tick, and its last response is found`, async () => {
    const names = recordingNames().filter((name) => programOf(name) === folder);
    assert.ok(names.length >= 6);
    assert.equal(await wrongMarks(names), []);
  });
}

test("with the window larger for a second half-way, every mark of a few holds but for that second", async () => {
  const names = [
    "claude/permission.",
    "claude-inline/short",
    "codex/permission.",
    "gemini/permission.",
    "opencode/question",
  ];
  for (const name of recordingNames(names)) {
    const { marks } = await judge(name, { resize: true });
    assert.equal([name, marks.flatMap(({ wrong }) => wrong)], [name, []]);
  }
});

test("a long answer written on while the window was larger says that it is not whole, and gives its end", async () => {
  for (const name of recordingNames(["claude-2.1.197/long", "claude-inline/long"])) {
    const { response, last } = await judge(name, { resize: true });
    assert.equal([name, last.kind, response], [name, "partial", "end"]);
    assert.match(
      last.text,
      /^\[PARTIAL RESPONSE - rows of it were written over: the last \d+ lines retrieved\]\nrow \d+ ok\n/,
    );
  }
});

// Codex writes the same welcome, composer and all, whether its hook review opens half a second later or not, and the truth
// beside its recordings calls it both: by the byte, and by the clock too (fixtures/screens/README.md).
test("one mark of all is contested, by twelve recordings after the very same bytes", () => {
  assert.equal(contested, ["codex/first-run-dialogs.cast starting 0, by 12"]);
});

test("what a picture shows is decided at the next look", async () => {
  const names = [
    "claude/question.",
    "claude-2.1.197/interrupt",
    "codex/two-turns",
    "gemini/error-500",
    "opencode/exit",
  ];
  for (const name of recordingNames(names)) {
    const { marks } = await judge(name, { latency: true });
    assert.equal([name, marks.filter(({ latencyMs }) => (latencyMs ?? 0) > LATENCY_LIMIT_MS)], [name, []]);
    assert.ok(marks.some(({ latencyMs }) => (latencyMs ?? 0) > 0));
  }
});

test("with their hooks and bytes no recording is done where no turn ended well", async () => {
  const words = ["interrupt", "error", "exit", "tool-only"];
  for (const name of recordingNames(words)) {
    const { falseDone } = await judge(name, { hooks: true, raw: true });
    assert.equal([name, falseDone], [name, []]);
  }
});

test("with its hooks the response of Claude and of Codex is verbatim, however long", async () => {
  for (const name of recordingNames([
    "claude/long",
    "claude/list",
    "claude/two-turns",
    "codex/long",
    "codex/permission",
  ])) {
    const { response, last } = await judge(name, { hooks: true, raw: true });
    assert.equal([name, response, last.source], [name, "verbatim", "hook"]);
  }
});

test.run();
