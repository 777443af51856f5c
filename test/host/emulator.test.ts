import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import { ATTR, RGB, type Still } from "#core/screen/still.js";
import { Emulator, type PaneFrame, Stream } from "#host/emulator.js";
import { graphemeRules } from "#host/widths.js";
import { suite, until } from "../kit/t.js";

const test = suite("emulator");

const frame = (columns: number, rows: number): PaneFrame => ({
  columns,
  rows,
  cursor: { x: 0, y: 0, visible: true },
  title: "",
  alternate: false,
});
const texts = (still: Still) => still.rows.map((row) => row.text);

test("a capture becomes rows of styled runs, exactly as many as the pane is high", async () => {
  const still = await new Emulator().still(
    "plain \x1b[1;38;5;174mbold\x1b[0m\n\x1b[2;38;2;1;2;3;48;5;4mx\x1b[0m",
    frame(20, 4),
  );
  assert.equal(texts(still), ["plain bold", "x", "", ""]);
  assert.equal(still.rows[0]!.runs, [
    { text: "plain ", cells: 6, unit: 1, fg: -1, bg: -1, attrs: 0 },
    { text: "bold", cells: 4, unit: 1, fg: 174, bg: -1, attrs: ATTR.bold },
  ]);
  assert.equal(still.rows[1]!.runs, [{ text: "x", cells: 1, unit: 1, fg: RGB + 0x010203, bg: 4, attrs: ATTR.dim }]);
});

test("attributes carry over from row to row, as tmux writes them, and never from one capture to the next", async () => {
  const emulator = new Emulator();
  const first = await emulator.still("\x1b[31mred\nstill red\x0ex", frame(10, 2));
  assert.is(first.rows[1]!.runs[0]!.fg, 1);
  const second = await emulator.still("qqq", frame(10, 2));
  assert.equal(second.rows[0]!.runs, [{ text: "qqq", cells: 3, unit: 1, fg: -1, bg: -1, attrs: 0 }]);
  assert.is(second.rows[1]!.text, "");
});

test("shifted characters are line drawing", async () => {
  const still = await new Emulator().still("\x0elqk\x0f q", frame(10, 1));
  assert.is(still.rows[0]!.text, "┌─┐ q");
});

test("a row too wide stays in its row", async () => {
  const still = await new Emulator().still(`${"x".repeat(30)}\nsecond`, frame(10, 3));
  assert.equal(texts(still), ["xxxxxxxxxx", "second", ""]);
});

test("more rows than the pane has are left out", async () => {
  assert.equal(texts(await new Emulator().still("a\nb\nc\nd", frame(5, 2))), ["a", "b"]);
});

test("captures that overlap each get their own screen, in every size", async () => {
  const emulator = new Emulator();
  const sizes = Array.from({ length: 40 }, (_, i) => i);
  const stills = await Promise.all(sizes.map((i) => emulator.still(`pane ${i}`, frame(20 + (i % 11), 2))));
  assert.equal(
    stills.map((still) => still.rows[0]!.text),
    sizes.map((i) => `pane ${i}`),
  );
  await emulator.close();
});

test("a wide grapheme is a run of its own unit, a joined one a run of its own", async () => {
  const still = await new Emulator().still("ab漢字👩‍💻e\u0301z", frame(20, 1));
  assert.equal(
    still.rows[0]!.runs.map((run) => [run.text, run.cells, run.unit]),
    [
      ["ab", 2, 1],
      ["漢字", 4, 2],
      ["👩‍💻", 2, 2],
      ["e\u0301", 1, 1],
      ["z", 1, 1],
    ],
  );
});

test("a row is read to its last cell, however few characters fill it", async () => {
  const rows = ["漢字漢字漢", "👍👍👍👍👍", "\tx", "", "abcdefghij", "字", "e\u0301".repeat(10)];
  assert.equal(texts(await new Emulator().still(rows.join("\n"), frame(10, rows.length))), [
    ...rows.slice(0, 2),
    "        x",
    ...rows.slice(3),
  ]);
});

test("blanks that show nothing end no row, blanks that show a colour do", async () => {
  const still = await new Emulator().still("a   \nb\x1b[44m  \x1b[0m   \nc\u00a0", frame(10, 3));
  assert.equal(
    still.rows.map((row) => row.runs.reduce((sum, run) => sum + run.cells, 0)),
    [1, 3, 2],
  );
});

