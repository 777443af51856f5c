/** Recordings of drover's own: decided again by what was weighed, whenever the bytes beside it came. */
import * as assert from "uvu/assert";
import { type Believed, newborn } from "#core/belief/believed.js";
import { providers } from "#core/screen/providers.js";
import { parseCast } from "#host/cast.js";
import { replayCast } from "#host/replay-cast.js";
import { suite } from "../kit/t.js";

const test = suite("replay-taken");

const BEGAN_MS = 1_700_000_000_000;
const header = { version: 2, width: 40, height: 6, drover: { provider: "rehearsal", raw: true } };
const mark = (at: number, fact: object): string => JSON.stringify([at, "m", `drover ${JSON.stringify(fact)}`]);
const out = (at: number, text: string): string => JSON.stringify([at, "o", text]);
const begins = (at: number, change: Partial<Believed>, ms = 0): string => {
  const believed = { ...newborn(BEGAN_MS + ms), ...change };
  return mark(at, { fact: "begins", provider: "rehearsal", ...believed, atMs: BEGAN_MS + ms, believed });
};
const looked = (at: number, ms: number, text?: string): string =>
  mark(at, { fact: "looked", atMs: BEGAN_MS + ms, ...(text === undefined ? {} : { paint: [["o", text]] }) });
const report = (at: number, ms: number, means: string, rule: string): string => {
  const evidence = { source: "api", rule, excerpt: "" };
  return mark(at, { fact: "weighed", atMs: BEGAN_MS + ms, of: { kind: "hook", means, evidence } });
};

async function played(...events: string[]): Promise<string[]> {
  const cast = parseCast([JSON.stringify(header), ...events].join("\n"));
  const lines: string[] = [];
  for await (const line of replayCast(cast, providers.get("shell")!)) {
    if ("state" in line) lines.push(`${line.t} ${line.state} ${line.rule ?? "-"}`);
  }
  return lines;
}

const prompt = "\x1b[2J\x1b[H$ ";

test("what the bytes show beside the looks decides nothing, and a look what it saw", async () => {
  const lines = await played(
    begins(0, { state: "idle", turn: 1 }),
    // Drawn and gone between two looks: the daemon never saw it.
    out(0.1, `${prompt}make\r\nbuilding`),
    out(0.9, prompt),
    looked(1, 950, prompt),
    out(1.5, "\x1b]7501;state=blocked:app=x\x1b\\"),
  );
  assert.equal(lines, ["0 idle -"]);
});

test("a report is weighed where it stood, at the daemon's own time, however late it was written down", async () => {
  const lines = await played(
    begins(0, { state: "idle", turn: 1 }),
    report(5, 200, "turn-started", "x/osc-7501"),
    // Within the time in which the report is believed against the screen, though written seconds later.
    looked(5, 900, prompt),
    report(5, 1_000, "turn-ended", "x/osc-7501"),
  );
  assert.equal(lines, ["0 idle -", "0.2 working x/osc-7501", "1 done x/osc-7501"]);
});

test("what was remembered when the recording began is remembered", async () => {
  const { memory } = newborn(0);
  const waits = (hooked: boolean) =>
    played(
      begins(0, {
        state: "working",
        turn: 1,
        memory: { ...memory, turnOpen: true, hooked, claim: "working", doubtSinceMs: BEGAN_MS - 1_000 },
      }),
      looked(0.6, 600, prompt),
    );
  assert.equal((await waits(true)).length, 2);
  const [, first] = await played(begins(0, { state: "working", turn: 1 }), looked(0.6, 600, prompt));
  assert.is.not(first, (await waits(true))[1]);
});

test("after a gap it goes on from what was believed then", async () => {
  const lines = await played(
    begins(0, { state: "idle", turn: 1 }),
    begins(2, { state: "working", turn: 2 }, 2_000),
    report(3, 3_000, "turn-ended", "x/osc-7501"),
  );
  assert.equal(lines, ["0 idle -", "2 working -", "3 done x/osc-7501"]);
});

test("markers that nobody could have written break nothing", async () => {
  const bad = [{ kind: "hook" }, { kind: "hook", means: "asks", evidence: null }, { kind: "still" }, null, 7];
  const lines = await played(
    begins(0, { state: "idle", turn: 1 }),
    ...bad.map((of) => mark(1, { fact: "weighed", atMs: BEGAN_MS, of })),
    mark(1, { fact: "looked", atMs: BEGAN_MS, paint: [["r", "0x0"], ["o"], 7, ["r", "9999999x1"]] }),
    report(2, 2_000, "asks", "x/osc-7501"),
  );
  assert.is(lines.at(-1), "2 blocked x/osc-7501");
});

test.run();
