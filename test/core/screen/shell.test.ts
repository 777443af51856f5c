import * as assert from "uvu/assert";
import { composerHolds } from "#core/delivery/composer-text.js";
import { shell } from "#core/screen/agents/shell.js";
import { suite } from "../../kit/t.js";
import { still } from "./screens.js";

const test = suite("a shell");

const read = async (line: string) => {
  const shown = await still(["before", line], { alternate: false });
  return shell.read({ ...shown, cursor: { x: line.length, y: 1, visible: true } });
};

test("is ready with the cursor behind its prompt, its line empty", async () => {
  for (const line of ["me@host:~# ", "main $ ~ > "]) {
    const { shown, composer } = await read(line);
    assert.equal([shown, composer?.empty], ["ready", true], line);
  }
});

test("a line half typed at its prompt is a draft: ready, and nothing is typed to it", async () => {
  for (const prompt of ["me@host:/tmp# ", "$ ", "host% ", "~ ❯ ", "me@host ~/x> ", "(venv) me@host:~$ "]) {
    const { shown, composer } = await read(`${prompt}make > log # all`);
    assert.is(shown, "ready", prompt);
    assert.ok(composer !== null && composerHolds(composer, "make > log # all"), prompt);
    assert.is(composer.empty, false);
  }
});

test("a line that is no prompt's holds nothing typed", async () => {
  for (const line of ["building", "45% done", "total: 3", "Fetching [####      ] 40% of it", "a -> b"]) {
    const { shown, composer } = await read(line);
    assert.equal([shown, composer?.empty ?? true], ["working", composer === null], line);
  }
});

test.run();
