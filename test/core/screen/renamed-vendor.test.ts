import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { providers } from "#core/screen/providers.js";
import { parseCast } from "#host/cast.js";
import { replayCast } from "#host/replay-cast.js";
import { suite } from "../../kit/t.js";
import { RENAMES, renamedStill } from "./renames.js";

const test = suite("a vendor that renames its spinner and its footer", 60_000);
const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), "../../../../fixtures/screens");

const SPINNER = ["the spinner's verb", "the spinner's dots", "Codex's status", "Qwen's confirmation"];
const FOOTER = ["the key", "the hint's verb", "the idle hint", "the dialog's hint"];
const of = (names: readonly string[]) => names.map((name) => RENAMES[name]!);

/** What is renamed at once, and whether the title's words are too. */
const RELEASES: Readonly<Record<string, readonly [renames: readonly (readonly [RegExp, string])[], title: boolean]>> = {
  "its spinner": [of(SPINNER), false],
  "its footer": [of(FOOTER), false],
  "its spinner, its footer and its title": [of([...SPINNER, ...FOOTER]), true],
};

const RECORDINGS = {
  claude: [
    "claude/short",
    "claude/permission",
    "claude/question-80x24",
    "claude-2.1.197/tool-only",
    "claude-inline/short",
  ],
  codex: ["codex/short", "codex/permission", "codex/two-turns", "codex/error-500"],
  gemini: ["gemini/short", "gemini/permission", "gemini/error-500", "gemini/tool-only"],
  opencode: ["opencode/short", "opencode/permission", "opencode/question", "opencode/error-500"],
};

interface Mark {
  readonly t: number;
  readonly until: number;
  readonly state: string;
}

/** What is believed of a turn under way, at every look, where it is neither the truth nor `unclear`. */
async function misread(name: string, provider: string, release: keyof typeof RELEASES): Promise<string[]> {
  const cast = parseCast(readFileSync(join(FIXTURES, `${name}.cast`), "utf8"));
  const { marks } = JSON.parse(readFileSync(join(FIXTURES, `${name}.expect.json`), "utf8")) as { marks: Mark[] };
  const [renames, title] = RELEASES[release]!;
  const known = providers.get(provider)!;
  const found = new Set<string>();
  const renamedProvider = {
    ...known,
    read: (still: Parameters<typeof known.read>[0]) => known.read(renamedStill(still, renames, title)),
  };
  let looked = 0;
  const eachTick = (
    t: number,
    { believed }: { believed: { state: string; evidence: { rule: string } | null } | null },
  ) => {
    const mark = marks.find(({ t: from, until, state }) => t >= from && t <= until && /processing|waiting/.test(state));
    if (mark === undefined) return;
    looked++;
    const truth = mark.state === "processing" ? "working" : "blocked";
    const state = believed!.state;
    if (state !== truth && state !== "unclear")
      found.add(`${name}, ${release}: ${state} at ${t} (${believed!.evidence?.rule})`);
  };
  for await (const _ of replayCast(cast, renamedProvider, { until: marks.at(-1)!.until, eachTick })) {
    // What is said of it is looked at tick by tick.
  }
  assert.ok(looked > 0, `${name} was looked at under way`);
  return [...found];
}

for (const [provider, names] of Object.entries(RECORDINGS)) {
  test(`${provider} is read right under way, or as unclear, and never as at rest`, async () => {
    const wrong: string[] = [];
    for (const name of names)
      for (const release of Object.keys(RELEASES)) wrong.push(...(await misread(name, provider, release)));
    assert.equal(wrong, []);
  });
}

test.run();
