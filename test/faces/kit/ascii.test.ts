import * as assert from "uvu/assert";
import { asciiRow, asciiText } from "#faces/kit/ascii.js";
import { width } from "#faces/kit/width.js";
import { Emulator } from "#host/emulator.js";
import { suite } from "../../kit/t.js";

const test = suite("plain ASCII");

test("glyphs become what they look like, letters lose their marks, everything else is a question mark, and every cell stays", () => {
  assert.is(asciiText("❯ 1. Yes ─── ● done… └ ü 漢字 ✔"), "> 1. Yes --- * done. ` u ???? +");
  for (const text of ["plain", "a\u0301b", "漢字 ok", "⠙ Thinking…", "👩‍💻 x"])
    assert.is(asciiText(text).length, width(text), text);
});

test("a row keeps its runs, their styles and their cells", async () => {
  const cursor = { x: 0, y: 0, visible: true };
  const still = await new Emulator().still("\u001b[31m● 漢字\u001b[0m │ e\u0301 x", {
    columns: 40,
    rows: 1,
    cursor,
    title: "",
    alternate: false,
  });
  const row = still.rows[0]!;
  const ascii = asciiRow(row);
  assert.is(ascii.text, "* ???? | e x");
  assert.equal(
    ascii.runs.map(({ cells, fg }) => [cells, fg]),
    row.runs.map(({ cells, fg }) => [cells, fg]),
  );
  for (const run of ascii.runs) assert.is(run.text.length, run.cells);
});

test.run();
