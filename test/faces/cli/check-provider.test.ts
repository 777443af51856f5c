import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../../kit/t.js";
import { Play } from "./play.js";

const test = suite("drover providers check");

const play = new Play(() => {});
test.after(() => play.daemon.remove());

const RECORDINGS = join(fileURLToPath(new URL(".", import.meta.url)), "../../../../fixtures/screens");

function file(name: string, text: string): string {
  const folder = join(play.daemon.folder, "tables");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test("says which marks are right, and finds by itself whose recording it is", async () => {
  const { out, err, status } = await play.run(["providers", "check", join(RECORDINGS, "qwen/permission.cast")]);
  assert.equal([err, status], ["", 0]);
  assert.match(out, /blocked +qwen\/dialog-permission/);
  assert.match(out, /\n5 of 5 marks are right\n$/);
});

test("a table of one's own that is wrong says where, with exit status 1", async () => {
  const table = file(
    "mine.toml",
    "[providers.mine]\ncommand = ['qwen']\ncomposer = { edge = '^─+$', prompt = '^>' }\n[[providers.mine.signs]]\nrule = 'prompt'\nshows = 'ready'\nwhere = 'prompt'\nlooks_like = '^>'\n",
  );
  const cast = join(RECORDINGS, "qwen/short.cast");
  const { out, status } = await play.run(["providers", "check", cast, "--table", table]);
  assert.is(status, 1);
  assert.match(out, /working {3}wrong {2}idle by mine\/prompt\n/);
  const asJson = await play.run(["providers", "check", cast, "--table", table, "--json"]);
  const marks = asJson.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((line) => "mark" in line);
  assert.equal(
    marks.map(({ mark }) => mark.wrong.length > 0),
    [false, false, true, true],
  );
});

const cast = join(RECORDINGS, "qwen/short.cast");
const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
  [["providers", "check"], 2, /needs FILE/],
  [["providers", "czech"], 2, /nothing to do called "czech"/],
  [["providers", "check", cast, "--provider", "quen"], 2, /no provider "quen"\n {2}did you mean qwen\?/],
  [["providers", "check", cast, "--table", file("none.toml", "")], 2, /has no \[providers\.NAME\]/],
  [
    ["providers", "check", cast, "--table", file("bad.toml", "[providers.qwen]\nblock = '('")],
    2,
    /bad\.toml:2: providers\.qwen\.block is no regular/,
  ],
];
for (const [argv, expected, why] of refused) {
  test(`refused: ${why.source}`, async () => {
    const { err, status } = await play.run(argv);
    assert.match(err, why);
    assert.is(status, expected);
  });
}

test.run();
