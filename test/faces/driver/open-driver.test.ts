import * as assert from "uvu/assert";
import { ATTR, RGB } from "#core/screen/still.js";
import type { Canvas, Panel } from "#faces/dashboard/driver/driver.js";
import { suite, until } from "../../kit/t.js";
import { type Library, type Stage, stage } from "./stage.js";

const test = suite("driver");
const open: Stage[] = [];
test.afterEach(() => {
  for (const each of open.splice(0)) each.driver.close();
});

function start(options: Parameters<typeof stage>[0] = {}): Stage {
  const made = stage(options);
  open.push(made);
  return made;
}

function panel(on: Stage, rect: [number, number, number, number], paint: (canvas: Canvas) => void): Panel {
  const made = on.driver.panel("p", paint);
  const [left, top, width, height] = rect;
  made.place({ left, top, width, height });
  return made;
}

/** Random numbers that are the same every time. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

/** The same story on any library: panels that move, overlap and leave, with wide text, emoji and true colours. */
async function story(on: Stage, steps: number, seed: number, each?: () => Promise<void>): Promise<void> {
  const roll = dice(seed);
  const texts = [
    "plain text",
    "漢字かな混じり",
    "✅ done 🚀 go",
    "👩‍💻 é ñ",
    "●◆✖ … →",
    " ".repeat(30),
    "─│┌",
    "한글 a",
  ];
  const panels: { panel: Panel; seed: number }[] = [];
  const make = () => {
    const own = { panel: on.driver.panel("p", (canvas) => paint(canvas, dice(own.seed))), seed: roll(9_999) };
    return own;
  };
  const paint = (canvas: Canvas, roll: (below: number) => number) => {
    canvas.fill(0, 0, canvas.width, canvas.height, roll(2) ? {} : { bg: RGB + roll(0xffffff) });
    if (roll(2)) canvas.frame({ fg: roll(16) }, texts[roll(texts.length)]!);
    for (let y = 0; y < canvas.height; y++) {
      const fg = roll(3) ? roll(256) : RGB + roll(0xffffff);
      const style = { fg, bg: roll(2) ? -1 : roll(256), attrs: roll(256) & ~ATTR.invisible };
      canvas.put(roll(8) - 2, y, texts[roll(texts.length)]!, style);
    }
  };
  for (let step = 0; step < steps; step++) {
    if (panels.length < 4) panels.push(make());
    const chosen = panels[roll(panels.length)]!;
    chosen.seed = roll(9_999);
    chosen.panel.stale();
    if (roll(3)) chosen.panel.place({ left: roll(30) - 4, top: roll(8) - 2, width: roll(30), height: roll(8) });
    if (roll(6) === 0) {
      chosen.panel.remove();
      panels.splice(panels.indexOf(chosen), 1);
    }
    on.driver.render(true);
    await each?.();
  }
}

test("blessed and neo-blessed write the same bytes", async () => {
  const written = [];
  for (const library of ["neo-blessed", "blessed"] as Library[]) {
    const on = start({ library });
    await story(on, 60, 11);
    on.resize(33, 6);
    on.driver.render(true);
    on.input.say("q");
    written.push(on.output.written.join(""));
    on.driver.close();
  }
  assert.ok(written[0]!.length > 5_000);
  assert.is(written[0], written[1]);
});

test("what small frames leave on the terminal is what a full repaint shows", async () => {
  for (const seed of [1, 2, 3]) {
    const on = start({ columns: 38 });
    let step = 0;
    await story(on, 40, seed, async () => {
      step++;
      const now = await on.cells();
      on.driver.suspend();
      on.driver.resume();
      const again = await on.cells();
      const wrong = now.findIndex((cell, at) => cell !== again[at]);
      assert.is(wrong, -1, `seed ${seed} step ${step}: ${now[wrong]} should be ${again[wrong]}`);
    });
    on.driver.close();
  }
});

test("a frame in which nothing is stale writes nothing", () => {
  const on = start();
  const p = panel(on, [0, 0, 10, 2], (canvas) => canvas.put(0, 0, "same"));
  on.driver.render(true);
  on.bytes();
  on.driver.render(true);
  p.place({ left: 0, top: 0, width: 10, height: 2 });
  on.driver.render(true);
  assert.is(on.bytes(), "");
  p.stale();
  on.driver.render(true);
  assert.is(on.bytes(), "", "painted again, the same");
});

