import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { newborn } from "#core/belief/believed.js";
import { derive } from "#core/derive.js";
import type { AgentState } from "#core/model.js";
import type { Shown } from "#core/screen/reading.js";
import { isPlausible, mayDoubt, signalReport } from "#core/screen/signal-meanings.js";
import { SIGNAL_LIMIT, type Signal, SignalScanner } from "#core/screen/signals.js";
import { parseCast } from "#host/cast.js";
import { Stream } from "#host/emulator.js";
import { suite } from "../../kit/t.js";
import { recordingNames } from "../../recordings.js";

const test = suite("signals", 30_000);
const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../../../fixtures/screens");

const scan = (...pieces: string[]): string[] => {
  const scanner = new SignalScanner();
  return pieces.flatMap((piece) => scanner.push(piece)).map(({ kind, text }) => `${kind} ${text}`.trim());
};

test("statuses, notices and bells are found, whatever ends them and wherever they are cut", () => {
  const input =
    "a\x07b\x1b]7501;state=working:app=codex\x1b\\c\x1b]9;Approval requested: touch x\x07\x1b]777;notify;Codex;done\x07\x1b]99;i=1;hi\x1b\\";
  const found = [
    "bell",
    "osc-7501 state=working:app=codex",
    "osc-9 Approval requested: touch x",
    "osc-777 notify;Codex;done",
    "osc-99 i=1;hi",
  ];
  assert.equal(scan(input), found);
  for (let at = 0; at <= input.length; at++) assert.equal(scan(input.slice(0, at), input.slice(at)), found, `at ${at}`);
  assert.equal(scan(...input), found);
});

test("a bell that ends a title, or stands in a string, rings nothing", () => {
  assert.equal(scan("\x1b]2;a title\x07\x1bP+q\x07\x1b\\\x1b_G\x07\x1b\\"), []);
  assert.equal(scan("\x1b[1;3\x07m\x1b\x07"), ["bell", "bell"]);
});

test("what is wrapped for tmux to pass on is read as well", () => {
  assert.equal(scan("\x1bPtmux;\x1b\x1b]9;hello\x07\x1b\\after\x07"), ["osc-9 hello", "bell"]);
});

test("one broken off, or without an end, is none, and takes no memory", () => {
  assert.equal(scan("\x1b]7501;state=wor\x18king\x07"), ["bell"]);
  const scanner = new SignalScanner();
  assert.equal(scanner.push(`\x1b]9;${"x".repeat(SIGNAL_LIMIT)}`), []);
  for (let i = 0; i < 100; i++) scanner.push("x".repeat(10_000));
  assert.equal(scanner.push("\x07\x07"), [{ kind: "bell", text: "" }]);
});

test("every recording holds the signals that the emulator sees in it", async () => {
  let count = 0;
  for (const name of recordingNames()) {
    const { columns, rows, events } = parseCast(readFileSync(join(ROOT, name), "utf8"));
    const text = events.map((event) => (event.kind === "output" ? event.text : "")).join("");
    const stream = await Stream.open(columns, rows);
    stream.feed(text);
    const { signals } = await stream.snapshot();
    stream.close();
    const seen: readonly Signal[] = signals.filter(({ kind }) => kind !== "title");
    const scanner = new SignalScanner();
    const found: Signal[] = [];
    for (let at = 0; at < text.length; at += 61) found.push(...scanner.push(text.slice(at, at + 61)));
    assert.equal(found, seen, name);
    count += seen.length;
  }
  assert.ok(count > 100, `${count} signals`);
});

test("a notice that a person is asked says so; others, a progress bar and a bell mean a look", () => {
  const report = (kind: Signal["kind"], text: string) => signalReport("codex", { kind, text }, true);
  assert.equal(report("osc-9", "Approval requested: touch x"), {
    means: "asks",
    evidence: { source: "api", rule: "codex/osc-9", excerpt: "Approval requested: touch x" },
  });
  assert.is(report("osc-777", "notify;Claude Code;Claude needs your permission to use Bash")?.means, "asks");
  assert.is(report("osc-777", "notify;Claude needs your permission to use Bash")?.means, "asks");
  assert.is(report("osc-99", "i=1:d=0;Claude needs your permission to use Bash")?.means, "asks");
  for (const text of ["I am done", "4;3;", "4"]) assert.is(report("osc-9", text), null);
  assert.is(report("bell", ""), null);
  assert.is(report("osc-7501", "state=working:app=codex")?.means, "turn-started");
});

test("a notice is no promise that ends will be told: a screen at rest ends its turn well", () => {
  const reading = (shown: "working" | "ready" | "blocked") => ({
    shown,
    evidence: { source: "screen" as const, rule: `codex/${shown}`, excerpt: shown },
    reason: null,
    errorKind: null,
    question: null,
    composer: null,
  });
  const asks = signalReport("codex", { kind: "osc-9", text: "Approval requested: x" }, true)!;
  let believed = derive(newborn(0), { kind: "still", reading: reading("ready") }, 100);
  believed = derive(believed, { kind: "still", reading: reading("working") }, 200);
  believed = derive(believed, { kind: "hook", ...asks }, 300);
  assert.is(believed.state, "blocked");
  believed = derive(believed, { kind: "still", reading: reading("blocked") }, 400);
  believed = derive(believed, { kind: "still", reading: reading("working") }, 500);
  assert.is(derive(believed, { kind: "still", reading: reading("ready") }, 600).state, "done");
});

test("Codex's word that it works says nothing while its welcome stands, or is being drawn", () => {
  const works = signalReport("codex", { kind: "osc-7501", text: "state=working" }, false)!;
  const reading = (rule: string, shown: Shown = "ready") => ({
    shown,
    evidence: { source: "screen" as const, rule, excerpt: "" },
    reason: null,
    errorKind: null,
    question: null,
    composer: null,
  });
  assert.equal(
    [
      isPlausible(works, reading("codex/fresh"), "idle"),
      isPlausible(works, reading("codex/turn-took"), "starting"),
      isPlausible(works, reading("codex/blank", "starting"), "done"),
      isPlausible(works, reading("codex/prompt"), "idle"),
    ],
    [false, false, false, true],
  );
});

test("Codex at rest that says it works is asked for its screen first: so it speaks of a conversation that it begins", () => {
  const works = (provider: string) => signalReport(provider, { kind: "osc-7501", text: "state=working" }, false)!;
  const believed = (state: AgentState, rule = "codex/turn-took") => ({
    ...newborn(0),
    state,
    evidence: { source: "screen" as const, rule, excerpt: "" },
  });
  const doubted = (["done", "idle", "error", "starting"] as const).map((state) =>
    mayDoubt(works("codex"), believed(state)),
  );
  assert.equal(doubted, [true, true, true, true]);
  assert.is(mayDoubt(works("codex"), believed("blocked")), false);
  assert.is(mayDoubt(works("claude"), believed("idle", "claude/prompt")), false);
});

test.run();
