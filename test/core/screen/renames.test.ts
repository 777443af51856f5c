import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { providers } from "#core/screen/providers.js";
import type { Still } from "#core/screen/still.js";
import { parseCast } from "#host/cast.js";
import { Stream } from "#host/emulator.js";
import { suite } from "../../kit/t.js";
import { RENAMES, renamed, renamedTitle } from "./renames.js";

const test = suite("a program that renames its words", 30_000);
const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), "../../../../fixtures/screens");

/** The stills of a recording inside marks of work and of waiting. */
async function stillsOf(name: string): Promise<{ truth: string; still: Still }[]> {
  const cast = parseCast(readFileSync(join(FIXTURES, `${name}.cast`), "utf8"));
  const { marks } = JSON.parse(readFileSync(join(FIXTURES, `${name}.expect.json`), "utf8")) as {
    marks: { t: number; until: number; state: string }[];
  };
  const stream = await Stream.open(cast.columns, cast.rows, "host");
  const taken: Promise<{ truth: string; still: Still }>[] = [];
  let next = 0;
  for (let t = 0; t <= marks.at(-1)!.until; t += 0.25) {
    for (let event = cast.events[next]; event !== undefined && event.at <= t; event = cast.events[++next]) {
      if (event.kind === "output") stream.feed(event.text);
    }
    const mark = marks.find(({ t: from, until, state }) => t >= from && t <= until && /processing|waiting/.test(state));
    if (mark !== undefined) taken.push(stream.snapshot().then(({ still }) => ({ truth: mark.state, still })));
  }
  return Promise.all(taken);
}

const RECORDINGS = {
  claude: [
    "claude/permission",
    "claude/question",
    "claude/short",
    "claude/error-500",
    "claude-2.1.197/permission",
    "claude-inline/short",
  ],
  codex: ["codex/permission", "codex/short", "codex/error-429", "codex/first-run-dialogs"],
  gemini: ["gemini/permission", "gemini/short", "gemini/first-run-dialogs"],
  qwen: ["qwen/permission", "qwen/short", "qwen/interrupt", "qwen/tool-only"],
  pi: ["pi/short", "pi/interrupt", "pi/tool-only"],
  copilot: ["copilot/permission", "copilot/short", "copilot/interrupt"],
  opencode: ["opencode/permission", "opencode/question", "opencode/short", "opencode/error-500"],
};

for (const [provider, names] of Object.entries(RECORDINGS)) {
  test(`${provider} never reads as at rest for it, and a dialog never as anything but open or unclear`, async () => {
    const wrong = new Set<string>();
    let looked = 0;
    for (const name of names) {
      for (const { truth, still } of await stillsOf(name)) {
        for (const [what, rename] of Object.entries(RENAMES)) {
          // Codex and Gemini also name their state in the title: with that gone too.
          for (const title of [still.title, renamedTitle(still.title)]) {
            const { shown, evidence } = providers
              .get(provider)!
              .read({ ...still, title, rows: still.rows.map((row) => renamed(row, rename)) });
            const allowed = truth === "processing" ? ["working", "unclear"] : ["blocked", "unclear"];
            if (!allowed.includes(shown)) wrong.add(`${name} ${truth}, ${what}: ${shown} by ${evidence.rule}`);
            looked++;
          }
        }
      }
    }
    assert.ok(looked > 400, `looked ${looked} times`);
    assert.equal([...wrong], []);
  });
}

test.run();
