import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { amount, count, flag, oneOf, readArgs, someOf, text } from "./script.js";
import { suite } from "./t.js";

const test = suite("scripts that people start", 30_000);

const SCRIPT = {
  run: "npm run some",
  does: "Does something.",
  options: {
    seeds: count(200, "how many seeds"),
    from: count(null, "the first one"),
    minutes: amount(10, "at most so long"),
    trace: flag("everything"),
    story: oneOf("STORY", ["mail", "fleet"], "only one of"),
    rows: someOf("ROW", ["idle", "ls"], "only"),
    only: text("TEXT", "only with it"),
  },
} as const;
const read = (...args: string[]) => readArgs(SCRIPT, args);

test("what is not given is what it usually is", () => {
  const usual = { seeds: 200, from: null, minutes: 10, trace: false, story: null, rows: null, only: null };
  assert.equal(read(), { given: usual, words: [] });
  const told = ["--seeds", "7", "--from=3", "--minutes", "0.5", "--trace", "--story", "mail", "--rows", "ls,idle"];
  assert.equal(read(...told, "--only", "a b"), {
    given: { seeds: 7, from: 3, minutes: 0.5, trace: true, story: "mail", rows: ["ls", "idle"], only: "a b" },
    words: [],
  });
  assert.equal(readArgs({ ...SCRIPT, words: "[WORD…]" }, ["codex", "--trace", "pi"]), {
    given: { ...usual, trace: true },
    words: ["codex", "pi"],
  });
});

test("what is not understood is one sentence and status 2", () => {
  const wrong: Record<string, string> = {
    "--seedz 3": "npm run some has no option --seedz",
    "-s": "npm run some has no option -s",
    "--constructor": "npm run some has no option --constructor",
    "--seeds many": '--seeds cannot be "many"',
    "--seeds 2.5": '--seeds cannot be "2.5"',
    "--seeds --trace": '--seeds cannot be "--trace"',
    "--minutes -1": '--minutes cannot be "-1"',
    "--seeds": "--seeds wants N",
    "--trace=3": "--trace takes nothing",
    "--story life": '--story cannot be "life"',
    "--rows ls,rm": '--rows cannot be "ls,rm"',
    mail: 'npm run some takes no words: "mail"',
  };
  for (const [args, says] of Object.entries(wrong)) {
    assert.equal(read(...args.split(" ")), {
      says: `${says}; npm run some -- --help lists what there is`,
      status: 2,
    });
  }
});

test("--help lists every option and what it usually is", () => {
  const help = `npm run some -- [OPTION…]

Does something.

  --seeds N      how many seeds (200)
  --from N       the first one
  --minutes N    at most so long (10)
  --trace        everything
  --story STORY  only one of: mail, fleet
  --rows ROW,…   only: idle, ls
  --only TEXT    only with it`;
  for (const word of ["--help", "-h"]) assert.equal(read("--trace", word), { says: help, status: 0 });
});

test("what does not fit into a line goes on below", () => {
  const rows = someOf("ROW", Array<string>(30).fill("a-row"), "only");
  const script = { run: "npm run some", does: "x", options: { rows } };
  const read = readArgs(script, ["--help"]);
  const [, , , , first = "", second = ""] = "says" in read ? read.says.split("\n") : [];
  assert.match(first, /^ {2}--rows ROW,… {2}only: a-row,.*,$/);
  assert.ok(first.length <= 100, first);
  assert.match(second, /^ {16}a-row, .*,$/);
});

/** Beside the folder of this file. */
const SCRIPTS: Readonly<Record<string, string>> = {
  sim: "sim/sim.js",
  breaks: "sim/breaks.js",
  storm: "storm/main.js",
  crash: "crash/main.js",
  bench: "bench/bench.js",
  recordings: "recordings.js",
  pictures: "pictures/take.js",
};

for (const [name, file] of Object.entries(SCRIPTS)) {
  test(`npm run ${name} tells of its options, and starts nothing at one that it has not`, () => {
    const started = (arg: string) => {
      const path = join(fileURLToPath(new URL("..", import.meta.url)), file);
      const { status, stdout, stderr } = spawnSync(process.execPath, [path, arg], { encoding: "utf8" });
      return { status, stdout, stderr };
    };
    const help = started("--help");
    assert.equal([help.status, help.stderr], [0, ""]);
    assert.ok(help.stdout.startsWith(`npm run ${name} -- `), help.stdout);
    assert.equal(started("--no-such-option"), {
      status: 2,
      stdout: "",
      stderr: `npm run ${name} has no option --no-such-option; npm run ${name} -- --help lists what there is\n`,
    });
  });
}

test.run();
