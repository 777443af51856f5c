import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../../kit/t.js";
import { Play } from "./play.js";

const test = suite("replay");

const play = new Play(() => {});
test.after(() => play.daemon.remove());

function file(name: string, text: string): string {
  const folder = join(play.daemon.folder, "casts");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const header = JSON.stringify({ version: 2, width: 40, height: 6 });
const event = (t: number, text: string) => JSON.stringify([t, "o", text]);
const cast = file(
  "a.cast",
  [header, event(0.1, "$ "), event(1, "make\r\nbuilding\r\n"), event(2, "\u0007$ ")].join("\n"),
);

test("prints each state with its proof, as JSON one object a line", async () => {
  const { out, err, status } = await play.run(["replay", cast, "--provider", "shell", "--json"]);
  assert.equal([err, status], ["", 0]);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(lines[0], { t: 0, state: "starting", source: null, rule: null, excerpt: null });
  assert.ok(lines.length > 1, out);
  assert.equal(Object.keys(lines.pop().last), ["kind", "text", "source"]);
  for (const line of lines) assert.equal(Object.keys(line), ["t", "state", "source", "rule", "excerpt"]);
});

test("needs no daemon and no tmux, and prints the same for people", async () => {
  const { out, status } = await play.run(["replay", cast, "--provider", "shell"]);
  assert.is(status, 0);
  assert.match(out, /^ {4}0\.0 s {2}. starting\n {4}\d\.\d s {2}\S \w+ +shell\//);
});

const refused: readonly (readonly [string, number, RegExp])[] = [
  [cast, 2, /say whose recording it is: --provider PROVIDER\n {2}one of .*codex/],
  [`${cast} --provider codec`, 2, /there is no provider "codec"\n {2}did you mean codex\?/],
  ["/nowhere/a.cast --provider shell", 3, /there is no file \/nowhere\/a\.cast$/m],
  [`${file("b.cast", "x")} --provider shell`, 2, /line 1 of the recording/],
  [`${cast} --provider shell --hooks ${file("h.json", "[]")}`, 2, /has no hookEvents/],
];
for (const [line, expected, why] of refused) {
  test(`refused: ${why.source.slice(0, 50)}`, async () => {
    const { out, err, status } = await play.run(["replay", ...line.split(" ")]);
    assert.match(err, why);
    assert.equal([out, status], ["", expected]);
  });
}

test.run();
