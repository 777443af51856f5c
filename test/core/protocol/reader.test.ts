import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { type ControlEvent, outputBytes } from "#core/protocol/control-event.js";
import { ControlReader } from "#core/protocol/reader.js";
import { controlReader } from "#tmux/client.js";
import { suite } from "../../kit/t.js";

const test = suite("control reader");
const folder = new URL("../../../../fixtures/control/", import.meta.url);
const VERSIONS = ["3.2a", "3.3a", "3.4", "3.5a", "3.6b", "3.7c", "master"];
const files = readdirSync(folder).filter((name) => name.endsWith(".raw"));
const fixture = (name: string) => readFileSync(new URL(name, folder));
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "utf8"));
const text = (body: Uint8Array) => Buffer.from(body).toString("utf8");

function play(input: Uint8Array, chunkBytes = input.length): ControlEvent[] {
  const reader = new ControlReader();
  const events: ControlEvent[] = [];
  for (let at = 0; at < input.length; at += chunkBytes) {
    events.push(...reader.push(input.slice(at, at + chunkBytes)));
  }
  return events;
}

/** One line an event, so that streams can be compared. */
function told(events: readonly ControlEvent[]): string[] {
  return events.map(tell);
}

function tell(event: ControlEvent): string {
  switch (event.kind) {
    case "block":
      return `block ${event.number} ${event.flags} ${event.ok} ${JSON.stringify(text(event.body))}`;
    case "output":
      return `output ${event.pane} ${event.ageMs} ${Buffer.from(outputBytes(event)).toString("latin1")}`;
    case "line":
      return event.notification ? `notification ${JSON.stringify(event.notification)}` : `unknown ${event.line}`;
  }
}

const blocks = (events: readonly ControlEvent[]) => events.flatMap((event) => (event.kind === "block" ? [event] : []));

for (const version of VERSIONS) {
  test(`every command of the ${version} session is answered once, in order`, () => {
    const events = play(fixture(`scenario-${version}.raw`));
    const own = blocks(events).filter((block) => block.flags === 1);
    const numbers = own.map((block) => block.number);
    assert.is(own.length, 33);
    assert.equal(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    );
    const lines = own.slice(0, 9).map((block) => `${block.ok ? "ok" : "no"} ${text(block.body).trimEnd()}`);
    const number = version === "master" ? "next-3.8" : version;
    assert.equal(lines, [
      `ok version ${number}`,
      "ok $0 @0 %0 0\n$1 @1 %1 0",
      "ok $0 alpha\n$1 beta",
      "no parse error: unknown command: nosuchcommand",
      "no can't find pane: %999",
      "ok a",
      "no can't find pane: %999",
      "ok ",
      "ok inner1",
    ]);
    assert.equal(told(events).at(-1), 'notification {"kind":"exit","reason":null}');
  });

  test(`the ${version} client's first block and what hooks print have flags 0`, () => {
    const hooks = blocks(play(fixture(`scenario-${version}.raw`))).filter((block) => block.flags === 0);
    assert.equal(
      hooks.map((block) => text(block.body)),
      ["", "from-after-hook\n"],
    );
  });

  test(`a forged end on a ${version} screen stays part of the reply`, () => {
    const forged = blocks(play(fixture(`scenario-${version}.raw`))).filter((b) => text(b.body).includes("%end 1 1 1"));
    assert.is(forged.length, 1);
    const rows = text(forged[0]!.body).split("\n");
    assert.equal(rows.slice(0, 5), ["%end 1 1 1", "%error 1 1 1", "%output %%0 fake", "%begin 9 9 1", "%exit"]);
    assert.ok(forged[0]!.ok);
  });

  test(`bytes a ${version} program wrote come back as they were`, () => {
    const written = play(fixture(`scenario-${version}.raw`)).flatMap((event) =>
      event.kind === "output" && event.pane === "%2" ? [Buffer.from(outputBytes(event)).toString("latin1")] : [],
    );
    assert.ok(written.join("").includes("nul\0soh\x01esc\x1b[31mred\x1b[0m del\x7f x80\x80\xff bs\\ cr\rlf\r\n"));
  });
}