test("a spinner at 120x40 costs at most 150 bytes a frame", () => {
  const on = start({ columns: 120, rows: 40 });
  let tick = 0;
  const p = panel(on, [30, 1, 90, 38], (canvas) => {
    canvas.frame({ fg: RGB + 0x445566 }, "agent");
    canvas.put(2, 30, `${"⠋⠙⠹⠸⠼⠴"[tick % 6]} Thinking… (${tick}s)`, { fg: RGB + 0xd77757 });
  });
  on.driver.render(true);
  on.bytes();
  for (tick = 1; tick < 100; tick++) {
    p.stale();
    on.driver.render(true);
    const bytes = Buffer.byteLength(on.bytes());
    assert.ok(bytes > 0 && bytes <= 150, `${bytes} bytes`);
  }
});

test("a popup covers what is below and gives it back when it goes", async () => {
  const on = start({ columns: 24, rows: 5 });
  panel(on, [0, 0, 24, 5], (canvas) => {
    for (let y = 0; y < 5; y++) canvas.put(0, y, "漢字漢字漢字漢字漢字漢字");
  });
  const popup = panel(on, [3, 1, 8, 3], (canvas) => canvas.frame({}, "?"));
  on.driver.render(true);
  const under = "漢字漢字漢字漢字漢字漢字";
  assert.is(
    await on.screen(),
    [under, "漢 ┌─ ? ──┐ 漢字漢字漢字", "漢 │      │ 漢字漢字漢字", "漢 └──────┘ 漢字漢字漢字", under].join("\n"),
  );
  popup.remove();
  on.driver.render(true);
  assert.is(await on.screen(), Array(5).fill(under).join("\n"));
});

test("a panel below that changes does not paint over the popup", async () => {
  const on = start({ columns: 10, rows: 3 });
  let fill = "a";
  const below = panel(on, [0, 0, 10, 3], (canvas) => {
    for (let y = 0; y < 3; y++) canvas.put(0, y, fill.repeat(10));
  });
  panel(on, [2, 1, 3, 1], (canvas) => canvas.put(0, 0, "POP"));
  on.driver.render(true);
  fill = "b";
  below.stale();
  on.driver.render(true);
  assert.is(await on.screen(), "bbbbbbbbbb\nbbPOPbbbbb\nbbbbbbbbbb");
});

test("no frame is written while the terminal takes nothing, and the newest one afterwards", async () => {
  const on = start({ columns: 10, rows: 1 });
  let text = "one";
  const p = panel(on, [0, 0, 10, 1], (canvas) => canvas.put(0, 0, text));
  on.output.full = true;
  on.driver.render(true);
  on.bytes();
  for (text of ["two", "three", "four"]) {
    p.stale();
    on.driver.render(true);
  }
  assert.is(on.bytes(), "");
  on.output.full = false;
  on.output.emit("drain");
  await until("the frame is written", () => on.output.written.length > 2);
  assert.is(await on.screen(), "four");
});

test("frames keep to the limit, but those that answer a key do not wait", async () => {
  const on = start({
    framesPerSecond: 0.01,
    events: {
      key: (key) => {
        text = key.name;
        p.stale();
        on.driver.render(true);
      },
    },
  });
  let text = "-";
  const p = panel(on, [0, 0, 10, 1], (canvas) => canvas.put(0, 0, text));
  on.driver.render(true);
  p.stale();
  text = "late";
  on.driver.render();
  on.bytes();
  on.input.say("xyz");
  assert.is(on.output.written.filter((frame) => frame.includes("z")).length, 1, "one frame for three keys");
  assert.ok(!on.bytes().includes("late"));
});

test("frames come thirty a second at most, over SSH ten", async () => {
  for (const [env, atLeastMs] of [
    [{ SSH_CONNECTION: "a b c d" }, 95],
    [{}, 30],
  ] as const) {
    const on = start({ env: { TERM: "xterm", ...env }, framesPerSecond: null });
    const p = panel(on, [0, 0, 10, 1], (canvas) => canvas.put(0, 0, String(Math.random())));
    on.driver.render(true);
    const frames = on.output.written.length;
    const began = performance.now();
    p.stale();
    on.driver.render();
    await until("the second frame comes", () => on.output.written.length > frames);
    assert.ok(performance.now() - began >= atLeastMs - 5);
  }
});

test("sizes down to one cell never throw, in a storm of them", async () => {
  const on = start({
    columns: 120,
    rows: 40,
    events: { resize: (size) => p.place({ left: 0, top: 0, width: size.columns, height: size.rows }) },
  });
  const p = panel(on, [0, 0, 120, 40], (canvas) => {
    canvas.frame({ fg: 2 }, "漢字 title 🚀");
    canvas.put(1, 1, "漢字".repeat(100), { bg: 4 });
    canvas.put(-3, 2, "漢字かな");
    canvas.put(2, 99, "below");
    canvas.cursor(canvas.width - 1, canvas.height - 1);
    canvas.row(0, 3, { text: "", runs: [{ text: "漢字漢字", cells: 8, unit: 2, fg: 1, bg: 2, attrs: 0 }] });
  });
  on.driver.render(true);
  for (const [columns, rows] of [
    [10, 3],
    [1, 1],
    [150, 44],
    [2, 2],
    [3, 1],
    [80, 24],
    [10, 3],
  ] as const) {
    on.resize(columns, rows);
    on.driver.render(true);
  }
  assert.is(await on.screen(), "┌─ 漢字 ─┐\n│漢字漢字 \n かな────┘");
  assert.equal(on.driver.size(), { columns: 10, rows: 3 });
});

