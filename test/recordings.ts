/**
 * Every recording under fixtures/screens through the emulator, the reader and `derive`, at ticks of 100 ms exactly as the
 * daemon looks, judged by the marks beside it; and the last response, judged by the one the model sent. `npm run
 * recordings [words]` prints a table; `--raw`, `--hooks` add what those add to `drover replay`; `--odd-chunks` cuts the
 * bytes into pieces of 63 and 1; `--resize` makes the window larger half-way, for a second; `--wrong` lists each wrong mark.
 * A recorded program does not know of that and draws on as if its window were the old one, so for that second (and until
 * the next look) it may be `unclear`; nothing else, and only then. Of a long answer that it writes on the main screen in that
 * second rows are lost, and it has to say so (`partial`).
 *
 * Latency is from the first picture that shows a state to the tick that decides on it, at the latest the next one. A wrong
 * mark is `contested` where another recording of the same program calls a moment by which the program had written the very
 * same bytes what was decided here: no reader could have both right (`contestedBy`).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Question } from "#core/model.js";
import { REPLAY_TICK_MS, type ReplayEnd, type ReplayLine } from "#core/replay.js";
import { type JudgedMark, judgeMarks, type Tick } from "#core/screen/marks.js";
import { providers } from "#core/screen/providers.js";
import type { Provider } from "#core/screen/reading.js";
import { type Cast, type CastEvent, parseCast } from "#host/cast.js";
import { type ReplayOptions, replayCast } from "#host/replay-cast.js";
import { framesOf } from "./frames.js";
import { argsOf, flag } from "./kit/script.js";
import { normalText } from "./normal-text.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../fixtures/screens");

interface Expectation {
  cli: string;
  recordedUntil?: number;
  duration: number;
  finalResponse: string | null;
  marks: { t: number; until: number; state: string; detail?: string }[];
  hookEvents?: { t: number; name: string; payload: Record<string, unknown> }[];
}

export interface Judged {
  readonly folder: string;
  readonly scenario: string;
  readonly geometry: string;
  readonly marks: readonly JudgedMark[];
  readonly cast: Cast;
  readonly provider: Provider;
  readonly lines: readonly ReplayLine[];
  readonly questions: readonly { readonly t: number; readonly question: Question }[];
  /** Ticks that say `blocked` inside marks whose truth is something else. */
  readonly falseDialogs: number;
  /** Times at which it turned `done` where no turn came to a good end, in seconds (`falseEnds`). */
  readonly falseDone: readonly number[];
  readonly last: ReplayEnd["last"];
  readonly response: JudgedResponse;
}

/**
 * How the response compares with the one sent. `none`: there was none, and it says so. `verbatim`: to the byte. `same`:
 * but for white space and Markdown (normal-text.ts). `end`: it says that the beginning is lost, and the rest is the same.
 */
export type JudgedResponse = "none" | "verbatim" | "same" | "end" | "wrong";

export function judgeResponse(sent: string | null, { kind, text }: ReplayEnd["last"]): JudgedResponse {
  if (sent === null || sent === "") return kind === "none" ? "none" : "wrong";
  if (kind === "complete") return text === sent ? "verbatim" : normalText(text) === normalText(sent) ? "same" : "wrong";
  const rest = normalText(text.slice(text.indexOf("\n") + 1));
  return kind === "partial" && rest !== "" && normalText(sent).endsWith(rest) ? "end" : "wrong";
}

/**
 * When it turned `done` although neither the mark that holds then, nor the next one where none does, says that a turn came
 * to a good end. For a moment between two marks is enough: a parent would be told of it.
 */
export function falseEnds(marks: readonly JudgedMark[], lines: readonly ReplayLine[]): number[] {
  return lines.flatMap((line) => {
    if (!("state" in line) || line.state !== "done") return [];
    const truth = marks.find(({ until }) => until >= line.t)?.truth ?? marks.at(-1)?.truth;
    return truth === "done" ? [] : [line.t];
  });
}

/** Those that one of the words is in, or all. A word that is in none is a mistake: nothing would be tried by its name. */
export function recordingNames(words: readonly string[] = []): string[] {
  const all = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".cast"));
  for (const word of words) if (!all.some((name) => name.includes(word))) throw new Error(`no recording holds ${word}`);
  return all.filter((name) => words.length === 0 || words.some((word) => name.includes(word))).sort();
}

export interface JudgeOptions extends Pick<ReplayOptions, "raw" | "pieces"> {
  readonly hooks?: boolean;
  /** Half-way the window becomes larger, and a second later what it was. */
  readonly resize?: boolean;
  /** Look at every picture as well, for the latency of each decision. */
  readonly latency?: boolean;
}

