/**
 * Every recording under fixtures/screens through the emulator, the reader and `derive`, at ticks of 100 ms exactly as the
 * daemon looks, judged by the marks beside it; and the last response, judged by the one the model sent. `npm run
 * recordings [words]` prints a table; `--raw`, `--hooks` add what those add to `drover replay`; `--wrong` lists each
 * wrong mark.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Question } from "#core/model.js";
import { type JudgedMark, judgeMarks, type Tick } from "#core/screen/marks.js";
import { providers } from "#core/screen/providers.js";
import type { ReplayEnd, ReplayLine } from "#core/screen/replay.js";
import { parseCast } from "#host/cast.js";
import { type ReplayOptions, replayCast } from "#host/replay-cast.js";
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
  readonly lines: readonly ReplayLine[];
  readonly questions: readonly { readonly t: number; readonly question: Question }[];
  /** Ticks that say `blocked` inside marks whose truth is something else. */
  readonly falseDialogs: number;
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

export function recordingNames(words: readonly string[] = []): string[] {
  return readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".cast"))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort();
}

export async function judge(
  name: string,
  options: Pick<ReplayOptions, "raw" | "pieces"> & { hooks?: boolean } = {},
): Promise<Judged> {
  const cast = parseCast(readFileSync(join(ROOT, name), "utf8"));
  const expected = JSON.parse(readFileSync(join(ROOT, name.replace(/\.cast$/, ".expect.json")), "utf8")) as Expectation;
  const provider = providers.get(expected.cli)!;
  const ticks: Tick[] = [];
  const lines: ReplayLine[] = [];
  const until = expected.recordedUntil ?? expected.duration;
  const eachTick: ReplayOptions["eachTick"] = (t, { believed }) => {
    ticks.push({ t, state: believed!.state, rule: believed!.evidence?.rule ?? "" });
  };
  const hookEvents = options.hooks ? (expected.hookEvents ?? []) : [];
  const { raw = false } = options;
  const played =
    options.pieces === undefined
      ? { raw, hookEvents, until, eachTick }
      : { raw, hookEvents, until, eachTick, pieces: options.pieces };
  let last: ReplayEnd["last"] = { kind: "none", text: "", source: "screen" };
  for await (const line of replayCast(cast, provider, played)) {
    if ("last" in line) last = line.last;
    else lines.push(line);
  }
  const marks = judgeMarks(expected.marks, ticks);
  return {
    folder: dirname(name),
    scenario: basename(name, ".cast"),
    geometry: `${cast.columns}x${cast.rows}`,
    marks,
    lines,
    questions: lines.flatMap((line) => ("question" in line ? [line] : [])),
    falseDialogs: marks.flatMap((mark) =>
      mark.truth === "blocked" ? [] : mark.wrong.filter(({ state }) => state === "blocked"),
    ).length,
    last,
    response: judgeResponse(expected.finalResponse, last),
  };
}

async function main(args: readonly string[]): Promise<void> {
  const flags = args.filter((arg) => arg.startsWith("--"));
  const options = { raw: flags.includes("--raw"), hooks: flags.includes("--hooks") };
  const total = { marks: 0, right: 0, unclear: 0, missed: 0, falseDialogs: 0 };
  const responses = new Map<JudgedResponse, number>();
  console.log("recording                                 size      marks  right  wrong  unclear  slowest ms  response");
  for (const name of recordingNames(args.filter((arg) => !arg.startsWith("--")))) {
    const { folder, scenario, geometry, marks, falseDialogs, response, last } = await judge(name, options);
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
    total.missed += wrong.filter((mark) => mark.truth === "blocked").length;
    if (flags.includes("--wrong")) {
      for (const mark of wrong) {
        console.log(
          `    ${mark.truth} ${mark.t}-${mark.until}: ${mark.wrong
            .map(({ t, state, rule }) => `${t} ${state} (${rule})`)
            .join(", ")
            .slice(0, 300)}`,
        );
      }
    }
  }
  const share = ((100 * total.right) / Math.max(1, total.marks)).toFixed(2);
  console.log(
    `\n${total.right} of ${total.marks} marks right (${share} %), ${total.unclear} unclear, ${total.missed} waiting dialogs missed, ${total.falseDialogs} false`,
  );
  const counts = (["verbatim", "same", "end", "none", "wrong"] as const).map(
    (how) => `${responses.get(how) ?? 0} ${how}`,
  );
  console.log(`responses: ${counts.join(", ")}`);
  if (total.right < total.marks) process.exitCode = 1;
}

const started = process.argv[1];
if (started !== undefined && existsSync(started) && import.meta.url === pathToFileURL(started).href)
  await main(process.argv.slice(2));