for (const file of files) {
  test(`${file} gives the same events however it is cut`, () => {
    const input = fixture(file);
    const whole = told(play(input));
    for (const size of [1, 7, 65_536]) assert.equal(told(play(input, size)), whole, `in pieces of ${size}`);
    // Cut once, at every byte (the long transcripts at every 17th, since each cut reads the whole again).
    const step = input.length > 4_000 ? 17 : 1;
    const wanted = whole.length;
    for (let at = 1; at < Math.min(input.length, 6_000); at += step) {
      const reader = new ControlReader();
      const events = [...reader.push(input.subarray(0, at)), ...reader.push(input.subarray(at))];
      if (events.length !== wanted) assert.unreachable(`cut at ${at}: ${events.length} events, not ${wanted}`);
      if (((at - 1) / step) % 20 === 0) assert.equal(told(events), whole, `cut at ${at}`);
    }
  });
}

for (const file of files) {
  test(`${file}, cut by chance, gives what a plain line by line reading of the whole gives`, () => {
    const input = fixture(file);
    const wanted = readPlainly(input);
    const below = chance(input.length);
    for (let round = 0; round < 20; round++) {
      const longest = 1 << (3 + (round % 12));
      const reader = round % 2 === 0 ? new ControlReader() : controlReader();
      const events: ControlEvent[] = [];
      for (let at = 0; at < input.length; ) {
        const to = at + 1 + below(longest);
        events.push(...reader.push(input.subarray(at, to)));
        at = to;
      }
      assert.equal(events.map(tellPlainly), wanted, `round ${round}, pieces of at most ${longest}`);
    }
  });
}