function read(name: string): { cast: Cast; expected: Expectation } {
  return {
    cast: parseCast(readFileSync(join(ROOT, name), "utf8")),
    expected: JSON.parse(readFileSync(join(ROOT, name.replace(/\.cast$/, ".expect.json")), "utf8")) as Expectation,
  };
}

const GROWN = { columns: 20, rows: 6, seconds: 1 };

/** The recording with its window resized half-way. Its program does not know: it writes what it wrote. */
function resized(cast: Cast, halfway: number): Cast {
  const { columns, rows } = cast;
  const resizes: CastEvent[] = [
    { at: halfway, kind: "resize", columns: columns + GROWN.columns, rows: rows + GROWN.rows },
    { at: halfway + GROWN.seconds, kind: "resize", columns, rows },
  ];
  return { ...cast, events: [...cast.events, ...resizes].sort((a, b) => a.at - b.at) };
}

export async function judge(name: string, { hooks, resize, latency, ...options }: JudgeOptions = {}): Promise<Judged> {
  const { cast: recorded, expected } = read(name);
  const provider = providers.get(expected.cli)!;
  const ticks: Tick[] = [];
  const lines: ReplayLine[] = [];
  const until = expected.recordedUntil ?? expected.duration;
  const cast = !resize ? recorded : resized(recorded, until / 2);
  const eachTick: ReplayOptions["eachTick"] = (t, { believed }) => {
    ticks.push({ t, state: believed!.state, rule: believed!.evidence?.rule ?? "" });
  };
  const hookEvents = hooks ? (expected.hookEvents ?? []) : [];
  let last: ReplayEnd["last"] = { kind: "none", text: "", source: "screen" };
  for await (const line of replayCast(cast, provider, { ...options, hookEvents, until, eachTick })) {
    if ("last" in line) last = line.last;
    else lines.push(line);
  }
  const frames = latency ? await framesOf(cast, provider) : [];
  const isExcused = ({ t, state }: Tick): boolean =>
    resize === true && state === "unclear" && t >= until / 2 && t <= until / 2 + GROWN.seconds + 0.1;
  const marks = judgeMarks(expected.marks, ticks, frames).map((mark) => ({
    ...mark,
    wrong: mark.wrong.filter((tick) => !isExcused(tick)),
  }));
  return {
    folder: dirname(name),
    scenario: basename(name, ".cast"),
    geometry: `${cast.columns}x${cast.rows}`,
    marks,
    cast,
    provider,
    lines,
    questions: lines.flatMap((line) => ("question" in line ? [line] : [])),
    falseDialogs: marks.flatMap((mark) =>
      mark.truth === "blocked" ? [] : mark.wrong.filter(({ state }) => state === "blocked"),
    ).length,
    falseDone: falseEnds(marks, lines),
    last,
    response: judgeResponse(expected.finalResponse, last),
  };
}

/**
 * How many other recordings of the same program contradict a wrong mark: for each look at which the mark is wrong, their
 * marks call a look by which the program had written the very same bytes, and its hooks had told the same, what was decided
 * here. Not even one who reads every byte could have both right.
 */
export function contestedBy(judged: Judged, mark: JudgedMark): number {
  const own = `${judged.folder}/${judged.scenario}.cast`;
  const { expected } = read(own);
  const asked = mark.wrong.map(({ t, state }) => ({ known: knownAt(judged.cast, expected, t), state }));
  const answered = asked.map(() => 0);
  for (const name of recordingNames()) {
    const other = read(name);
    if (name === own || other.expected.cli !== expected.cli) continue;
    const looks = Array.from(
      { length: Math.floor((other.expected.recordedUntil ?? other.expected.duration) / TICK_S) },
      (_, n) => (n + 1) * TICK_S,
    );
    const told = judgeMarks(
      other.expected.marks,
      looks.map((t) => ({ t, state: "unclear", rule: "" })),
    ).flatMap(({ wrong, truth }) => wrong.map(({ t }) => ({ t, truth })));
    for (const [n, { known, state }] of asked.entries()) {
      const isTold = ({ t, truth }: { t: number; truth: string }) =>
        truth === state && knownAt(other.cast, other.expected, t) === known;
      if (told.some(isTold)) answered[n]!++;
    }
  }
  return Math.min(...answered);
}

const TICK_S = REPLAY_TICK_MS / 1000;

