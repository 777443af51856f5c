import * as assert from "uvu/assert";
import { InputDecoder } from "#faces/dashboard/driver/decode-input.js";
import type { InputEvent } from "#faces/dashboard/driver/read-csi.js";
import { suite } from "../../kit/t.js";

const test = suite("decode input");

/** Sends the chunks, `null` standing for "nothing more came", and tells what was understood in short. */
function play(...chunks: (string | null)[]): string {
  const decoder = new InputDecoder();
  const events: InputEvent[] = [];
  for (const chunk of chunks) {
    events.push(...(chunk === null ? decoder.flush() : decoder.push(Buffer.from(chunk, "latin1"))));
  }
  return events.map(short).join(" ");
}

function short(event: InputEvent): string {
  if (event.kind === "paste") return `paste(${JSON.stringify(event.text)})`;
  if (event.kind === "focus") return event.gained ? "focus" : "blur";
  if (event.kind === "mouse") {
    return `${event.mouse.action}-${event.mouse.button}@${event.mouse.x},${event.mouse.y}`;
  }
  const { name, ctrl, alt, shift, text } = event.key;
  const plain = text !== null && !(name === "space" && text === " ") && text !== name ? `=${text}` : "";
  return `${ctrl ? "C-" : ""}${alt ? "M-" : ""}${shift ? "S-" : ""}${name}${plain}`;
}