const SAMPLES = [
  "aé",
  "e\u0301",
  "🐢",
  "👩‍💻",
  "👍🏽",
  "❤\ufe0f",
  "🇩🇪",
  "漢字",
  "\u00ad",
  "1\ufe0f\u20e3",
  "✋🏽",
  "☝🏽",
  "✌",
  "🖐🏽",
  "😀🏽",
  "a🏽",
  "漢🏽",
  "👩🏽‍🚀",
  "\u1100\u1161",
  "⏺",
  "✳",
  "⠋",
  "▣",
  "△",
  "क्ष",
  "｡",
  "╭─╮",
  "●✻❯›",
];

test.skipIf(spawnSync("tmux", ["-V"]).status !== 0, "no tmux")("widths are those of the tmux at hand", async () => {
  const name = `emulator-test-${process.pid}`;
  const tmux = (...args: string[]) => {
    const env = { ...process.env, LC_ALL: "C.UTF-8" };
    return spawnSync("tmux", ["-L", name, "-f", "/dev/null", ...args], { env, encoding: "utf8" }).stdout.trimEnd();
  };
  const show = (sample: string) => ["sh", "-c", 'printf %s "$1"; exec sleep 60', "sh", sample];
  tmux("new-session", "-d", "-x", "40", "-y", "4", "sleep", "60");
  try {
    for (const sample of SAMPLES) tmux("new-window", "-d", ...show(sample));
    const columns = () => tmux("list-panes", "-s", "-F", "#{cursor_x}").split("\n").slice(1).map(Number);
    const theirs = await until("every sample is shown", () => (columns().every((x) => x > 0) ? columns() : null));
    const emulator = new Emulator();
    await emulator.still("", frame(40, SAMPLES.length));
    emulator.useRules(graphemeRules(tmux("-V")));
    const still = await emulator.still(SAMPLES.join("\n"), frame(40, SAMPLES.length));
    const ours = still.rows.map((row) => row.runs.reduce((sum, run) => sum + run.cells, 0));
    assert.equal(
      SAMPLES.map((sample, y) => `${sample} ${ours[y]}`),
      SAMPLES.map((sample, y) => `${sample} ${theirs[y]}`),
    );
  } finally {
    tmux("kill-server");
  }
});

test("a stream shows what a program wrote, however its bytes were cut", async () => {
  const bytes = Buffer.from(
    "\x1b]0;✳ topic\x07\x1b[?1049h\x1b[?25l\x1b[2;3H漢字\x1b[38;5;9m!\x1b]7501;state=working:app=x\x1b\\\x07",
  );
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const stream = await Stream.open(20, 3, "before");
    for (let at = 0; at < bytes.length; at += size) stream.feed(bytes.subarray(at, at + size));
    const { still, signals } = await stream.snapshot();
    assert.equal(texts(still), ["", "  漢字!", ""]);
    assert.equal([still.title, still.alternate, still.cursor], ["✳ topic", true, { x: 7, y: 1, visible: false }]);
    assert.equal(signals, [
      { kind: "title", text: "✳ topic" },
      { kind: "osc-7501", text: "state=working:app=x" },
      { kind: "bell", text: "" },
    ]);
    assert.equal((await stream.snapshot()).signals, []);
    stream.close();
  }
});

test("snapshots asked for between feeds each show their own moment", async () => {
  const stream = await Stream.open(10, 1);
  const moments = ["a", "b", "c"].map((text) => {
    stream.feed(text);
    return stream.snapshot();
  });
  stream.resize(12, 2);
  const last = await stream.snapshot();
  assert.equal(
    (await Promise.all(moments)).map((moment) => moment.still.rows[0]!.text),
    ["a", "ab", "abc"],
  );
  assert.equal([last.still.columns, last.still.rows.length], [12, 2]);
});

test("the screen is read anew only where something was written since, and signals are told once", async () => {
  const stream = await Stream.open(10, 1);
  stream.feed("a\x07");
  const [first, same] = await Promise.all([stream.snapshot(), stream.snapshot()]);
  assert.ok(first.still === same.still);
  assert.equal([first.signals.length, same.signals.length], [1, 0]);
  stream.feed("b");
  const { still } = await stream.snapshot();
  assert.equal([first.still.rows[0]!.text, still.rows[0]!.text], ["a", "ab"]);
});

test.run();