/** A frame that draws nothing and leaves the cursor where it is: Codex sends one whenever anything wakes it. */
const NOTHING = /\x1b\[\?2026h\x1b\[39m\x1b\[49m\x1b\[0m\x1b\[\d+;\d+H\x1b\[\?25h\x1b\[\?2026l/g;

/** All that the program has said up to `t`: what it wrote, but for frames that draw nothing, and its hooks. */
function knownAt({ events }: Cast, { hookEvents = [] }: Expectation, t: number): string {
  const written = events.flatMap((event) => (event.kind === "output" && event.at <= t ? [event.text] : []));
  const hooks = hookEvents.filter((hook) => hook.t <= t).map(({ name }) => name);
  return [...hooks, written.join("").replace(NOTHING, "")].join("\n");
}

async function main(): Promise<void> {
  const { given, words } = argsOf({
    run: "npm run recordings",
    does: "Reads every recording, or those whose name holds a WORD, as the daemon would, and judges it by its marks.",
    words: "[WORD…]",
    options: {
      raw: flag("with what the bytes alone say of its state"),
      hooks: flag("with its hooks"),
      "odd-chunks": flag("its bytes cut into pieces of 63 and 1"),
      resize: flag("its window made larger half-way, for a second"),
      wrong: flag("every wrong mark"),
    },
  });
  const options: JudgeOptions = {
    raw: given.raw,
    hooks: given.hooks,
    ...(given["odd-chunks"] ? { pieces: [63, 1] } : {}),
    resize: given.resize,
    latency: true,
  };
  const total = {
    marks: 0,
    right: 0,
    unclear: 0,
    contested: 0,
    missed: 0,
    falseDialogs: 0,
    falseDone: 0,
    slowestMs: 0,
  };
  const responses = new Map<JudgedResponse, number>();
  console.log("recording                                 size      marks  right  wrong  unclear  slowest ms  response");
  for (const name of recordingNames(words)) {
    const judged = await judge(name, options);
    const { folder, scenario, geometry, marks, falseDialogs, falseDone, response, last } = judged;
    responses.set(response, (responses.get(response) ?? 0) + 1);
    const wrong = marks.filter((mark) => mark.wrong.length > 0 || mark.ticks === 0);
    const unclear = wrong.filter((mark) => mark.wrong.every(({ state }) => state === "unclear"));
    const slowest = Math.max(0, ...marks.map((mark) => mark.latencyMs ?? 0));
    const cells = [marks.length, marks.length - wrong.length, wrong.length - unclear.length, unclear.length, slowest];
    console.log(
      `${`${folder}/${scenario}`.padEnd(42)}${geometry.padEnd(8)}${cells.map((cell) => String(cell).padStart(7)).join("")}  ${response}${response === "none" ? "" : ` from the ${last.source}`}`,
    );
    total.marks += marks.length;
    total.right += marks.length - wrong.length;
    total.unclear += unclear.length;
    total.falseDialogs += falseDialogs;
    total.falseDone += falseDone.length;
    if (falseDone.length > 0) console.log(`    done at ${falseDone.join(", ")}, and no turn had ended well`);
    total.missed += wrong.filter((mark) => mark.truth === "blocked").length;
    total.slowestMs = Math.max(total.slowestMs, slowest);
    for (const mark of wrong) {
      const contests = mark.wrong.length === 0 ? 0 : contestedBy(judged, mark);
      if (contests > 0) total.contested++;
      if (!given.wrong && contests === 0) continue;
      const told = mark.wrong.map(({ t, state, rule }) => `${t} ${state} (${rule})`);
      console.log(`    ${mark.truth} ${mark.t}-${mark.until}: ${told.join(", ").slice(0, 300)}`);
      if (contests > 0)
        console.log(
          `    contested: ${contests} other recordings call it ${mark.wrong[0]!.state} after the very same bytes`,
        );
    }
  }
  const share = (marks: number) => ((100 * total.right) / Math.max(1, marks)).toFixed(2);
  console.log(
    `\n${total.right} of ${total.marks} marks right (${share(total.marks)} %; ${share(total.marks - total.contested)} % without ${total.contested} contested), ${total.unclear} unclear, ${total.missed} waiting dialogs missed, ${total.falseDialogs} false, ${total.falseDone} false done, slowest decision ${total.slowestMs} ms after the picture`,
  );
  const counts = (["verbatim", "same", "end", "none", "wrong"] as const).map(
    (how) => `${responses.get(how) ?? 0} ${how}`,
  );
  console.log(`responses: ${counts.join(", ")}`);
  const failed = total.right + total.contested < total.marks || total.falseDone > 0;
  if (failed || (responses.get("wrong") ?? 0) > 0) process.exitCode = 1;
}

const started = process.argv[1];
if (started !== undefined && existsSync(started) && import.meta.url === pathToFileURL(started).href) await main();