/** As simple as it can be, of a whole transcript at once: nothing is shared with the reader under test. */
function readPlainly(input: Uint8Array): string[] {
  const told: string[] = [];
  let open: { guard: string; flags: string; body: string; lineEnd: RegExp } | null = null;
  for (const raw of Buffer.from(input).toString("latin1").split("\n").slice(0, -1)) {
    if (open !== null) {
      const line: string = raw.replace(open.lineEnd, "");
      if (line === `%end ${open.guard}` || line === `%error ${open.guard}`) {
        told.push(`block ${open.flags} ${line.startsWith("%end")} ${JSON.stringify(open.body)}`);
        open = null;
      } else open.body += `${line}\n`;
      continue;
    }
    const line = raw.replace(/\r$/, "").replace(/^\x1b(P1000p|\\)/, "");
    const begin = /^%begin (\d+ (\d+) (\d+))$/.exec(line);
    const output = /^%output (%\d+) (.*)$/.exec(line) ?? /^%extended-output (%\d+) \d+.*? : (.*)$/.exec(line);
    if (begin !== null) {
      open = {
        guard: begin[1]!,
        flags: `${begin[2]} ${begin[3]}`,
        body: "",
        lineEnd: raw.endsWith("\r") ? /\r$/ : /$/,
      };
    } else if (output !== null) {
      const data = output[2]!.replace(/\\([0-3][0-7]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
      told.push(`output ${output[1]} ${data}`);
    } else if (line !== "" || raw === "") told.push(`line ${Buffer.from(line, "latin1").toString("utf8")}`);
  }
  return told;
}

function tellPlainly(event: ControlEvent): string {
  const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  if (event.kind === "line") return `line ${event.line}`;
  if (event.kind === "output") return `output ${event.pane} ${latin1(outputBytes(event))}`;
  return `block ${event.number} ${event.flags} ${event.ok} ${JSON.stringify(latin1(event.body))}`;
}

/** The same numbers for the same seed. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("flipped bytes never make it throw, and it finds its way again after the damage", () => {
  const input = fixture("scenario-3.3a.raw");
  let seed = 7;
  for (let round = 0; round < 300; round++) {
    const damaged = Uint8Array.from(input);
    for (let k = 0; k < 8; k++) {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      damaged[seed % damaged.length]! ^= 1 << ((seed >> 8) % 8);
    }
    assert.ok(play(damaged, 1 + (round % 300)).length > 0);
  }
  const lost = [...play(bytes("%begin 1 x 1\nnoise\n%end 1 2 1\n%begin 1 3 1\nok\n%end 1 3 1\n"))];
  assert.equal(told(lost).at(-1), 'block 3 1 true "ok\\n"');
});

test("a block ends only at its own guard", () => {
  const events = play(
    bytes("%begin 5 6 1\n%end 5 6 10\n%end 5 6\n %end 5 6 1\n%end 5 6 1 \n%error 5 7 1\n%end 5 6 1\n"),
  );
  assert.is(events.length, 1);
  assert.is(text(blocks(events)[0]!.body), "%end 5 6 10\n%end 5 6\n %end 5 6 1\n%end 5 6 1 \n%error 5 7 1\n");
});

test("a refused command says so, with tmux's words", () => {
  assert.equal(told(play(bytes("%begin 5 6 1\ncan't find pane: %9\n%error 5 6 1\n"))), [
    `block 6 1 false ${JSON.stringify("can't find pane: %9\n")}`,
  ]);
});

test("half a line is kept until the rest arrives", () => {
  const reader = new ControlReader();
  assert.equal(reader.push(bytes("%sessions-ch")), []);
  assert.equal(reader.push(bytes("anged")), []);
  assert.equal(told(reader.push(bytes("\n%window-"))), ['notification {"kind":"sessions-changed"}']);
  assert.equal(told(reader.push(bytes("add @3\n"))), ['notification {"kind":"window-add","window":"@3"}']);
});

test("a reply over many pieces is whole, and later bytes do not change it", () => {
  const reader = new ControlReader();
  reader.push(bytes("%begin 1 2 1\n"));
  const rows = Array.from({ length: 3_000 }, (_, i) => `row ${i} ✓`);
  for (const row of rows) assert.equal(reader.push(bytes(`${row}\n`)), []);
  const [block] = blocks(reader.push(bytes("%end 1 2 1\n%begin 1 3")));
  reader.push(bytes(" 1\noverwritten?\n%end 1 3 1\n"));
  assert.is(text(block!.body), `${rows.join("\n")}\n`);
});

test("the wrapper of tmux -CC and its line ends are taken off", () => {
  const events = play(fixture("cc-mode-3.3a.raw"));
  assert.equal(told(events), [
    'block 265 0 true ""',
    'notification {"kind":"session-changed","session":"$0","name":"cc"}',
    'block 270 1 true "hello\\n"',
    'block 271 1 true ""',
    "output %0 null abc",
    'block 272 1 true ""',
    'notification {"kind":"exit","reason":null}',
  ]);
});

test("the end of the wrapper is no line, on a line of its own too and wherever it is cut", () => {
  const input = bytes("\u001bP1000p%pause %1\r\n\r\n%exit\r\n\u001b\\\r\n");
  const wanted = [
    'notification {"kind":"pause","pane":"%1"}',
    "unknown ",
    'notification {"kind":"exit","reason":null}',
  ];
  for (let size = 1; size <= input.length; size++)
    assert.equal(told(play(input, size)), wanted, `in pieces of ${size}`);
});

test("a server that was killed is told by the exit", () => {
  assert.equal(
    told(play(fixture("server-kill9-3.3a.raw"))).at(-1),
    'notification {"kind":"exit","reason":"server exited unexpectedly"}',
  );
});

test("output cut inside a character is whole again once joined", () => {
  const panes = new Map<string, Buffer[]>();
  let broken = 0;
  for (const event of play(fixture("fragmented-60-panes.raw"))) {
    if (event.kind !== "output") continue;
    const written = Buffer.from(outputBytes(event));
    if (written.toString("utf8").includes("\ufffd")) broken++;
    panes.set(event.pane, [...(panes.get(event.pane) ?? []), written]);
  }
  assert.ok(broken > 50, `${broken} lines cut inside a character`);
  for (const parts of panes.values()) {
    const joined = Buffer.concat(parts).toString("utf8");
    assert.is(joined.replace(/\ufffd+$/, "").includes("\ufffd"), false);
  }
});

test("lines that belong to nothing are told as they are", () => {
  const events = play(bytes("from-notify-hook\n\n-: Bad file descriptor\n%no-such-thing é\n%output x y\n%end 1 2 1\n"));
  assert.equal(told(events), [
    "unknown from-notify-hook",
    "unknown ",
    "unknown -: Bad file descriptor",
    "unknown %no-such-thing é",
    "unknown %output x y",
    "unknown %end 1 2 1",
  ]);
});

test.run();
