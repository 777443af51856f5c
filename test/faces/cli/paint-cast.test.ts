import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { providers } from "#core/screen/providers.js";
import type { Still } from "#core/screen/still.js";
import { CastPainter } from "#faces/cli/recordings/paint-cast.js";
import { parseCast } from "#host/cast.js";
import { Stream } from "#host/emulator.js";
import { rowToJson, screenToJson } from "#wire/screen.js";
import { suite } from "../../kit/t.js";

const test = suite("painting a recording", 30_000);
const FIXTURES = join(fileURLToPath(new URL(".", import.meta.url)), "../../../../fixtures/screens");

const shown = ({ rows, cursor, title, alternate }: Still) => ({
  // A blank end in the default style is as good as none.
  rows: rows.map((row) =>
    rowToJson(row).filter(([text, , bg = -1], at, all) => at < all.length - 1 || text.trim() !== "" || bg !== -1),
  ),
  texts: rows.map(({ text }) => text),
  cursor,
  title,
  alternate,
});

for (const name of [
  "claude/permission",
  "codex/short",
  "gemini/permission",
  "opencode/question",
  "qwen/permission",
  "copilot/short",
  "pi/tool-only",
]) {
  test(`every picture of ${name} comes back cell by cell, and is read the same`, async () => {
    const cast = parseCast(readFileSync(join(FIXTURES, `${name}.cast`), "utf8"));
    const provider = providers.get(name.split("/")[0]!)!;
    const source = await Stream.open(cast.columns, cast.rows, "untitled");
    const copy = await Stream.open(cast.columns, cast.rows, "other");
    const painter = new CastPainter();
    let before: Still | null = null;
    let next = 0;
    for (let t = 0.5; t < (cast.events.at(-1)?.at ?? 0) + 1; t += 0.7) {
      for (let event = cast.events[next]; event !== undefined && event.at <= t; event = cast.events[++next]) {
        if (event.kind === "output") source.feed(event.text);
      }
      const { still } = await source.snapshot();
      const changed = still.rows.flatMap((row, y): [number, ReturnType<typeof rowToJson>][] =>
        JSON.stringify(row) === JSON.stringify(before?.rows[y]) ? [] : [[y, rowToJson(row)]],
      );
      const { cursor, title, alternate } = still;
      const pieces: { readonly text: string }[] =
        before === null || before.alternate !== alternate
          ? painter.whole(screenToJson(still))
          : painter.rows({ rows: changed, cursor, title });
      for (const { text } of pieces) copy.feed(text);
      before = still;
      const again = (await copy.snapshot()).still;
      assert.equal(shown(again).texts, shown(still).texts, `${t}`);
      assert.equal(shown(again), shown(still), `${t}`);
      assert.equal(provider.read(again), provider.read(still));
    }
  });
}

for (const name of [
  "claude/permission",
  "claude-inline/short",
  "codex/two-turns",
  "gemini/permission",
  "opencode/question",
]) {
  test(`the bytes of ${name} go on from a whole picture taken half-way, in a window of another size, as they would have`, async () => {
    const { columns, rows, events } = parseCast(readFileSync(join(FIXTURES, `${name}.cast`), "utf8"));
    const source = await Stream.open(columns, rows, "untitled", undefined, 100);
    const copy = await Stream.open(columns - 7, rows - 3, "other", undefined, 100);
    const halfway = events.length / 2;
    const painter = new CastPainter();
    const smaller = Array.from({ length: rows - 3 }, () => []);
    painter.whole({
      columns: columns - 7,
      rows: smaller,
      cursor: { x: 0, y: 0, visible: true },
      title: "",
      alternate: false,
    });
    for (const [n, event] of events.entries()) {
      if (event.kind !== "output") continue;
      source.feed(event.text);
      if (n > halfway) copy.feed(event.text);
      if (n !== Math.floor(halfway)) continue;
      const pieces = painter.wholeForBytes(screenToJson((await source.snapshot()).still));
      assert.equal([pieces[0]?.kind, pieces[0]?.text], ["r", `${columns}x${rows}`]);
      copy.resize(columns, rows);
      for (const { text } of pieces.slice(1)) copy.feed(text);
    }
    const provider = providers.get(name.split(/[-/]/)[0]!)!;
    const [once, again] = [(await source.snapshot()).still, (await copy.snapshot()).still];
    assert.equal(provider.read(again).evidence, provider.read(once).evidence);
    assert.is(again.rows.at(-1)?.text, once.rows.at(-1)?.text);
    source.close();
    copy.close();
  });
}

test.run();