/** The bytes of a text, one character each, as a terminal would send it. */
const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Every sample is also sent cut at every byte; what is understood must not change. */
const SAMPLES: readonly (readonly [bytes: string, understood: string])[] = [
  ["a", "a"],
  ["A", "S-A"],
  [" ", "space"],
  ["\r", "enter"],
  ["\n", "C-j"],
  ["\t", "tab"],
  ["\x7f", "backspace"],
  ["\x08", "backspace"],
  ["\x00", "C-space"],
  ["\x01\x1a", "C-a C-z"],
  ["\x1c\x1d\x1e\x1f", "C-\\ C-] C-^ C-_"],
  ["\x1b\r", "M-enter"],
  ["\x1bb\x1bf\x1bD", "M-b M-f M-S-D"],
  ["\x1b\x7f", "M-backspace"],
  ["\x1b\x01", "C-M-a"],
  ["\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "up down right left home end"],
  ["\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF", "up down right left home end"],
  ["\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "home end home end"],
  ["\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "insert delete pageup pagedown"],
  ["\x1bOP\x1bOQ\x1bOR\x1bOS\x1b[15~\x1b[24~", "f1 f2 f3 f4 f5 f12"],
  ["\x1b[11~\x1b[12~", "f1 f2"],
  ["\x1b[[A\x1b[[E", "f1 f5"],
  ["\x1b[1;5C\x1b[1;3D\x1b[1;2A\x1b[1;6H", "C-right M-left S-up C-S-home"],
  ["\x1b[3;5~\x1b[5;3~", "C-delete M-pageup"],
  ["\x1bOa\x1bOb\x1b[a\x1b[d", "C-up C-down S-up S-left"],
  ["\x1b[3^\x1b[3$\x1b[3@", "C-delete S-delete C-S-delete"],
  ["\x1b\x1b[A\x1b\x1bOD", "M-up M-left"],
  ["\x1b[Z", "S-backtab"],
  ["\x1bOM\x1bOp\x1bOk", "enter 0 +"],
  ["\x1b[97;5u\x1b[13;2u\x1b[27u\x1b[9;2u\x1b[97;2u", "C-a S-enter escape S-backtab S-A"],
  ["\x1b[97:65;2u\x1b[97;1:3u\x1b[57403;1u", "S-A 4"],
  ["\x1b[27;5;13~\x1b[27;2;65~\x1b[27;5;105~", "C-enter S-A C-i"],
  ["\x1b[<0;3;4M\x1b[<0;3;4m", "press-left@2,3 release-left@2,3"],
  ["\x1b[<32;5;6M\x1b[<2;1;1M", "drag-left@4,5 press-right@0,0"],
  ["\x1b[<64;1;2M\x1b[<65;1;2M\x1b[<66;1;2M", "wheel-up-none@0,1 wheel-down-none@0,1"],
  ["\x1b[<0;300;200Mx", "press-left@299,199 x"],
  ["\x1b[M !!\x1b[M#!!", "press-left@0,0 release-none@0,0"],
  ["\x1b[32;3;4M", "press-left@2,3"],
  ["\x1b[I\x1b[O", "focus blur"],
  [utf8("é漢🚀"), "é 漢 🚀"],
  [`\x1b${utf8("é")}`, "M-é"],
  ["\x1b[200~q\ry\x1b[201~z", 'paste("q\\ny") z'],
  [`\x1b[200~a\r\nb\n${utf8("漢")}\x1b[31m\x07\x1b[201~`, 'paste("a\\nb\\n漢[31m")'],
  ["\x1b[200~\x1b[201\x1b[20\x1b[201~x", 'paste("[201[20") x'],
  ["a\x1b[?62;4cb", "a b"],
  ["a\x1b[>1;3300;0cb", "a b"],
  ["a\x1b[24;80Rb", "a b"],
  ["a\x1b[?2026;2$yb", "a b"],
  ["a\x1b]11;rgb:0000/0000/0000\x1b\\b\x1b]10;x\x07c", "a b c"],
  ["a\x1bP>|XTerm(390)\x1b\\b", "a b"],
  [`a\x1b]0;${utf8("ähnlich Ü")}\x07b`, "a b"],
  ["a\x1b_Gi=1;OK\x1b\\b", "a b"],
  ["a\x1b[?1ub", "a b"],
  ["\xffa\xc3b\xf0\x9fc", "a b c"],
];

test("keys, mouse, paste and replies are understood, wherever the bytes are cut", () => {
  for (const [bytes, understood] of SAMPLES) {
    const shown = JSON.stringify(bytes);
    assert.is(play(bytes), understood, shown);
    for (let at = 1; at < bytes.length; at++) {
      assert.is(play(bytes.slice(0, at), bytes.slice(at)), understood, `${shown} cut at ${at}`);
    }
    assert.is(play(...bytes.split("")), understood, `${shown} byte by byte`);
  }
});

test("an Escape that nothing follows is the Escape key", () => {
  assert.is(play("\x1b", null), "escape");
  assert.is(play("\x1b\x1b", null), "escape escape");
  assert.is(play("a\x1b", null, "b"), "a escape b");
});

test("a beginning that nothing follows is the Alt key it also stands for", () => {
  assert.is(play("\x1b[", null, "A"), "M-[ S-A");
  assert.is(play("\x1bO", null), "M-S-O");
  assert.is(play("\x1b]", null), "M-]");
  assert.is(play("\x1bP", null), "M-S-P");
});

test("a sequence that never ends is dropped and the keys after it are heard", () => {
  assert.is(play("\x1b[1;", null, "x"), "x");
  assert.is(play(`\x1b[${"1;".repeat(400)}`, null, "x").endsWith("x"), true);
  assert.is(play("\x1b[12\x1b[A"), "up");
  assert.is(play("\x1b]0;no end", null, "x"), "x");
});

test("a paste without an end is delivered when nothing more comes, and keys are heard again", () => {
  assert.is(play("\x1b[200~half", null, "x"), 'paste("half") x');
});

test("a paste is cut at a mebibyte and its end is still found", () => {
  const decoder = new InputDecoder();
  const events = [...decoder.push(Buffer.from("\x1b[200~"))];
  const block = Buffer.from("漢".repeat(100_000));
  for (let sent = 0; sent < 8; sent++) events.push(...decoder.push(block));
  events.push(...decoder.push(Buffer.from("\x1b[201~x")));
  assert.equal(
    events.map((event) => event.kind),
    ["paste", "key"],
  );
  const [paste] = events;
  assert.ok(paste?.kind === "paste" && Buffer.byteLength(paste.text) <= 1_048_576 && /^漢+$/.test(paste.text));
});

test("noise never throws and never stops the keys after it", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed % below;
  };
  const decoder = new InputDecoder();
  for (let round = 0; round < 2_000; round++) {
    const noise = Buffer.from(Array.from({ length: random(12) }, () => (random(3) === 0 ? 0x1b : random(256))));
    decoder.push(noise);
  }
  decoder.flush();
  decoder.push(Buffer.from("\x1b\\"));
  decoder.flush();
  assert.equal(decoder.push(Buffer.from("k")).map(short), ["k"]);
});

test.run();
