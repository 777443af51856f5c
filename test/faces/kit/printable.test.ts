import * as assert from "uvu/assert";
import { printable } from "#faces/kit/ink.js";
import { suite } from "../../kit/t.js";

const test = suite("printable text");

test("escape sequences, line ends and what reorders a line do not reach the terminal", () => {
  assert.is(printable("a\u001b]0;title\u0007b\u009b31mc\r\nd"), "a ]0;title b 31mc d");
  assert.is(printable("safe\u202etxt.exe\u2066\u2028!"), "safe txt.exe !");
  assert.is(printable("äöü 漢字 👩‍💻 שלום"), "äöü 漢字 👩‍💻 שלום");
});

test.run();
