/** `drover providers check`: what a table makes of a recording, and how that compares with the marks beside it. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Fault } from "#core/fault.js";
import { configuredProviders } from "#core/screen/configured.js";
import { type JudgedMark, judgeMarks, type Mark, type Tick } from "#core/screen/marks.js";
import { providers } from "#core/screen/providers.js";
import type { Provider } from "#core/screen/reading.js";
import { parseCast } from "#host/cast.js";
import { parseConfig } from "#host/config.js";
import { replayCast } from "#host/replay-cast.js";
import { nearest } from "../../kit/nearest.js";
import type { Context } from "../context.js";
import type { Options } from "../options.js";
import { namedProvider, readText, replayLines } from "./replay.js";

interface Expectation {
  readonly cli?: string;
  readonly recordedUntil?: number;
  readonly duration?: number;
  readonly marks: readonly Mark[];
}

/** Exit status 1 where a mark is wrong. */
export async function check(context: Context, file: string, options: Options): Promise<number> {
  const cast = parseCast(readText(context, file));
  const expected = expectation(context, file);
  const provider = await chosen(context, options, expected?.cli ?? cast.provider ?? undefined);
  const ticks: Tick[] = [];
  const until = expected?.recordedUntil ?? expected?.duration;
  const played = replayCast(cast, provider, {
    ...(until === undefined ? {} : { until }),
    eachTick: (t, { believed }) => ticks.push({ t, state: believed!.state, rule: believed!.evidence?.rule ?? "" }),
  });
  for await (const line of played) {
    if (context.json) context.value(line);
    else context.lines(replayLines(line, context.ink));
  }
  const marks = judgeMarks(expected?.marks ?? [], ticks);
  if (expected !== null && context.json) for (const mark of marks) context.value({ mark });
  else if (expected !== null) context.lines(markLines(marks, context));
  return marks.every(isRight) ? 0 : 1;
}

function isRight({ wrong, ticks }: JudgedMark): boolean {
  return wrong.length === 0 && ticks > 0;
}

/** `NAME.expect.json` beside `NAME.cast`; null where there is none. */
function expectation(context: Pick<Context, "cwd">, file: string): Expectation | null {
  const beside = file.replace(/\.cast$/, ".expect.json");
  if (beside === file || !existsSync(resolve(context.cwd, beside))) return null;
  let found: Expectation;
  try {
    found = JSON.parse(readText(context, beside)) as Expectation;
  } catch (cause) {
    throw new Fault("INVALID", `${beside} is not JSON`, { cause });
  }
  const whole = (mark: Mark) =>
    typeof mark?.t === "number" && typeof mark.until === "number" && typeof mark.state === "string";
  if (!Array.isArray(found?.marks) || !found.marks.every(whole)) {
    throw new Fault("INVALID", `${beside} has no marks, a list of {t, until, state}`);
  }
  return found;
}

async function chosen(context: Context, options: Options, whose: string | undefined): Promise<Provider> {
  const table = options.text("table");
  const name = options.text("provider");
  if (table === undefined) return namedProvider(context, name ?? whose);
  const { providers: own } = await parseConfig(readText(context, table), table);
  const names = Object.keys(own);
  const wanted = name ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined) {
    const says = names.length === 0 ? `${table} has no [providers.NAME]` : `${table} has several: say --provider NAME`;
    throw new Fault("USAGE", says, names.length === 0 ? {} : { hint: `one of ${names.join(", ")}` });
  }
  const provider = configuredProviders(providers, own).get(wanted);
  if (provider !== undefined) return provider;
  const meant = nearest(wanted, names);
  throw new Fault("USAGE", `${table} has no provider "${wanted}"`, meant ? { hint: `did you mean ${meant}?` } : {});
}

function markLines(marks: readonly JudgedMark[], { ink }: Pick<Context, "ink">): string[] {
  const lines = marks.map((mark) => {
    const { t, until, truth, wrong, ticks, latencyMs } = mark;
    const from = `${t.toFixed(1).padStart(7)} s to ${until.toFixed(1)} s  ${truth.padEnd(8)}`;
    if (isRight(mark))
      return `${from}  ${ink.paint("green", "right")}${latencyMs === null ? "" : `  after ${latencyMs} ms`}`;
    const told = [...new Set(wrong.map(({ state, rule }) => `${state} by ${rule || "nothing"}`))].join(", ");
    return `${from}  ${ink.paint("red", "wrong")}  ${ticks === 0 ? "never looked at" : told}`;
  });
  const right = marks.filter(isRight).length;
  return ["", ...lines, "", `${right} of ${marks.length} marks are right`];
}