test("suspended, the terminal is restored and no byte is taken; resumed, all is painted again", async () => {
  const on = start({ columns: 10, rows: 1 });
  panel(on, [0, 0, 10, 1], (canvas) => canvas.put(0, 0, "here"));
  on.driver.render(true);
  on.bytes();
  on.driver.suspend();
  const left = on.bytes();
  for (const mode of ["?1049l", "?25h", "?7h", "?2004l", "?1000l", "?1002l", "?1006l", "?1004l"]) {
    assert.ok(left.includes(`\x1b[${mode}`), mode);
  }
  assert.equal([on.input.raw, on.input.flowing], [false, false]);
  on.driver.render(true);
  assert.is(on.bytes(), "");
  on.driver.resume();
  assert.equal([on.input.raw, on.input.flowing], [true, true]);
  const back = on.bytes();
  assert.ok(back.includes("\x1b[?1049h") && back.includes("here"));
  assert.is(await on.screen(), "here");
});

test("keys behind the one that suspends are not delivered", () => {
  const on = start({
    events: {
      key: (key) => {
        on.heard.push(key.name);
        if (key.name === "enter") on.driver.suspend();
      },
    },
  });
  on.input.say("a\rb");
  assert.equal(on.heard, ["a", "enter"]);
});

test("a lone Escape is heard after a moment, an arrow at once", async () => {
  const on = start();
  on.input.say("\x1b[A\x1b");
  assert.equal(on.heard, ["key up"]);
  await until("Escape is heard", () => on.heard.length === 2);
  assert.is(on.heard[1], "key escape");
});

test("the terminal's cursor stands where the topmost panel wants it", () => {
  const on = start();
  panel(on, [0, 0, 20, 3], (canvas) => canvas.cursor(4, 1));
  on.driver.render(true);
  assert.match(on.bytes(), /\x1b\[2;5H\x1b\[\?25h\x1b\[\?2026l$/);
  const popup = panel(on, [10, 4, 10, 3], (canvas) => canvas.cursor(0, 0));
  on.driver.render(true);
  assert.match(on.bytes(), /\x1b\[5;11H/);
  popup.remove();
  on.driver.render(true);
  assert.match(on.bytes(), /\x1b\[2;5H/);
});

test("controls in a text cannot move the terminal's cursor", async () => {
  const on = start({ columns: 20, rows: 2 });
  panel(on, [0, 0, 20, 2], (canvas) => {
    canvas.put(0, 0, "a\x1b[2Jb\nc\u202ed");
    canvas.row(0, 1, { text: "", runs: [{ text: "x\x07y", cells: 3, unit: 1, fg: -1, bg: -1, attrs: 0 }] });
  });
  on.driver.render(true);
  assert.not.match(on.bytes(), /[\x07\n\u202e]|a\x1b\[2J/);
  assert.match(await on.screen(), /^a.\[2Jb c/);
});

test("colours come down to what the terminal can show", () => {
  const shown = (env: NodeJS.ProcessEnv): string => {
    const on = start({ env, columns: 3, rows: 1 });
    panel(on, [0, 0, 3, 1], (canvas) => canvas.put(0, 0, "x", { fg: RGB + 0xff5f00, bg: 9, attrs: ATTR.bold }));
    on.driver.render(true);
    const codes = /\x1b\[([\d;]*)mx/.exec(on.bytes())?.[1] ?? "none";
    on.driver.close();
    return codes;
  };
  assert.is(shown({ TERM: "xterm-256color", COLORTERM: "truecolor" }), "1;38;2;255;95;0;101");
  assert.is(shown({ TERM: "screen-256color", TMUX: "/tmp/x,1,0" }), "1;38;2;255;95;0;101");
  assert.is(shown({ TERM: "xterm-256color" }), "1;38;5;202;101");
  assert.is(shown({ TERM: "xterm" }), "1;91;101");
  assert.is(shown({ TERM: "linux" }), "1;31;41");
  assert.is(shown({ TERM: "xterm-256color", NO_COLOR: "1" }), "1;7");
  assert.is(shown({ TERM: "dumb" }), "none");
});

test.run();
