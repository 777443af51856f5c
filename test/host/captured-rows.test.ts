import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Row } from "#core/screen/still.js";
import { capturedRows, unstyledRows } from "#host/captured-rows.js";
import { Emulator } from "#host/emulator.js";
import { suite } from "../kit/t.js";

const test = suite("captured rows");
const emulator = new Emulator();

async function drawn(text: string, columns: number): Promise<readonly Row[]> {
  const rows = text.split("\n").length;
  const frame = { columns, rows, cursor: { x: 0, y: 0, visible: true }, title: "", alternate: false };
  return (await emulator.still(text, frame)).rows;
}

/** Runs of one style joined: where they are cut says nothing. */
function plain(rows: readonly Row[]): string[] {
  return rows.map(({ text, runs }) => {
    const styles: { style: string; text: string; cells: number }[] = [];
    for (const run of runs) {
      const style = `${run.fg} ${run.bg} ${run.attrs}`;
      const last = styles.at(-1);
      if (last?.style === style) {
        last.text += run.text;
        last.cells += run.cells;
      } else styles.push({ style, text: run.text, cells: run.cells });
    }
    return `${text} | ${styles.map((s) => `${JSON.stringify(s.text)} ${s.style} ${s.cells}`).join(", ")}`;
  });
}

const SAMPLES: Readonly<Record<string, string>> = {
  "plain text and blank rows": "one\n\n  two  ",
  "colours of every kind":
    "\x1b[31mred\x1b[39m \x1b[91mbright\x1b[0m \x1b[38;5;246mgrey\x1b[48;2;68;68;68m on \x1b[38;2;1;2;3mrgb\x1b[49m off\x1b[m end",
  "attributes on and off": "\x1b[1mbold\x1b[2mboth\x1b[22mnone\x1b[3;4;7;9mall\x1b[23;24;27;29mnone",
  "a pen that goes on in the next row": "\x1b[1;32mfirst\nsecond\x1b[0m\nthird",
  "a ground up to the edge": "\x1b[48;5;237mtinted      \x1b[49m\nplain      ",
  "wide characters and joined ones": "日本語 text é e\u0301x 👍 ok",
  "line drawing": "\x0elqqk\x0f x \x0emqqj\x0f",
};

for (const [what, text] of Object.entries(SAMPLES)) {
  test(`are what the emulator draws: ${what}`, async () => {
    assert.equal(plain(capturedRows(`${text}\n`)), plain(await drawn(text, 80)));
  });
}

test("are what the emulator draws of captures from real programs", async () => {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../fixtures/screens/captures");
  const files = readdirSync(folder);
  assert.ok(files.length >= 3);
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8").replace(/\n$/, "");
    assert.equal(plain(capturedRows(`${text}\n`)), plain(await drawn(text, 200)));
  }
});

test("without styles hold the same text, and the same cells where a character takes two", () => {
  const text = "plain\n\n  日本 e\u0301\n";
  assert.equal(
    unstyledRows(text).map((row) => row.text),
    capturedRows(text).map((row) => row.text),
  );
  assert.equal(unstyledRows(text)[2], capturedRows(text)[2]);
});

test("know nothing of other sequences, and end at the last newline", () => {
  const rows = capturedRows("\x1b]8;;http://a/\x1b\\link\x1b]8;;\x1b\\ \x1b[?25lx\n");
  assert.equal(
    rows.map((row) => row.text),
    ["link x"],
  );
  assert.equal(capturedRows(""), []);
});

test.run();
