import * as assert from "uvu/assert";
import type { AgentId } from "#core/model.js";
import { capture, newWindow, parseFrame, sendKeys } from "#core/protocol/commands.js";
import { pasteable, quote, quoteFormat } from "#core/protocol/quote.js";
import { suite } from "../../kit/t.js";

const test = suite("quoting and command lines");

test("nothing that tmux expands, and no control character, is left in a quoted argument", () => {
  assert.is(quote('a "b" \\ $HOME ~/x #(y) é ✓'), '"a \\042b\\042 \\134 \\044HOME \\176/x \\043(y) é ✓"');
  assert.is(quote("a\nb\tc\x1b\x7f\0d; e {f} 'g' %if"), "\"a\\012b\\011c\\033\\177d; e {f} 'g' %if\"");
  let every = "";
  for (let code = 0; code < 0x300; code++) every += String.fromCharCode(code);
  assert.not.match(quote(every).slice(1, -1), /[\x00-\x1f\x7f"$~#]|\\(?![0-3][0-7]{2})/);
});

test("where tmux expands formats a number sign is doubled, before a bracket written otherwise", () => {
  const read = (quoted: string) => quoted.slice(1, -1).replaceAll("\\043", "#");
  assert.is(read(quoteFormat("#(touch x) #{pid} #S")), "##(touch x) ##{pid} ##S");
  assert.is(read(quoteFormat("a#[b ##[c #")), "a#{l:#[}b ###{l:#[}c ##");
});

test("what may be pasted has no control character but line feed and tab", () => {
  assert.is(pasteable("a\tb\r\nc\rd\ne\x1b[201~\x03\x7f\u009b\u0085f\0\x07é界🐢"), "a\tb\nc\nd\ne[201~fé界🐢");
});

test("half of a surrogate pair is pasted as it will be shown", () => {
  assert.is(pasteable("a\ud800b\udc00 🐢"), "a\ufffdb\ufffd 🐢");
});

test("keys are names tmux knows or single characters; a word is neither", () => {
  assert.is(sendKeys("%1", ["Entre"]), null);
  assert.is(sendKeys("%1", ["S-Enter"]), null);
  assert.is(sendKeys("%1", ["\n"]), null);
  assert.equal(sendKeys("%1", ["Enter", ";", "M-x"]), {
    line: 'copy-mode -q -t %1 ; send-keys -t %1 "Enter" ; send-keys -t %1 -l -- ";" ; send-keys -t %1 -H 1b ; send-keys -t %1 -l -- "x"',
    replies: 5,
  });
});

test("a command line holds no line feed, whatever it is made from", () => {
  const hostile = "x\ny ; kill-server\r";
  const made = newWindow("$1", 4, {
    windowName: hostile,
    cwd: hostile,
    command: [hostile, hostile],
    env: { A: hostile },
    mark: { id: hostile as AgentId, label: hostile, incarnation: 2 },
  });
  assert.not.match(made.line, /[\n\r]/);
  assert.is(made.line.replace(/"[^"]*"/g, "").split(";").length, made.replies);
});

test("the frame of a capture is read, tabs in its title too, and the empty answer is none", () => {
  assert.is(capture("%3").replies, 2);
  assert.is(parseFrame("\n"), null);
  assert.equal(parseFrame("80\t24\t3\t4\t0\t1\ta\tb\n"), {
    columns: 80,
    rows: 24,
    cursor: { x: 3, y: 4, visible: false },
    alternate: true,
    title: "a\tb",
  });
});

test.run();
